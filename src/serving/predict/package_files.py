"""What the files of a package look like from outside, so that one is read again only where it may have changed."""

from __future__ import annotations

from pathlib import Path

from scoring.errors import ScoringError
from scoring.published import current_version

Signature = tuple[int, int, int]
"""When a file was changed, which one it is, and its bytes."""


def files_of(model: Path) -> tuple[Signature | None, ...]:
    """What the files of the current package in a model's folder look like from outside."""
    try:
        version = current_version(model.parents[1], model.parent.name, model.name)
    except (ScoringError, OSError):
        return ()
    place = model / (version or "")
    return signature_of(place / "package.json"), signature_of(place / "model.npz")


def signature_of(path: Path) -> Signature | None:
    """What a file looks like from outside; None where there is none."""
    try:
        found = path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return None
    return found.st_mtime_ns, found.st_ino, found.st_size
