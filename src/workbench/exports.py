"""A table for people, as a file of the kind that its name says; a text in it is never computed as a formula."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

import pandas as pd

from workbench.errors import PlanError

_BEGINS_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""How a text begins that a spreadsheet would compute."""


def _neutralised(value: object) -> object:
    is_formula = isinstance(value, str) and value.startswith(_BEGINS_FORMULA)
    return f"'{value}" if is_formula else value


def _write_csv(frame: pd.DataFrame, path: Path) -> None:
    """Write texts that look like a formula behind an apostrophe."""
    shown = frame.map(_neutralised).rename(columns=_neutralised)
    shown.to_csv(path, index=False)


def _write_workbook(frame: pd.DataFrame, path: Path) -> None:
    """Write texts that look like a formula as the texts they are."""
    with pd.ExcelWriter(path, engine="openpyxl") as writer:
        frame.to_excel(writer, index=False)
        for sheet in writer.sheets.values():
            for line in sheet.iter_rows():
                for cell in line:
                    if cell.data_type == "f":
                        cell.data_type = "s"


_WRITERS: Mapping[str, Callable[[pd.DataFrame, Path], None]] = {
    ".csv": _write_csv,
    ".xlsx": _write_workbook,
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
