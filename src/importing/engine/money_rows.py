"""Reading rows with money in them: every amount is in the tenant's one currency."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any, NoReturn

from commerce.records.errors import RecordError
from commerce.records.money import to_minor
from importing.engine.currencies import meanings
from tabular.amounts import parts_of
from tabular.errors import Refused
from tabular.rows import LIMIT, RowReader

_CACHE = 100_000


class MoneyReader(RowReader):
    """Reads cells, amounts of one currency among them.

    Parameters
    ----------
    **conventions
        As of `RowReader`.
    """

    def __init__(self, *, currency: str, **conventions: Any) -> None:
        super().__init__(**conventions)
        self._currency = currency
        self.rounded = lru_cache(maxsize=_CACHE)(self._round)
        self._unit = lru_cache(maxsize=_CACHE)(_foreign_to)

    def amount(self, role: str, text: str) -> Decimal:
        """Read an exact amount; one that a sign or a code says to be in another currency is refused."""
        number = self.decimal(role, text)
        if not (text[-1:].isdigit() and text[:1].isdigit()):
            foreign = self._unit(text, self._currency)
            if foreign is not None:
                self._refuse_currency(foreign)
        return number

    def money(self, role: str, text: str, least: int = 0) -> int:
        """Read an amount that is not negative as minor units, at least so many."""
        amount = self.amount(role, text)
        if amount < 0:
            raise Refused(
                f"negative {role}",
                f"{role} must not be negative; got {text!r}. The type gives the direction.",
            )
        minor = self.kept(self.rounded(amount), text)
        if minor < least:
            raise Refused(f"no {role}", f"{role} must be above 0; got {text!r}.")
        return minor

    def kept(self, minor: int, text: object) -> int:
        """Refuse more minor units than are kept."""
        if minor >= LIMIT:
            raise Refused("too large", f"amount must be below 2^53 minor units; got {text}.")
        return minor

    def _round(self, exact: Decimal) -> int:
        try:
            return to_minor(exact, self._currency)
        except (InvalidOperation, RecordError):
            return LIMIT

    def check_currency(self, code: str) -> None:
        """Refuse amounts in another currency than the tenant's."""
        if code.upper() != self._currency and self._currency not in meanings(code):
            self._refuse_currency(code)

    def _refuse_currency(self, got: str) -> NoReturn:
        raise Refused(
            "no rate",
            f"currency must be {self._currency}, the tenant's; got {got!r} and no rate for it."
            " Convert the amounts first.",
        )


def _foreign_to(text: str, currency: str) -> str | None:
    """Give what stands before or behind an amount and cannot mean a currency; None where all can."""
    written = parts_of(text)
    units = (written["before"], written["after"]) if written is not None else ()
    return next((unit for unit in units if unit and currency not in meanings(unit)), None)
