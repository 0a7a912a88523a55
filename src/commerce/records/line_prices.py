"""What a line costs: its price, less the one promotion that is best for the buyer, plus tax.

Pure arithmetic in minor units. Of all promotions that are active for a product, each is looked at alone and the
one that leaves the lowest amount is taken, the first of equals; never two together, never below zero. Tax is
rounded half to even per line, so that the order's tax is the sum of its lines'.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple
from uuid import UUID

_WHOLE = 10_000


class Offer(NamedTuple):
    """A promotion: hundredths of a percent of the line, or minor units off each unit."""

    id: UUID
    percent_bp: int | None
    amount_minor: int | None


class Price(NamedTuple):
    """What a line costs, in minor units: ``amount`` is ``gross - discount + tax``."""

    gross: int
    discount: int
    tax: int
    promotion_id: UUID | None

    @property
    def amount(self) -> int:
        """What the buyer pays for the line."""
        return self.gross - self.discount + self.tax


def share(amount: int, basis_points: int) -> int:
    """Take hundredths of a percent of an amount, rounded half to even.

    Examples
    --------
    >>> share(250, 1000), share(25, 1000), share(35, 1000), share(1999, 1900)
    (25, 2, 4, 380)
    """
    part, rest = divmod(amount * basis_points, _WHOLE)
    return part + (2 * rest > _WHOLE or (2 * rest == _WHOLE and part % 2))


def discount(gross: int, quantity: int, offer: Offer) -> int:
    """Tell what an offer takes off a line, at most all of it.

    Examples
    --------
    >>> discount(1000, 2, Offer(UUID(int=1), 1500, None))
    150
    >>> discount(1000, 2, Offer(UUID(int=1), None, 300)), discount(500, 2, Offer(UUID(int=1), None, 300))
    (600, 500)
    """
    if offer.percent_bp is not None:
        return share(gross, offer.percent_bp)
    return min(gross, (offer.amount_minor or 0) * quantity)


def price_line(gross: int, quantity: int, offers: Iterable[Offer], tax_bp: int) -> Price:
    """Price a line.

    Parameters
    ----------
    gross : int
        Unit price times quantity, in minor units.
    offers : iterable of Offer
        Active for the product now.
    tax_bp : int
        Hundredths of a percent.

    Examples
    --------
    >>> ten, four = Offer(UUID(int=1), 1000, None), Offer(UUID(int=2), None, 400)
    >>> price_line(3000, 1, [ten, four], 1900)
    Price(gross=3000, discount=400, tax=494, promotion_id=UUID('00000000-0000-0000-0000-000000000002'))
    >>> price_line(3000, 1, [ten, four], 1900).amount
    3094
    """
    best = max(
        ((discount(gross, quantity, offer), offer) for offer in offers),
        key=lambda each: (each[0], -each[1].id.int),
        default=None,
    )
    off, promotion = (best[0], best[1].id) if best else (0, None)
    return Price(gross, off, share(gross - off, tax_bp), promotion)


def refund_share(amount: int, units: int, returned: int, quantity: int) -> int:
    """Give the part of a line's amount that belongs to its next units to come back.

    The amount is spread over the units by largest remainder, so that all returns of a line together give back
    exactly what was paid, however they are split.

    Parameters
    ----------
    amount : int
        What the buyer paid for the line, minor units.
    units : int, >= 1
        Units of the line.
    returned : int
        Units that came back before.
    quantity : int
        Units that come back now.

    Examples
    --------
    >>> [refund_share(1000, 3, returned, 1) for returned in range(3)]
    [334, 333, 333]
    """
    each, rest = divmod(amount, units)
    return each * quantity + min(returned + quantity, rest) - min(returned, rest)
