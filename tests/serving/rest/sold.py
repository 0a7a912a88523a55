"""A small shop that sold, for tests of its figures: three who bought from two categories, one order called off.

Of it can be counted by hand, in EUR: clocks 3 x 11.90 by Germans, hands 4 x 5.50 by an American, who called another
order of 2 off; the buyer and the stranger of `tests.serving.rest.people` never bought.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from tests.commerce.shop import Shop
from tests.serving.rest.people import Shops

from analytics.periods import Period
from commerce.catalogue import categories
from commerce.orders.cart import add
from commerce.orders.checkout import checkout
from commerce.orders.completion import cancel
from commerce.people import customers
from commerce.records.actors import Actor

DAY = Period(date(2026, 3, 1), date(2026, 3, 1))
"""When all of it was sold."""


@dataclass(frozen=True)
class Sold:
    """Who bought, and what."""

    shop: Shop
    variant: UUID
    """Of the clock."""
    clock: UUID
    hand: UUID
    """Products."""
    clocks: UUID
    hands: UUID
    """Categories; hands are in clocks."""
    buyers: tuple[Actor, ...]
    """Two Germans, an American; 23.80, 11.90 and 22.00, with tax."""


def sell(shops: Shops) -> Sold:
    """Let the shop acme sell, then an hour go by."""
    shop = Shop(shops.engine, shops.tenant("acme"))
    with shop.work() as work:
        clocks = categories.create(work, "clocks")
        hands = categories.create(work, "hands", parent_id=clocks)
    clock, hand = shop.variant(1000, category=clocks), shop.variant(500, category=hands)
    buyers = tuple(shop.buyer(100_000, country=None) for _ in range(3))
    for buyer, country in zip(buyers, ("DE", "DE", "US"), strict=True):
        with shop.work() as work:
            assert buyer.customer_id is not None
            customers.change(work, buyer.customer_id, {"country": country})
    for buyer, variant, units in zip(buyers, (clock, clock, hand), (2, 1, 4), strict=True):
        order(shop, buyer, variant, units)
    off = order(shop, buyers[2], hand, 2)
    with shop.work(buyers[2]) as work:
        cancel(work, off)
    later(shops, hours=1)
    return Sold(shop, clock, shop.product(clock), shop.product(hand), clocks, hands, buyers)


def later(shops: Shops, **time: float) -> None:
    """Let time go by, and everybody log in again."""
    shops.clock.pass_by(**time)
    for slug, people in shops.people.items():
        for name, person in people.items():
            people[name] = shops.log_in(shops.tenant(slug), person.actor)


def order(shop: Shop, buyer: Actor, variant: UUID, units: int, *, minutes: float = 0) -> UUID:
    """Let somebody order, so much later."""
    with shop.work(buyer, minutes=minutes) as work:
        add(work, variant, units)
        return checkout(work, "wallet")
