"""How a package of any kind lies on disk: `package.json` and `model.npz`, read without unpickling anything.

The checksum of the arrays and of the text is checked at every reading.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scoring.errors import PackageDamaged, PackageNotFound

FORMAT = 1
"""Version of the format; a reader refuses any other."""

Arrays = Mapping[str, NDArray[Any]]


def seal(folder: Path, content: Mapping[str, Any], arrays: Arrays) -> None:
    """Write what a package holds into a folder, which is made if need be.

    Parameters
    ----------
    folder : Path
        Gets `package.json` and `model.npz`.
    content : mapping
        JSON's own types; no number may be infinite or NaN.
    arrays : mapping of str to array
        None of objects.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "model.npz").open("wb") as file:
        np.savez(file, allow_pickle=False, **arrays)
        _settle(file)
    text = _canonical(content)
    sealed = {
        "format": FORMAT,
        "checksums": {
            "model.npz": _digest((folder / "model.npz").read_bytes()),
            "content": _digest(text.encode()),
        },
        "content": json.loads(text),
    }
    with (folder / "package.json").open("wb") as file:
        file.write((json.dumps(sealed, indent=1, allow_nan=False) + "\n").encode())
        _settle(file)


def unseal(folder: Path) -> tuple[dict[str, Any], Arrays]:
    """Read what a package holds.

    Parameters
    ----------
    folder : Path

    Returns
    -------
    tuple of dict and mapping
        Content and arrays, equal in every bit to what was written.

    Raises
    ------
    PackageNotFound
        "model ... must have a published package; got none in ...".
    PackageDamaged
        "... must be as it was written; got ...".
    """
    version, sealed, content = _read(folder)
    if version != FORMAT:
        raise PackageDamaged(str(folder / "package.json"), f"format {version}, not {FORMAT}")
    if _digest(_canonical(content).encode()) != sealed["content"]:
        raise PackageDamaged(str(folder / "package.json"), "another checksum")
    if not (folder / "model.npz").is_file():
        raise PackageDamaged(str(folder / "model.npz"), "no file")
    if _digest((folder / "model.npz").read_bytes()) != sealed["model.npz"]:
        raise PackageDamaged(str(folder / "model.npz"), "another checksum")
    with np.load(folder / "model.npz", allow_pickle=False) as file:
        return content, {name: file[name] for name in file.files}


def checksums(folder: Path) -> dict[str, str]:
    """Read with which checksums a package was sealed; whether they hold is `unseal`'s to say.

    Parameters
    ----------
    folder : Path

    Returns
    -------
    dict of str to str
        SHA-256 of "content" and of "model.npz".

    Raises
    ------
    PackageNotFound, PackageDamaged
        As `unseal`.
    """
    _, found, _ = _read(folder)
    return {str(name): str(digest) for name, digest in found.items()}


def _read(folder: Path) -> tuple[int, dict[str, Any], dict[str, Any]]:
    """Read format, checksums and content of `package.json`."""
    path = folder / "package.json"
    if not path.is_file():
        raise PackageNotFound(f"{folder.parent.name}/{folder.name}", str(folder))
    try:
        sealed = json.loads(path.read_bytes())
        return sealed["format"], sealed["checksums"], sealed["content"]
    except (ValueError, KeyError, TypeError) as error:
        raise PackageDamaged(str(path), "no package in it") from error


def _canonical(content: object) -> str:
    return json.dumps(content, sort_keys=True, separators=(",", ":"), allow_nan=False)


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _settle(file: Any) -> None:
    """Bring what was written to the disk before it is renamed into place."""
    file.flush()
    os.fsync(file.fileno())
