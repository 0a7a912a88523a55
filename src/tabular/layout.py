"""How the start of a text file is laid out: what stands between cells, lines above the header, the header itself."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from tabular.delimiters import delimiter_named, detect_delimiter, split_lines
from tabular.errors import TableError

_EXCEL = re.compile(r"\ufeff?sep=(.)\s*", re.IGNORECASE)
_TITLE_CELLS = 2
ROW_NAMES = "(row)"
"""What a column of row names is called that has no name in the header; R's ``write.table`` writes such files."""


class Layout(NamedTuple):
    """What the start of a file shows."""

    delimiter: str
    columns: tuple[str, ...]
    skip: int


def find_layout(
    lines: Sequence[str], name: str, *, delimiter: str | None = None, preamble: bool = True
) -> Layout:
    r"""Find delimiter, header, and how many lines stand above it.

    Parameters
    ----------
    lines : sequence of str
        The first ones of the file.
    name : str
        Of the file, for messages.
    delimiter : str, optional
        As given.
    preamble : bool, default True
        Whether lines that are no row of the table may stand above the header.

    Raises
    ------
    TableError
        "file must hold rows; got ...", "header must name every column; got ...", "delimiter must ..."

    Examples
    --------
    >>> find_layout(["sep=;\n", "kunde;datum;betrag\n", "a;5.1.2019;10,50\n"], "shop.csv")
    Layout(delimiter=';', columns=('kunde', 'datum', 'betrag'), skip=1)
    """
    skip = 0
    if lines and (said := _EXCEL.fullmatch(lines[0])):
        delimiter, skip = delimiter or said[1], 1
    filled = [line for line in lines[skip:] if line.strip()]
    if not filled:
        raise TableError(f"file must hold rows; got {name!r}, which has none. Check the path.")
    mark = delimiter_named(delimiter) if delimiter else detect_delimiter(filled)
    rows = [row for row in split_lines(filled, mark) if any(cell.strip() for cell in row)]
    if not rows:
        raise TableError(
            f"file must hold rows; got {name!r}, whose start cannot be split by {mark!r}."
            " Give --delimiter."
        )
    width = _usual_width(rows)
    if preamble and len(rows[0]) < width - 1:
        above = _lines_above(lines[skip:], mark, width)
        rows = rows[sum(bool(line.strip()) for line in lines[skip : skip + above]) :]
        skip += above
    header = [cell.strip() for cell in rows[0]]
    if len(header) == width - 1:
        header = [_row_names(header, rows[1:], width), *header]
    return Layout(mark, tuple(header), skip)


def _usual_width(rows: Sequence[Sequence[str]]) -> int:
    """Give the number of cells that most rows below the first have, empty ones at the end apart."""
    counts = Counter(
        max((place for place, cell in enumerate(row, 1) if cell.strip()), default=0)
        for row in rows[1:] or rows
    )
    return max(counts, key=lambda width: (counts[width], width))


def _row_names(header: Sequence[str], rows: Sequence[Sequence[str]], width: int) -> str:
    """Name the column that the header leaves out, where it counts the rows."""
    first = [row[0].strip() for row in rows if len(row) == width]
    if first != [str(number) for number in range(1, len(first) + 1)]:
        raise TableError(
            f"header must name every column; got {len(header)} names over rows of {width} cells, such as"
            f" {', '.join(rows[0])!r}. Complete it, or give --skip to leave lines out above it."
        )
    return ROW_NAMES


def _lines_above(lines: Sequence[str], mark: str, width: int) -> int:
    """Count the lines above the first that is a row: titles and notes, of two cells at most."""
    for number, line in enumerate(lines):
        cells = next(iter(split_lines([line], mark)), [])
        if len(cells) >= width:
            return number
        if sum(bool(cell.strip()) for cell in cells) > _TITLE_CELLS:
            break
    return 0
