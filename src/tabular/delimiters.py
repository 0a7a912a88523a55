"""Finding out what stands between the cells of a text file."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Sequence

from tabular.errors import TableError

BLANKS = " "
"""The delimiter of files whose cells are set apart by runs of blanks."""

_NAMES = {
    "comma": ",",
    "semicolon": ";",
    "tab": "\t",
    "\\t": "\t",
    "pipe": "|",
    "bar": "|",
    "space": BLANKS,
    "blank": BLANKS,
    "colon": ":",
    "tilde": "~",
    "caret": "^",
}
_CANDIDATES = (";", "\t", "|", ",")
_AGREEMENT = 0.55
_LEAST = 3


def delimiter_named(text: str) -> str:
    r"""Read a delimiter a person gave: the character, or its name.

    Raises
    ------
    TableError
        "--delimiter must be one character or its name; got ..."

    Examples
    --------
    >>> delimiter_named("tab"), delimiter_named(";"), delimiter_named("space")
    ('\t', ';', ' ')
    """
    mark = _NAMES.get(text.strip().lower(), text) if text.strip() else text[:1]
    if len(mark) != 1 or mark in '\r\n"':
        raise TableError(
            f"--delimiter must be one character or its name; got {text!r}."
            " Use one like ',', ';', tab, pipe or space."
        )
    return mark


def split_lines(lines: Sequence[str], delimiter: str) -> list[list[str]]:
    """Split lines into rows of cells, as the whole file will be.

    Examples
    --------
    >>> split_lines([" 00001 19970101  1   11.77 "], " ")
    [['00001', '19970101', '1', '11.77']]
    """
    reader = csv.reader(lines, delimiter=delimiter, skipinitialspace=delimiter == BLANKS)
    rows = []
    while True:
        try:
            rows.append(trim(next(reader), delimiter))
        except StopIteration:
            return rows
        except csv.Error:
            continue  # a cell without end says nothing about the others


def trim(cells: list[str], delimiter: str) -> list[str]:
    """Drop the empty cell that a blank at the end of a line leaves behind."""
    while delimiter == BLANKS and cells and not cells[-1]:
        cells.pop()
    return cells


def detect_delimiter(lines: Sequence[str]) -> str:
    """Find the delimiter that splits lines into equally many cells, at least three.

    Returns
    -------
    str
        One of ``;``, tab, ``|``, ``,``; or a blank where none of them fits and runs of blanks do.

    Raises
    ------
    TableError
        "delimiter must split every line into equally many cells; ..."

    Examples
    --------
    >>> detect_delimiter(["Kunde;Datum;Betrag", "a;1.2.2011;1,50", "b;2.2.2011;2,75"])
    ';'
    >>> detect_delimiter([" 00001 19970101  1   11.77", " 00002 19970112  5   77.00"])
    ' '
    """
    best: tuple[float, int, str] | None = None
    for mark in (*_CANDIDATES, BLANKS):
        counts = Counter(len(row) for row in split_lines(lines, mark) if any(row))
        wide = {width: number for width, number in counts.items() if width >= _LEAST}
        if not wide:
            continue
        width, number = max(wide.items(), key=lambda item: (item[1], item[0]))
        agreement = number / counts.total()
        if agreement < _AGREEMENT:
            continue
        if mark == BLANKS and best is not None:
            break
        # cells that agree in nearly every line, and then as many of them as possible
        rank = (round(agreement, 1), width, mark)
        if best is None or rank[:2] > best[:2]:
            best = rank
    if best is None:
        raise TableError(
            "delimiter must split every line into equally many cells, at least three; found none that"
            " does. Give it with --delimiter."
        )
    return best[2]
