"""From a judged package that decides nothing to a registered, published version; the same again is the one it was."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

from scoring.any_package import AnyPackage
from scoring.errors import ScoringError
from scoring.files import KINDS, kind_of
from scoring.published import current_any
from training.publishing.desk import Desk, log_package
from training.publishing.tracking import FINGERPRINT, UNKNOWN, Source, Tracker, tracked_run

P = TypeVar("P", bound=AnyPackage)

_OF_VERSION = ("version", "validation", "card", "trained_on")
"""What a package says of itself and does not do."""


def conclude_plain(
    package: P,
    *,
    sentence: str,
    parameters: Mapping[str, object],
    at: datetime,
    snapshot: str,
    tracker: Tracker,
    packages: Path,
    source: Source = UNKNOWN,
) -> P:
    """Register a package with everything known of it, and publish it.

    Parameters
    ----------
    package : AnyPackage
        With figures, card and origin; its version is found here.
    sentence : str
        What is published, and why.
    parameters : mapping
        What it was made with, for the run's page.
    at : datetime
        When it becomes champion, aware.
    snapshot : str
        Hash of the stream it was made of.
    tracker : Tracker
    packages : Path
        Where packages are published.
    source : Source
        What trained, for the run's page.

    Returns
    -------
    AnyPackage
        As it answers from now on: the champion, where that does the same.
    """
    mark = plain_fingerprint(package)
    desk = Desk(
        tracker=tracker, packages=packages, name=package.name, at=at.isoformat(), source=source
    )
    desk.settle()
    standing = _champion(packages, package)
    if standing is not None and plain_fingerprint(standing) == mark:
        return standing
    tags = {FINGERPRINT: mark, "snapshot": snapshot}
    found = tracker.version_made_of(package.name, mark)
    with tracked_run(
        tracker,
        package.name,
        title=f"{package.name} as of {at:%Y-%m-%d}",
        tags=tags | source.tags,
        again=tracker.run_made_of(package.name, mark) if found is None else found.run_id,
    ) as run:
        run.parameters({"tenant": package.tenant, **parameters})
        run.metrics(dict(package.validation))
        version = (
            tracker.renew(package.name, run.run_id, of=None, tags=tags)
            if found is None
            else found.version
        )
        made = replace(package, version=version)
        run.describe(sentence)
        log_package(run, made)
        run.tags({"version": version, "promoted": "true"})
    tracker.describe_version(package.name, version, sentence)
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
    does: dict[str, Any] = {
        name: value for name, value in content.items() if name not in _OF_VERSION
    }
    found = hashlib.sha256(json.dumps(does, sort_keys=True).encode())
    for name, array in arrays.items():
        found.update(name.encode() + array.tobytes())
    return found.hexdigest()[:32]


def _champion(packages: Path, package: P) -> P | None:
    try:
        found = current_any(packages, package.tenant, package.model)
    except (ScoringError, OSError):
        return None
    return found if isinstance(found, type(package)) else None
