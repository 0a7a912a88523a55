"""Files of pictures under a home, by shop and by the hash of what they hold: written once, never changed."""

from __future__ import annotations

import os
import re
import tempfile
from pathlib import Path

_NAME = re.compile(r"[0-9a-f]{64}\.webp")


def keep(folder: Path, name: str, data: bytes) -> None:
    """Write a file whole, or leave the one that is there."""
    folder.mkdir(parents=True, exist_ok=True)
    place = folder / name
    if place.exists():
        return
    handle, partial = tempfile.mkstemp(dir=folder, prefix=".")
    with os.fdopen(handle, "wb") as file:
        file.write(data)
    Path(partial).replace(place)


def drop(folder: Path, name: str) -> None:
    """Remove a file; one that is gone is gone."""
    (folder / name).unlink(missing_ok=True)


def find(media: Path, shop: str, name: str) -> Path | None:
    """Find a file by what a client wrote in a path; None where there is none, or where it is no such name.

    Examples
    --------
    >>> find(Path("media"), "..", "records.db") is None
    True
    """
    if not (shop.isascii() and shop.isdigit() and _NAME.fullmatch(name)):
        return None
    place = media / shop / name
    return place if place.is_file() else None
