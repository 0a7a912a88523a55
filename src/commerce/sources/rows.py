"""What every reader of a file's rows shares: how a cell is read, and what is said where it cannot be."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal, InvalidOperation

from commerce.errors import RecordError
from commerce.money import to_minor
from tables.amounts import NumberReader
from tables.errors import Refused
from tables.times import NotYet, refusal

LIMIT = 2**53
"""Quantities and minor units stay below it, so that every sum of features is exact."""

_CACHE = 100_000


class RowReader:
    """Reads cells.

    Parameters
    ----------
    width : int
        Cells of a row.
    currency : str
        The tenant's.
    number : NumberReader
    time : callable
        A `TimeReader`, or what else gives microseconds for a text.
    """

    def __init__(
        self, *, width: int, currency: str, number: NumberReader, time: Callable[[str], int]
    ) -> None:
        self._width = width
        self._currency = currency
        self._number = number
        self._time = time
        self._minor: dict[Decimal, int] = {}

    def check_width(self, cells: Sequence[str]) -> None:
        """Refuse a row of more or fewer cells than the file has columns."""
        if len(cells) != self._width:
            raise Refused(
                "wrong number of cells",
                f"row must have {self._width} cells; got {len(cells)}. Check its quotes and delimiters.",
            )

    def given(self, role: str, text: str | None, reason: str | None = None) -> str:
        """Refuse a blank cell."""
        if text is None or not text.strip():
            raise Refused(reason or f"no {role}", f"{role} must be given; got a blank cell.")
        return text

    def instant(self, role: str, text: str, reason: str | None = None) -> int:
        """Read microseconds since 1970 UTC."""
        return self._when(self._time, role, text, reason)

    def _when(
        self, time: Callable[[str], int], role: str, text: str, reason: str | None = None
    ) -> int:
        try:
            return time(text)
        except NotYet as error:
            raise refusal(role, error) from error
        except ValueError as error:
            raise Refused(reason or f"no {role}", f"{role} must be {error}.") from error

    def decimal(self, role: str, text: str) -> Decimal:
        """Read an exact number."""
        try:
            return self._number(text)
        except ValueError as error:
            raise Refused(f"no {role}", f"{role} must be {error}.") from error

    def whole(self, role: str, text: str, least: int = 0) -> int:
        """Read a whole number from ``least`` to 2^53."""
        number = self.decimal(role, text)
        if number != number.to_integral_value() or not least <= number < LIMIT:
            raise Refused(
                f"no {role}", f"{role} must be a whole number from {least} to 2^53; got {text!r}."
            )
        return int(number)

    def money(self, role: str, text: str) -> int:
        """Read an amount of 0 or more as minor units."""
        amount = self.decimal(role, text)
        if amount < 0:
            raise Refused(
                f"negative {role}",
                f"{role} must not be negative; got {text!r}. The type gives the direction.",
            )
        return self.minor(amount, text)

    def minor(self, exact: Decimal, text: object) -> int:
        """Round an exact amount to minor units; the same amount is worked out once."""
        known = self._minor.get(exact)
        if known is None:
            if len(self._minor) >= _CACHE:
                self._minor.clear()
            try:
                known = to_minor(exact, self._currency)
            except (InvalidOperation, RecordError):
                known = LIMIT
            if known >= LIMIT:
                raise Refused("too large", f"amount must be below 2^53 minor units; got {text}.")
            self._minor[exact] = known
        return known

    def check_currency(self, code: str) -> None:
        """Refuse amounts in another currency than the tenant's."""
        if code.upper() != self._currency:
            raise Refused(
                "no rate",
                f"currency must be {self._currency}, the tenant's; got {code!r} and no rate for it."
                " Convert the amounts first.",
            )
