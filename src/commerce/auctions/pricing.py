"""What an auction's price is: a pure function of its bids, the opening price, the increments and the reserve.

A bid offers an ``amount`` openly, and authorises a ``maximum`` up to which the system bids on for the bidder.
The highest maximum leads, the earlier of two equal ones; its price is what it takes to beat the best maximum of
*another* bidder by one increment, never more than the leader's maximum, never less than he offered openly.

Guarantees: no price above the leader's maximum or below the opening price; a price never falls as bids are added;
raising one's own maximum raises the price only to the increment that the old maximum fell short of.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Hashable, Iterable
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import reduce
from operator import attrgetter
from typing import Any, Final, NamedTuple

from commerce.records.errors import RecordError
from commerce.records.money import to_minor

EBAY: Final = tuple(
    (None if upper is None else Decimal(upper), Decimal(increment))
    for upper, increment in (
        ("1", "0.05"),
        ("5", "0.25"),
        ("25", "0.50"),
        ("100", "1"),
        ("250", "2.50"),
        ("500", "5"),
        ("1000", "10"),
        ("2500", "25"),
        ("5000", "50"),
        (None, "100"),
    )
)
"""eBay's published increments in major units: below an upper limit, the increment; None: beyond all limits."""


class Bid(NamedTuple):
    """One bid.

    Attributes
    ----------
    amount : int
        Offered openly, minor units; at most ``maximum``.
    maximum : int
        The most that the system may bid for the bidder, minor units.
    placed_at : int
        Microseconds since 1970 UTC.
    sequence : int, default 0
        Tells bids of one instant apart.
    """

    bidder: Any
    amount: int
    maximum: int
    placed_at: int
    sequence: int = 0

    @property
    def rank(self) -> tuple[int, int, int]:
        """The less, the better: the higher maximum, then the earlier bid."""
        return (-self.maximum, self.placed_at, self.sequence)


@dataclass(frozen=True, slots=True)
class Bands:
    """By how much the next bid must be higher, depending on the price.

    Parameters
    ----------
    uppers : tuple of int
        Where one increment ends and the next begins, minor units, rising.
    increments : tuple of int
        One more than ``uppers``; minor units, 1 or more, never falling.

    Raises
    ------
    RecordError
        "increments must ...; got ..."
    """

    uppers: tuple[int, ...]
    increments: tuple[int, ...]

    def __post_init__(self) -> None:
        if len(self.increments) != len(self.uppers) + 1 or min(self.increments) < 1:
            raise RecordError(
                f"increments must be one more than their limits, each 1 or more; got {self.increments}"
                f" for {self.uppers}. Give an increment per band, and one for all above."
            )
        if list(self.uppers) != sorted(set(self.uppers)) or list(self.increments) != sorted(
            self.increments
        ):
            raise RecordError(
                f"increments must rise with their limits; got {self.increments} for {self.uppers}."
                " Order the bands, so that a higher price never has a lower increment."
            )

    @classmethod
    def of(cls, bands: Iterable[tuple[Decimal | None, Decimal]], currency: str) -> Bands:
        """Scale bands in major units to a currency's minor units; an increment is at least one of them.

        Parameters
        ----------
        bands : iterable of (Decimal or None, Decimal)
            Upper limit and increment, as in `EBAY`. The last increment also holds above its limit.
        currency : str
            ISO 4217.

        Examples
        --------
        >>> dollars = Bands.of(EBAY, "USD")
        >>> [dollars.at(amount) for amount in (99, 100, 2_499, 2_500, 1_000_000)]
        [5, 25, 50, 100, 10000]
        >>> Bands.of(EBAY, "JPY").at(120)
        2
        """
        rows = [(upper, max(1, to_minor(increment, currency))) for upper, increment in bands]
        uppers = [to_minor(upper, currency) for upper, _ in rows if upper is not None]
        increments = [increment for _, increment in rows]
        if rows and rows[-1][0] is not None:
            increments.append(increments[-1])
        return cls(tuple(uppers), tuple(increments))

    def at(self, amount: int) -> int:
        """Give the increment at an amount, both in minor units."""
        return self.increments[bisect_right(self.uppers, amount)]


