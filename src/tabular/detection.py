"""Surveys: which of two ways a file writes its numbers or its times, found out from its cells."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from tabular.amounts import parts_of
from tabular.errors import TableError
from tabular.times import NUMERIC


class Survey:
    """Counts the cells that can be read in one of two ways only; most of them decide.

    Attributes
    ----------
    counts : dict of str to int
        Cells by the one way in which they can be read; the way that is meant where nothing is in doubt comes first.
    doubtful : str or None
        A cell that can be read in both ways.
    """

    WAYS: ClassVar[tuple[str, str]]
    UNSETTLED: ClassVar[str]
    """What to say where cells are doubtful and none decides; ``{}`` is one of them."""

    def __init__(self) -> None:
        self.counts = dict.fromkeys(self.WAYS, 0)
        self.doubtful: str | None = None

    @property
    def decided(self) -> bool:
        """Whether some cell could be read in one way only."""
        return any(self.counts.values())

    def settled(self) -> str:
        """Give the way that is meant.

        Raises
        ------
        TableError
            "... must ...; got ...": cells are doubtful, and none decides.
        """
        usual, other = self.WAYS
        if not any(self.counts.values()) and self.doubtful is not None:
            raise TableError(self.UNSETTLED.format(repr(self.doubtful)))
        return other if self.counts[other] > self.counts[usual] else usual


class DecimalSurvey(Survey):
    """Finds out which sign is the decimal mark: ``.`` or ``,``.

    Examples
    --------
    >>> survey = DecimalSurvey()
    >>> survey.feed(["1.234", "17,50 \u20ac"])
    >>> survey.decided, survey.settled()
    (True, ',')
    """

    WAYS = (".", ",")
    UNSETTLED = (
        "decimal mark must be told apart from the thousands mark; got {}"
        " and no clearer number in the file. Give --decimal . or --decimal ,"
    )

    def feed(self, cells: Iterable[str]) -> None:
        """Look at more cells; those that are no numbers are passed over."""
        for cell in cells:
            if "." not in cell and "," not in cell:
                continue
            written = parts_of(cell)
            if written is not None:
                self._weigh(written["digits"], cell)

    def _weigh(self, digits: str, cell: str) -> None:
        points, commas = digits.count("."), digits.count(",")
        if points and commas:
            self.counts["." if digits.rfind(".") > digits.rfind(",") else ","] += 1
        elif points > 1 or commas > 1:
            self.counts["," if points else "."] += 1
        elif points or commas:
            mark = "." if points else ","
            whole, _, fraction = digits.partition(mark)
            if len(fraction) != 3 or len(whole) > 3 or whole.strip("0") == "":
                self.counts[mark] += 1
            else:
                self.doubtful = cell


class TimeSurvey(Survey):
    """Finds out whether the day or the month comes first: ``DMY`` or ``MDY``.

    Dotted dates are day first unless a row says otherwise.

    Examples
    --------
    >>> survey = TimeSurvey()
    >>> survey.feed(["03/04/2011", "12/25/2011"])
    >>> survey.decided, survey.settled()
    (True, 'MDY')
    """

    WAYS = ("DMY", "MDY")
    UNSETTLED = (
        "times must tell day from month; got {} and no day above 12 in the file."
        " Give --time-format DMY or --time-format MDY."
    )

    @property
    def decided(self) -> bool:
        """Whether nothing is left in doubt by what was seen so far."""
        return self.doubtful is None or super().decided

    def feed(self, cells: Iterable[str]) -> None:
        """Look at more cells; those in other formats are passed over."""
        for cell in cells:
            written = NUMERIC.fullmatch(cell.strip())
            if written is None or len(written["a"]) > 2:
                continue
            first, second = int(written["a"]), int(written["b"])
            if first > 12 >= second > 0 and first <= 31:
                self.counts["DMY"] += 1
            elif second > 12 >= first > 0 and second <= 31:
                self.counts["MDY"] += 1
            elif written["sep"] != ".":
                self.doubtful = self.doubtful or cell
