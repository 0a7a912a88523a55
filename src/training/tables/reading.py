"""A file as columns of text, whatever its kind, and whether its first row is a header."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from scoring.fields import is_missing
from tabular.amounts import parts_of, readings
from tabular.errors import TableError
from tabular.table import Table, open_table

MOST_COLUMNS = 1_000
MOST_VALUES = 20_000_000
"""`MOST_COLUMNS`, `MOST_VALUES`: a larger table does not fit the memory that training may take."""

BROKEN = 0.05
"""Share of rows with another number of cells above which a file is refused."""

_CHUNK = 1 << 20
_LOOKED_AT = 50
"""Rows from the top that tell whether a column holds numbers."""


@dataclass(frozen=True, kw_only=True, eq=False)
class RawTable:
    """The cells of a file.

    Parameters
    ----------
    path : Path
    digest : str
        The first 32 hexadecimal digits of the file's SHA-256.
    has_header : bool
    cells : mapping of str to list of str
        Each column's, by name; all of one length.
    broken : int
        Rows left out, as they have another number of cells.
    """

    path: Path
    digest: str
    has_header: bool
    cells: Mapping[str, list[str]]
    broken: int

    @property
    def columns(self) -> tuple[str, ...]:
        """The names, in the file's order."""
        return tuple(self.cells)

    @property
    def rows(self) -> int:
        """How many rows there are."""
        return len(next(iter(self.cells.values())))


def read_raw_table(
    path: Path,
    *,
    header: bool | None = None,
    delimiter: str | None = None,
    encoding: str | None = None,
) -> RawTable:
    """Read a file: CSV of any make, separated by tabs or blanks, gzip, Parquet.

    Parameters
    ----------
    path : Path
    header : bool, optional
        Whether the first row names the columns; by default it does unless one of its cells is a number or missing.
        Without a header the columns are c1, c2 and so on.
    delimiter, encoding : str, optional
        As `tabular.table.open_table` takes them.

    Returns
    -------
    RawTable

    Raises
    ------
    TableError
        "file must hold rows; got ...", "file must have one header; got ...", "columns must have names of their own;
        got ...", "table must have at most ..."
    """
    table = open_table(path, delimiter=delimiter, encoding=encoding)
    has_header = _has_header(table) if header is None else header
    if not has_header:
        table = table.without_header()
    names = _names(table.columns, has_header=has_header)
    if len(names) > MOST_COLUMNS:
        raise TableError(
            f"table must have at most {MOST_COLUMNS:,} columns; got {len(names):,}. Bring the columns that say"
            " something of the outcome."
        )
    cells, broken = _read(table, names)
    rows = len(cells[0])
    if not rows:
        raise TableError(f"file must hold rows; got {path.name!r}, which has none. Check the path.")
    if has_header:
        _refuse_second_header(cells)
    if broken > BROKEN * (rows + broken):
        raise TableError(
            f"rows must have {len(names)} cells as the first has; got another number in {broken:,} of"
            f" {rows + broken:,}. Give --delimiter, or mend the file."
        )
    return RawTable(
        path=path,
        digest=_digest(path),
        has_header=has_header,
        cells=dict(zip(names, cells, strict=True)),
        broken=broken,
    )


def is_number(text: str) -> bool:
    """Whether a cell is a number; a code of letters and digits is none.

    Examples
    --------
    >>> [is_number(text) for text in ("1.234,5", "-7", "1e-3", "$12", "SKU123", "01.02.2011")]
    [True, True, True, True, False, False]
    """
    written = parts_of(text)
    if written is None or not readings(written):
        return False
    beside = (written["before"] or "") + (written["after"] or "")
    return not any(letter.isalpha() for letter in beside)


def _has_header(table: Table) -> bool:
    if table.file_format == "parquet":
        return True
    return not any(is_number(name) or (name and is_missing(name)) for name in table.columns)


def _refuse_second_header(cells: Sequence[Sequence[str]]) -> None:
    """Refuse a first row that names columns again: it holds words where all below are numbers."""
    first = [column[0] for column in cells]
    below = [column[1:_LOOKED_AT] for column in cells]
    numbers = [bool(rows) and all(map(is_number, rows)) for rows in below]
    names = [name for name, only in zip(first, numbers, strict=True) if only]
    if len(names) > 1 and not any(is_number(name) or is_missing(name) for name in names):
        raise TableError(
            f"file must have one header; got another in the row below it: {', '.join(first[:5])}."
            " Delete one of the two."
        )


def _names(columns: Sequence[str], *, has_header: bool) -> list[str]:
    """Name every column once."""
    names = [
        name.strip() if has_header and name.strip() else f"c{place}"
        for place, name in enumerate(columns, 1)
    ]
    twice = [name for name, count in Counter(names).items() if count > 1]
    if twice:
        places = [str(place) for place, name in enumerate(names, 1) if name == twice[0]]
        raise TableError(
            f"columns must have names of their own; got {twice[0]!r} at positions {' and '.join(places)}."
            " Rename all but one of them in the file."
        )
    return names


def _read(table: Table, names: Sequence[str]) -> tuple[list[list[str]], int]:
    """Read every row; the same text is kept once."""
    width, broken = len(names), 0
    columns: list[list[str]] = [[] for _ in names]
    known: dict[str, str] = {}
    for _, cells in table.rows():
        if len(cells) != width:
            broken += 1
            continue
        for column, cell in zip(columns, cells, strict=True):
            column.append(known.setdefault(cell, cell))
        if len(columns[0]) * width > MOST_VALUES:
            raise TableError(
                f"table must hold at most {MOST_VALUES:,} values; got more than {len(columns[0]):,} rows of"
                f" {width} columns. Bring a part of the rows, drawn at random."
            )
    return columns, broken


def _digest(path: Path) -> str:
    found = hashlib.sha256()
    with path.open("rb") as file:
        for chunk in iter(lambda: file.read(_CHUNK), b""):
            found.update(chunk)
    return found.hexdigest()[:32]
