"""What a segment package holds: the edges between scores, in whole numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from scoring.sealing import Arrays
from scoring.segments import Edges, SegmentPackage


def contents(package: SegmentPackage) -> tuple[dict[str, Any], dict[str, Any]]:
    """Give what a package holds, but for how it is laid out on disk.

    Parameters
    ----------
    package : SegmentPackage

    Returns
    -------
    tuple of dict and dict
        Plain content, and no arrays.
    """
    content = {
        "name": package.name,
        "version": package.version,
        "currency": package.currency,
        "edges": asdict(package.edges),
        "validation": dict(package.validation),
        "card": dict(package.card),
        "trained_on": dict(package.trained_on),
    }
    return content, {}


def read(content: Mapping[str, Any], arrays: Arrays) -> SegmentPackage:
    """Make a package of what was read of its files.

    Parameters
    ----------
    content : mapping
        As `contents` gives it.
    arrays : mapping of str to array
        None.

    Returns
    -------
    SegmentPackage
        Equal to what was written.
    """
    return SegmentPackage(
        name=content["name"],
        version=content["version"],
        currency=content["currency"],
        edges=Edges(**{name: tuple(limits) for name, limits in content["edges"].items()}),
        validation=content["validation"],
        card=content["card"],
        trained_on=content["trained_on"],
    )
