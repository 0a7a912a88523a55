"""Reading a row: what a cell holds, and what is said where it holds something else."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from functools import lru_cache
from typing import ClassVar

from tabular.amounts import NumberReader
from tabular.errors import Refused
from tabular.quoting import UNREADABLE
from tabular.times import NotYet

LIMIT = 2**53
"""Whole numbers stay below it, so that sums of them are exact, in floats too."""

_CACHE = 20_000
_LONGEST_ID = 500
_ROUNDED = re.compile(r"[0-9][.,][0-9]+[eE]\+?[0-9]+|[0-9][eE]\+[0-9]+")
_WHOLE = re.compile(r"[0-9]+\.0+")


class RowReader:
    """Reads cells.

    Parameters
    ----------
    width : int
        Cells of a row.
    time : callable
        A `TimeReader`, or what else gives microseconds for a text.
    beside : mapping of str to int
        Places of the columns ``time_of_day`` and ``zone_column``, where the file has them.
    """

    REMEDIES: ClassVar[Mapping[str, str]] = {
        "time": "written in another way? --time-format FORMAT",
        "number": "written in another way? --decimal . or ,",
    }
    """What settles cells that hold digits and are yet no time, or no number."""

    def __init__(
        self,
        *,
        width: int,
        number: NumberReader,
        time: Callable[..., int],
        beside: Mapping[str, int] | None = None,
    ) -> None:
        self.width = width
        self._number = number
        self._time = time
        self._beside = beside or {}
        self._tidied = lru_cache(maxsize=_CACHE)(self._tidy)

    def check_width(self, cells: Sequence[str]) -> None:
        """Refuse a row of more or fewer cells than the file has columns."""
        if len(cells) != self.width:
            if len(cells) == 1 and cells[0].startswith(UNREADABLE):
                raise Refused(
                    "unreadable line", f"line must be one that can be read; got {cells[0]}"
                )
            raise Refused(
                "wrong number of cells",
                f"row must have {self.width} cells; got {len(cells)}. Check its quotes and delimiters.",
            )

    def identifier(self, role: str, text: str) -> str:
        """Read an id, tidied; blank where the cell is. The same id is worked out once."""
        return self._tidied(role, text)

    def _tidy(self, role: str, text: str) -> str:
        name = tidy_id(text)
        if len(name) > _LONGEST_ID:
            raise Refused(
                f"long {role}",
                f"{role} must have at most {_LONGEST_ID} characters; got {len(name):,}. Is it the right column?",
            )
        if _ROUNDED.fullmatch(name):
            raise Refused(
                f"rounded {role}",
                f"{role} must have all its digits; got {name!r}. A spreadsheet rounded it: export it as text.",
            )
        return name

    def given(self, role: str, text: str | None, reason: str | None = None) -> str:
        """Refuse a blank cell."""
        if text is None or not text.strip():
            raise Refused(reason or f"no {role}", f"{role} must be given; got a blank cell.")
        return text

    def instant(
        self,
        role: str,
        text: str,
        reason: str | None = None,
        time: Callable[..., int] | None = None,
        beside: Sequence[str | None] = (),
    ) -> int:
        """Read microseconds since 1970 UTC, by a reader of its own if one is given; see `beside`."""
        try:
            return (time or self._time)(text, *beside)
        except ValueError as error:
            fault = f"{role} in the future" if isinstance(error, NotYet) else reason or f"no {role}"
            remedy = "" if isinstance(error, NotYet) else self._remedy("time", text)
            raise Refused(fault, f"{role} must be {error}.", remedy) from error

    def beside(self, cells: Sequence[str], *, clock: bool = True) -> Sequence[str | None]:
        """Give the clock, where the time asked for has one, and the zone that stand in columns of their own."""
        if not self._beside:
            return ()
        found: list[str | None] = []
        for role, name in (("time_of_day", "time of day"), ("zone_column", "zone")):
            place = self._beside.get(role)
            asked = place is not None and (clock or role == "zone_column")
            found.append(
                self.given(name, cells[place]).strip() if asked and place is not None else None
            )
        return found

    def decimal(self, role: str, text: str) -> Decimal:
        """Read an exact number."""
        try:
            return self._number(text)
        except ValueError as error:
            remedy = self._remedy("number", text)
            raise Refused(f"no {role}", f"{role} must be {error}.", remedy) from error

    def _remedy(self, kind: str, text: str) -> str:
        return self.REMEDIES.get(kind, "") if any(map(str.isdigit, text)) else ""

    def whole(self, role: str, text: str, least: int = 0, most: int = LIMIT) -> int:
        """Read a whole number from ``least`` to ``most``, by default below 2^53."""
        number = self.decimal(role, text)
        if number != number.to_integral_value() or not least <= number <= min(most, LIMIT - 1):
            end = "2^53" if most == LIMIT else most
            raise Refused(
                f"no {role}", f"{role} must be a whole number from {least} to {end}; got {text!r}."
            )
        return int(number)


def tidy_id(text: str) -> str:
    """Write an id without the ``.0`` that spreadsheets and data frames add to whole numbers.

    Examples
    --------
    >>> tidy_id(" 17850.0 "), tidy_id("A17.0")
    ('17850', 'A17.0')
    """
    text = text.strip()
    return text.partition(".")[0] if _WHOLE.fullmatch(text) else text
