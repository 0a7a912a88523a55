"""Which champion a model has, by content: equal states answer every question alike."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from workbench.runs.files import read_json


def champion_state(packages: Path, tenant: str, model: str) -> dict[str, Any] | None:
    """Find which package is a model's champion.

    Parameters
    ----------
    packages : Path
        Where champions are published.

    Returns
    -------
    dict or None
        Its version and the checksums of its files; None where there is no champion, or no files of it.
    """
    home = packages / tenant / model
    named = read_json(home / "current.json") or {}
    version = named.get("version")
    package = read_json(home / version / "package.json") if isinstance(version, str) else None
    return None if package is None else {"version": version, "sums": package.get("checksums")}