@dataclass(frozen=True, slots=True)
class AuctionState:
    """How an auction stands after some bids.

    Attributes
    ----------
    opening : int
        The least first bid, minor units.
    reserve : int, optional
        Below it the item is not sold; minor units.
    leader : Bid or None
        Of the highest maximum, the earlier of two.
    second : Bid or None
        The best bid of another bidder.
    offered : int
        The most that the leader offered openly, minor units.
    """

    opening: int
    bands: Bands
    reserve: int | None = None
    leader: Bid | None = None
    second: Bid | None = None
    offered: int = 0

    @property
    def reserve_met(self) -> bool:
        """Whether somebody leads, and authorised the reserve."""
        return self.leader is not None and self.leader.maximum >= (self.reserve or 0)

    @property
    def price(self) -> int:
        """What the leader pays, minor units; the opening price while nobody leads."""
        if self.leader is None:
            return self.opening
        needed = [self.opening, self.offered]
        if self.second is not None:
            needed.append(self.second.maximum + self.bands.at(self.second.maximum))
        if self.reserve is not None and self.reserve_met:
            needed.append(self.reserve)
        return min(self.leader.maximum, max(needed))

    def least_admissible(self, bidder: Hashable = None) -> int:
        """Give the least amount that may be offered next, minor units.

        Parameters
        ----------
        bidder : hashable, optional
            The leader may authorise more at the price he has.
        """
        if self.leader is None or self.leader.bidder == bidder:
            return self.price
        return self.price + self.bands.at(self.price)

    def after(self, bid: Bid) -> AuctionState:
        """Give the state with one more bid; one whose maximum is below the opening price changes nothing."""
        if bid.maximum < self.opening:
            return self
        leader, second = self.leader, self.second
        if leader is None:
            return replace(self, leader=bid, offered=bid.amount)
        if leader.bidder == bid.bidder:
            best = min(leader, bid, key=attrgetter("rank"))
            return replace(self, leader=best, offered=max(self.offered, bid.amount))
        if bid.rank < leader.rank:
            return replace(self, leader=bid, second=leader, offered=bid.amount)
        if second is None or bid.rank < second.rank:
            return replace(self, second=bid)
        return self


def state_of(
    bids: Iterable[Bid], opening: int, bands: Bands, reserve: int | None = None
) -> AuctionState:
    """Tell who leads an auction, who is second, and the price, from all of its bids in any order.

    Parameters
    ----------
    opening : int
        Minor units.
    reserve : int, optional
        Once the leader's maximum reaches it, the price is at least the reserve; else there is no sale.

    Examples
    --------
    >>> bands = Bands.of(EBAY, "USD")
    >>> first, other = Bid("ann", 1_000, 5_000, 1), Bid("bob", 1_050, 3_000, 2)
    >>> now = state_of([first, other], 1_000, bands)
    >>> now.leader.bidder, now.price, now.least_admissible()
    ('ann', 3100, 3200)
    >>> state_of([first], 1_000, bands).price, state_of([first], 1_000, bands, reserve=4_000).price
    (1000, 4000)
    """
    return reduce(AuctionState.after, bids, AuctionState(opening, bands, reserve))


def placed(
    now: AuctionState, bidder: Hashable, maximum: int, placed_at: int, sequence: int = 0
) -> Bid:
    """Make the bid of a known maximum, whose open amount is the least that was admissible.

    So are bids of other auction houses replayed: they happened, and even one too low to be admissible is ordered among
    the others, its amount being its maximum.

    Examples
    --------
    >>> placed(state_of([], 1_000, Bands.of(EBAY, "USD")), "ann", 5_000, 1).amount
    1000
    """
    return Bid(bidder, min(maximum, now.least_admissible(bidder)), maximum, placed_at, sequence)
