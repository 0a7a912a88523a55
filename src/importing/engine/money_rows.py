"""Rows with money in them."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any

from commerce.records.errors import RecordError
from commerce.records.money import to_minor
from tabular.errors import Refused
from tabular.rows import LIMIT, RowReader

_CACHE = 100_000


class MoneyReader(RowReader):
    """Reads cells, amounts of one currency among them.

    Parameters
    ----------
    currency : str
        The tenant's.
    **common
        As of `RowReader`.
    """

    def __init__(self, *, currency: str, **common: Any) -> None:
        super().__init__(**common)
        self._currency = currency
        self._minor: dict[Decimal, int] = {}

    def money(self, role: str, text: str, least: int = 0) -> int:
        """Read an amount of 0 or more as minor units, ``least`` of them."""
        amount = self.decimal(role, text)
        if amount < 0:
            raise Refused(
                f"negative {role}",
                f"{role} must not be negative; got {text!r}. The type gives the direction.",
            )
        minor = self.minor(amount, text)
        if minor < least:
            raise Refused(f"no {role}", f"{role} must be above 0; got {text!r}.")
        return minor

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
