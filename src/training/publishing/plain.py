"""From a judged package that decides nothing to a registered, published version; the same again is the one it was."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from scoring.any_package import AnyPackage
from scoring.errors import ScoringError
from scoring.files import KINDS, P, kind_of
from scoring.published import current_any
from training.publishing.desk import Desk, Entry
from training.publishing.tracking import UNKNOWN, Source, TrackedRun, Tracker

_OF_VERSION = ("version", "validation", "card", "trained_on")
"""What a package says of itself and does not do."""


def conclude_plain(
    package: P,
    *,
    sentence: str,
    title: str,
    parameters: Mapping[str, object],
    at: datetime,
    tracker: Tracker,
    packages: Path,
    source: Source = UNKNOWN,
    marked_by: Callable[[P], str] | None = None,
) -> P:
    """Register a package with everything known of it, and publish it.

    Parameters
    ----------
    package : AnyPackage
        With figures, card and origin, of which "snapshot" is one; its version is found here.
    sentence : str
        What is published, and why.
    title : str
        Of the run.
    parameters : mapping
        What it was made with, for the run's page.
    at : datetime
        When it becomes champion, aware.
    tracker : Tracker
    packages : Path
        Where packages are published.
    source : Source
        What trained, for the run's page.
    marked_by : callable, optional
        Gives the fingerprint of what a package does; `plain_fingerprint` by default.

    Returns
    -------
    AnyPackage
        As it answers from now on: the champion, where that does the same.
    """
    fingerprint = marked_by or plain_fingerprint
    mark = fingerprint(package)
    desk = Desk(
        tracker=tracker, packages=packages, name=package.name, at=at.isoformat(), source=source
    )
    desk.settle()
    standing = _champion(packages, package)
    if standing is not None and fingerprint(standing) == mark:
        return standing

    def log(run: TrackedRun) -> None:
        run.parameters({"tenant": package.tenant, **parameters})
        run.metrics(dict(package.validation))

    entry = Entry(
        mark=mark,
        title=title,
        snapshot=str(package.trained_on["snapshot"]),
        text=lambda _: sentence,
        log=log,
    )
    made, _ = desk.register(package, entry)
    desk.promote(made, why=sentence)
    return made


def plain_fingerprint(package: AnyPackage) -> str:
    """Hash what a package does; version, figures, card and origin are left out.

    Parameters
    ----------
    package : AnyPackage

    Returns
    -------
    str
        32 hex digits.
    """
    content, arrays = KINDS[kind_of(package)].contents(package)
    does = {name: value for name, value in content.items() if name not in _OF_VERSION}
    return hash_of(does, arrays)


def hash_of(content: Mapping[str, Any], arrays: Mapping[str, Any]) -> str:
    """Hash plain content and arrays to 32 hex digits.

    Parameters
    ----------
    content : mapping
        In JSON's own types.
    arrays : mapping of str to array

    Returns
    -------
    str
    """
    found = hashlib.sha256(json.dumps(content, sort_keys=True).encode())
    for name, array in arrays.items():
        found.update(name.encode() + array.tobytes())
    return found.hexdigest()[:32]


def _champion(packages: Path, package: P) -> P | None:
    try:
        found = current_any(packages, package.tenant, package.model)
    except (ScoringError, OSError):
        return None
    return found if isinstance(found, type(package)) else None
