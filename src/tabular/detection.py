"""What a column's cells allow: which decimal mark, which order of day and month.

A reading is believed only where every cell allows it and no other reading does. What is left in doubt, and what cells
contradict each other about, is asked for with two of the cells; nothing is decided by majority.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import ClassVar

from tabular.amounts import MARKS, parts_of, readings
from tabular.errors import TableError
from tabular.written_times import ORDERS, numeric_readings

_EXAMPLES = 2


class Detection:
    """Weighs cells, each of which can be read in one way or in several.

    Attributes
    ----------
    decisive : dict of str to str
        By each way, a cell that can be read in that way only.
    doubtful : dict of tuple to list
        By the ways that cells allow, at most two cells that mean something else in each of them.
    """

    WAYS: ClassVar[tuple[str, ...]]
    """The ways there are; the first is meant where nothing is in doubt."""
    SUBJECT: ClassVar[str]
    """What the ways are of, at the start of a refusal."""
    OPTION: ClassVar[str]

    def __init__(self) -> None:
        self.decisive: dict[str, str] = {}
        self.doubtful: dict[tuple[str, ...], list[str]] = {}

    def feed(self, cells: Iterable[str]) -> None:
        """Look at more cells; those that can be read in no way are passed over."""
        for cell in cells:
            found = self.readings(cell)
            ways = tuple(found)
            if len(ways) == 1:
                self.decisive.setdefault(ways[0], cell)
            elif len(set(found.values())) > 1:
                examples = self.doubtful.setdefault(ways, [])
                if len(examples) < _EXAMPLES:
                    examples.append(cell)

    def readings(self, cell: str) -> Mapping[str, object]:
        """Give what a cell means, by each way in which it can be read."""
        raise NotImplementedError

    def settled(self) -> str:
        """Give the way that every cell allows.

        Raises
        ------
        TableError
            "decimal mark must ...; got '1.234' and '2.000'. Give --decimal . or --decimal ,": cells are in doubt,
            or contradict each other.
        """
        if len(self.decisive) > 1:
            raise self._ask(list(self.decisive.values()), "be one for the whole column")
        if self.decisive:
            (way,) = self.decisive
            if any(way not in ways for ways in self.doubtful):
                cells = [cells[0] for ways, cells in self.doubtful.items() if way not in ways]
                raise self._ask([self.decisive[way], *cells], "be one for the whole column")
            return way
        left = [way for way in self.WAYS if all(way in ways for ways in self.doubtful)]
        if self.doubtful and len(left) != 1:
            cells = [cell for cells in self.doubtful.values() for cell in cells]
            raise self._ask(cells, "be told: no cell of the file settles it")
        return left[0]

    def _ask(self, cells: list[str], rule: str) -> TableError:
        shown = " and ".join(repr(cell) for cell in cells[:_EXAMPLES])
        ways = " or ".join(f"{self.OPTION} {way}" for way in self.WAYS)
        return TableError(f"{self.SUBJECT} must {rule}; got {shown}. Give {ways}.")


class DecimalDetection(Detection):
    """Finds out which sign is the decimal mark: ``.`` or ``,``.

    Examples
    --------
    >>> marks = DecimalDetection()
    >>> marks.feed(["1.234", "17,50 \u20ac"])
    >>> marks.settled()
    ','
    """

    WAYS = MARKS
    SUBJECT = "decimal mark"
    OPTION = "--decimal"

    def readings(self, cell: str) -> Mapping[str, object]:
        """Give the number that a cell means with each decimal mark."""
        if "." not in cell and "," not in cell:
            return {}
        written = parts_of(cell)
        return {} if written is None else readings(written)


class DateOrderDetection(Detection):
    """Finds out in which order day, month and year stand: ``DMY``, ``MDY`` or ``YMD``.

    Attributes
    ----------
    latest : date or None
        A reading that is later is none.

    Examples
    --------
    >>> orders = DateOrderDetection()
    >>> orders.feed(["03/04/2011", "12/25/2011"])
    >>> orders.settled()
    'MDY'
    """

    WAYS = ORDERS
    SUBJECT = "order of day, month and year"
    OPTION = "--time-format"

    latest: date | None = None

    def readings(self, cell: str) -> Mapping[str, object]:
        """Give the date that a cell means in each order."""
        return numeric_readings(cell, self.latest)
