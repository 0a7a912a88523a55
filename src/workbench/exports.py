"""A table for people, as a file of the kind that its name says."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

import pandas as pd

from workbench.errors import PlanError

_WRITERS: Mapping[str, Callable[[pd.DataFrame, Path], None]] = {
    ".csv": lambda frame, path: frame.to_csv(path, index=False),
    ".xlsx": lambda frame, path: frame.to_excel(path, index=False),
    ".parquet": lambda frame, path: frame.to_parquet(path, index=False),
}


def check_export(path: Path) -> None:
    """Refuse a file of a kind that is not written, before anything is done for it.

    Raises
    ------
    PlanError
        "file must end in one of .csv, .xlsx, .parquet; got ..."
    """
    if path.suffix.lower() not in _WRITERS:
        raise PlanError(
            f"file must end in one of {', '.join(_WRITERS)}; got {path.name!r}. Rename it."
        )


def export_table(frame: pd.DataFrame, path: Path) -> None:
    """Write a table, whole or not at all; a file that is there is replaced.

    Raises
    ------
    PlanError
        As `check_export`.
    """
    check_export(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=path.parent, prefix=".export-") as folder:
        written = Path(folder) / path.name
        _WRITERS[path.suffix.lower()](frame, written)
        written.replace(path)
