"""The key of a run: equal keys mean that running again could change nothing."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Mapping
from importlib.metadata import distribution
from pathlib import Path

from workbench.runs.source import Notebook
from workbench.runs.values import Value, as_json

SPEED_ONLY = frozenset({"jobs"})
"""Parameters that say how fast a notebook works, never what it comes to."""


def run_key(
    notebook: Notebook, *, parameters: Mapping[str, Value], code_version: str, input_hash: str
) -> str:
    """Hash everything a notebook's result depends on.

    Parameters
    ----------
    notebook : Notebook
        Its source counts; outputs and metadata do not.
    parameters : mapping
        Every declared parameter, defaults included; those of `SPEED_ONLY` do not count.
    code_version : str
        From `code_version`.
    input_hash : str
        What the notebook reads: the state of the stream, or the outputs of earlier steps.

    Returns
    -------
    str
        64 hex digits.
    """
    return content_hash(
        {
            "notebook": notebook.hash,
            "parameters": {
                name: as_json(value) for name, value in parameters.items() if name not in SPEED_ONLY
            },
            "code": code_version,
            "input": input_hash,
        }
    )


def content_hash(content: object) -> str:
    """Hash JSON content, whatever the order of its names.

    Examples
    --------
    >>> content_hash({"a": 1, "b": 2}) == content_hash({"b": 2, "a": 1})
    True
    """
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def code_version(
    source: Path, *, requirements: Path | None = None, only: Collection[str] | None = None
) -> str:
    """Hash the project's own code and its pinned requirements.

    Parameters
    ----------
    source : Path
        The folder of the packages; every ``*.py`` below it counts, by name and content.
    requirements : Path, optional
        The folder of the pinned requirements; every ``*.txt`` in it counts.
    only : collection of str, optional
        The packages that count, where others lie beside them; every package by default.
    """
    digest = hashlib.sha256()
    for root, file in _code_files(source, requirements, only):
        digest.update(file.relative_to(root).as_posix().encode())
        digest.update(b"\0")
        digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()


def our_packages() -> list[str]:
    """Name the packages that were installed as bellwether; in a site's folder others lie beside them."""
    return (distribution("bellwether").read_text("top_level.txt") or "").split()


def _code_files(
    source: Path, requirements: Path | None, only: Collection[str] | None
) -> Iterable[tuple[Path, Path]]:
    packages = sorted(
        folder
        for folder in source.iterdir()
        if (folder / "__init__.py").is_file() and (only is None or folder.name in only)
    )
    for package in packages:
        for file in sorted(package.rglob("*.py")):
            yield source, file
    if requirements is not None and requirements.is_dir():
        for file in sorted(requirements.glob("*.txt")):
            yield requirements, file
