"""Who gets what of an order's money: sellers theirs less the fee, the shop its own lines, fees and tax.

Pure arithmetic in minor units: what is handed out sums to what there was, whatever was discounted or paid back.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple
from uuid import UUID

from commerce.records.line_prices import share
from commerce.records.money import allocate


class Sold(NamedTuple):
    """A line: who sold it (None: the shop), what was paid for it with tax, its tax, what went back for it."""

    seller_id: UUID | None
    amount: int
    tax: int
    refunded: int = 0


class Settlement(NamedTuple):
    """Minor units for each seller, and for the shop: fees, tax, own lines."""

    sellers: Mapping[UUID, int]
    fees: int
    tax: int
    own: int

    @property
    def total(self) -> int:
        """All of it."""
        return sum(self.sellers.values()) + self.fees + self.tax + self.own


def settle(lines: Sequence[Sold], money: int, fee_bp: int) -> Settlement:
    """Hand an order's money out.

    What went back for a line is the line's; what went back for the order as a whole is borne by its lines in
    proportion. Tax shrinks with its line, and the fee is of what is left without tax.

    Parameters
    ----------
    money : int
        What there is: what was paid less what went back, for whatever reason.
    fee_bp : int
        Hundredths of a percent of a seller's line.

    Examples
    --------
    >>> ada, bob = UUID(int=1), UUID(int=2)
    >>> lines = [Sold(ada, 1190, 190), Sold(bob, 2380, 380, refunded=1190), Sold(None, 595, 95)]
    >>> settle(lines, 2975, 500)  # doctest: +ELLIPSIS
    Settlement(sellers={UUID('...0001'): 950, UUID('...0002'): 950}, fees=100, tax=475, own=500)
    """
    weights = [max(0, line.amount - line.refunded) for line in lines]
    kept = allocate(money, weights if any(weights) else [line.amount for line in lines])
    sellers: Counter[UUID] = Counter()
    fees = taxes = own = 0
    for line, part in zip(lines, kept, strict=True):
        tax = allocate(part, [line.tax, line.amount - line.tax])[0] if line.amount else 0
        taxes += tax
        if line.seller_id is None:
            own += part - tax
            continue
        fee = share(part - tax, fee_bp)
        fees += fee
        sellers[line.seller_id] += part - tax - fee
    return Settlement(dict(sellers), fees, taxes, own)
