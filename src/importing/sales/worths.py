"""What a row is worth: units, price and amount, exactly, and whether it is a return."""

from __future__ import annotations

import math
from decimal import Decimal
from functools import lru_cache
from typing import Any, NamedTuple

from importing.engine.money_rows import MoneyReader
from tabular.errors import Refused
from tabular.rows import LIMIT

_CACHE = 20_000
_ONE = Decimal(1)


class Worth(NamedTuple):
    """What three cells say: quantity, price and amount.

    Attributes
    ----------
    quantity : Decimal
        1 where the cell is blank.
    price : Decimal or None
    exact : Decimal
        The amount, or what price and quantity come to; not rounded.
    minor : int
        The same without its sign, in minor units; `LIMIT` or more where it is too large.
    units : int
        The quantity without its sign, a fraction counted up (0.75 kg is one).
    written : str
        The quantity in its shortest form.
    each : str or None
        The price without its sign.
    negative : bool
        Whether one of the three is.
    """

    quantity: Decimal
    price: Decimal | None
    exact: Decimal
    minor: int
    units: int
    written: str
    each: str | None
    negative: bool


class WorthReader(MoneyReader):
    """Reads what rows are worth; the same three cells are worked out once.

    Parameters
    ----------
    has_quantity : bool
        Whether the file has a column of quantities.
    return_prefix : str, optional
        Beginning of the ids of returns.
    negative_returns : bool
        Whether negative lines are returns.
    **conventions
        As of `MoneyReader`.
    """

    def __init__(
        self,
        *,
        has_quantity: bool,
        return_prefix: str | None,
        negative_returns: bool,
        **conventions: Any,
    ) -> None:
        super().__init__(**conventions)
        self._has_quantity = has_quantity
        self._return_prefix = return_prefix
        self._negative_returns = negative_returns
        self.worth = lru_cache(maxsize=_CACHE)(self._worth)

    def _worth(self, quantity_text: str | None, price_text: str | None, text: str | None) -> Worth:
        """Work out what a row is worth by three cells, None where they are blank."""
        price = self._amount("price", price_text)
        stated = self._amount("amount", text)
        quantity = self._quantity(quantity_text, stated)
        exact = stated if stated is not None else price * quantity if price is not None else None
        if exact is None:
            raise Refused("no amount", "price or amount must be given; got blank cells.")
        return Worth(
            quantity=quantity,
            price=price,
            exact=exact,
            minor=self.rounded(abs(exact)),
            units=math.ceil(abs(quantity)),
            written=f"{quantity.normalize():f}",
            each=None if price is None else f"{abs(price):f}",
            negative=quantity < 0 or (price is not None and price < 0) or exact < 0,
        )

    def _amount(self, role: str, text: str | None) -> Decimal | None:
        return None if text is None else self.amount(role, text)

    def _quantity(self, text: str | None, stated: Decimal | None) -> Decimal:
        quantity = None if text is None else self.decimal("quantity", text)
        if quantity is None:
            if self._has_quantity and stated is None:
                raise Refused("no quantity", "quantity must be given; got a blank cell.")
            return _ONE
        if abs(quantity) >= LIMIT:
            raise Refused("too large", f"quantity must be below 2^53; got {text!r}.")
        return quantity

    def is_return(self, order: str, worth: Worth) -> bool:
        """Whether a row of an order is a return."""
        if self._return_prefix and order.startswith(self._return_prefix):
            return True
        if not worth.negative:
            return False
        if self._negative_returns:
            return True
        name, value = (
            ("quantity", worth.quantity)
            if worth.quantity < 0
            else ("price or amount", worth.price or worth.exact)
        )
        raise Refused(
            "negative outside returns",
            f"{name} must not be negative outside returns; got {value}."
            " Give --returns negative if such lines are returns.",
            "returns? --returns negative",
        )
