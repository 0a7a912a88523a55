"""Rows of a delimited text, whatever its quotes do: one that is not closed costs one line, never the rows behind it."""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Iterable, Iterator, Sequence

from tabular.delimiters import BLANKS, split_lines

UNREADABLE = "cannot be read, "
"""What the only cell of a broken line begins with."""
_OPEN = "a quote is not closed"


def quoted_rows(
    lines: Iterable[str], delimiter: str, width: int, first: int = 1
) -> Iterator[tuple[int, list[str]]]:
    r"""Give every row with the line where it begins.

    A cell may hold line breaks within its quotes. Where a line inside such a cell would be a row by itself, the quote
    is taken for a stray one: the line with it is given as one cell that says so, and reading goes on with the next.

    Parameters
    ----------
    lines : iterable of str
    delimiter : str
    width : int
        Cells of a row.
    first : int, default 1
        Number of the first line.

    Examples
    --------
    >>> for row in quoted_rows(['a,"x\n', 'b,2\n', 'c,"y\n', 'z"\n'], ",", 2):
    ...     print(row)
    (1, ['cannot be read, a quote is not closed: a,"x'])
    (2, ['b', '2'])
    (3, ['c', 'y\nz'])
    """
    source, number = _Lines(lines), first
    reader = source.read_as(delimiter)
    while True:
        source.taken.clear()
        fault = None
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            fault = _OPEN if "end of data" in str(error) else str(error)
        own, *others = source.taken
        if fault is None and others and _holds_rows(others, delimiter, width):
            fault = _OPEN
        if fault is None and "\0" in own:
            fault = "it holds a NUL"
        if fault is None:
            yield number, cells
            number += len(source.taken)
            continue
        fault = _OPEN if others else fault
        yield number, [f"{UNREADABLE}{fault}: {own.rstrip()}"]
        number += 1
        source.give_back(others)
        if source.at_end:
            reader = source.read_as(delimiter)


def cells_at(cells: Sequence[str], place: int, width: int, delimiter: str) -> list[str]:
    r"""Say what a row that has not as many cells as the file may hold in one of its columns.

    What stands before its first quote is sure. Behind it the column is counted from the left and from the right, for
    the fault is between.

    Parameters
    ----------
    cells : sequence of str
        As `quoted_rows` gives them.
    place : int
        Of the column, from 0.
    width : int
        Cells of a row.

    Returns
    -------
    list of str
        None where the row ends before the column; several where it is in doubt.

    Examples
    --------
    >>> for line in ('A1,"Cup 5",5"\n', 'Cup, "big,A1\n', '"Cup\n'):
    ...     row = next(cells for _, cells in quoted_rows([line, "b,x,1\n"], ",", 3))
    ...     print(cells_at(row, 0 if line[0] == "A" else 2, 3, ","))
    ['A1']
    ['A1']
    []
    """
    broken = len(cells) == 1 and cells[0].startswith(UNREADABLE)
    text = cells[0].partition(": ")[2] if broken else delimiter.join(cells)
    pieces = text.split(None if delimiter == BLANKS else delimiter)
    if place < len(pieces) and (place == 0 or broken) and '"' not in "".join(pieces[: place + 1]):
        return [pieces[place].strip()]
    seen = [pieces[place]] if place < len(pieces) else []
    if len(pieces) >= width:
        seen.append(pieces[place - width])
    seen += [row[place] for row in split_lines([text], delimiter) if place < len(row)]
    return [*dict.fromkeys(name for cell in seen if (name := cell.strip().strip('"').strip()))]


class _Lines:
    """Lines for a reader, that can be given back to it.

    Attributes
    ----------
    taken : list of str
        What the reader took since it was cleared.
    at_end : bool
        Whether the reader was told that there are no more.
    """

    def __init__(self, lines: Iterable[str]) -> None:
        self._lines = iter(lines)
        self._returned: deque[str] = deque()
        self.taken: list[str] = []
        self.at_end = False

    def read_as(self, delimiter: str) -> Iterator[list[str]]:
        """Give the rows of the lines that are left."""
        self.at_end = False
        blanks = delimiter == BLANKS
        return csv.reader(self._feed(), delimiter=delimiter, skipinitialspace=blanks, strict=True)

    def _feed(self) -> Iterator[str]:
        while True:
            while self._returned:
                self.taken.append(self._returned.popleft())
                yield self.taken[-1]
            for line in self._lines:
                self.taken.append(line)
                yield line
                if self._returned:
                    break
            else:
                self.at_end = True
                return

    def give_back(self, lines: Sequence[str]) -> None:
        """Put lines before those that are still to come."""
        self._returned.extendleft(reversed(lines))


def _holds_rows(lines: list[str], delimiter: str, width: int) -> bool:
    """Whether some of the lines of a cell would be a row."""
    return any(len(row) == width for line in lines for row in split_lines([line], delimiter))
