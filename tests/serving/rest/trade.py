"""What people of the shops over HTTP trade with: variants, money, orders on their way, auctions.

``trade = Trade(shops)``; what there is no route for is done by the workflows themselves, in the same shop.
"""

from __future__ import annotations

from datetime import timedelta
from itertools import count
from typing import Any
from uuid import UUID

from tests.commerce.delivery.journeys import delivered, placed, shipped
from tests.commerce.sent_back import inspected
from tests.commerce.shop import Shop
from tests.commerce.statements import statements
from tests.serving.rest.people import NOW, Shops

from commerce.auctions import listing
from commerce.catalogue import products
from commerce.catalogue.products import NewVariant
from commerce.people import customers
from commerce.records import schema
from commerce.records.actors import SYSTEM
from commerce.records.instants import to_micros
from commerce.records.rows import first
from commerce.stock import receive
from commerce.ticks import tick

_SKU = count()


class Trade:
    """The shop acme as its workflows have it, with the people that are logged in over HTTP."""

    def __init__(self, shops: Shops, slug: str = "acme") -> None:
        self.shops, self.people = shops, shops.of(slug)
        self.shop = Shop(shops.engine, shops.tenant(slug))
        with self.shop.work(SYSTEM) as work:
            for name in ("buyer", "stranger"):
                customer = self.people[name].actor.customer_id
                assert customer is not None
                customers.set_location(work, customer, 52.5, 13.4, "Tick Street 1, Berlin")
        self.goods = self.variant(stock=500)

    def money(self, name: str, minor: int) -> None:
        """Put money into a wallet."""
        customer = self.people[name].actor.customer_id
        assert customer is not None
        self.shop.top_up(customer, minor)

    def variant(self, price: int = 1_000, *, stock: int = 10) -> UUID:
        """A variant of the seller's, on sale."""
        sku = f"T{next(_SKU)}"
        with self.shop.work(self.people["seller"].actor) as work:
            product = products.create(work, sku, [NewVariant(sku, price)])
        with self.shop.work() as work:
            products.approve(work, product)
            row = first(work, schema.variant, sku=sku)
            assert row is not None
            variant: UUID = row.id
        if stock:
            with self.shop.work() as work:
                receive(work, variant, stock)
        return variant

    def terms(self, variant: UUID, **terms: Any) -> dict[str, Any]:
        """The body that puts a variant up for auction, for an hour from now on."""
        return {
            "variant_id": str(variant),
            "opening": "100.00",
            "starts_at": NOW.isoformat(),
            "ends_at": (NOW + timedelta(hours=1)).isoformat(),
            **terms,
        }

    def auction(
        self, *, approved: bool = False, begun: bool = False, buy_now: int | None = None
    ) -> str:
        """An auction of the seller's, handed in; from 100.00 on, for an hour."""
        ends = to_micros(NOW + timedelta(hours=1))
        with self.shop.work(self.people["seller"].actor) as work:
            auction = listing.draft(
                work,
                self.goods,
                opening=10_000,
                starts_at=work.now,
                ends_at=ends,
                buy_now=buy_now,
            )
            listing.submit(work, auction)
        with self.shop.work() as work:
            if approved or begun:
                listing.approve(work, auction)
            if begun:
                listing.start(work, auction)
        return str(auction)

    def live(self, *, buy_now: int | None = None) -> str:
        """An auction that takes bids."""
        return self.auction(begun=True, buy_now=buy_now)

    def later(self, **time: float) -> None:
        """Let time pass, ``hours=1`` after the beginning, and log everybody in again."""
        self.shops.clock.now = NOW + timedelta(**time)
        for name, person in self.people.items():
            self.people[name] = self.shops.log_in(self.shop.tenant, person.actor)

    def order(self, name: str = "buyer", *lines: tuple[UUID, int], method: str = "wallet") -> UUID:
        """A paid order that waits for a courier."""
        return placed(
            self.shop,
            self.people[name].actor,
            *(lines or [(self.goods, 1)]),
            method=method,
        )

    def shipped(self, name: str = "buyer") -> UUID:
        """An order that the courier carries."""
        order = self.order(name)
        shipped(self.shop, self.people["courier"].actor, order)
        return order

    def delivered(self, *lines: tuple[UUID, int]) -> UUID:
        """An order of the buyer's that has arrived."""
        return delivered(self.shop, self.people["buyer"].actor, *lines)

    def inspected(self, **how: Any) -> UUID:
        """A return of the buyer's that waits for a decision."""
        order = self.delivered((self.goods, 2))
        return inspected(self.shop, self.people["buyer"].actor, order, **how)

    def tell(self) -> None:
        """Let the clock tick: what is due is moved, and everybody is told what happened."""
        tick(self.shops.engine, self.shop.tenant, now=self.shops.clock.now)


def statements_of(shops: Shops, name: str, path: str) -> int:
    """How many statements a list of the shop takes, once it is known who asks."""
    getattr(shops, name).get(path)
    with statements(shops.gate.engine) as seen:
        answer = getattr(shops, name).get(path)
    assert answer.status_code == 200, answer.text
    return len(seen)
