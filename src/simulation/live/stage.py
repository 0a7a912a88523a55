"""The shop in which it happens: opened, staffed and stocked by its own workflows, one unit of work for each act."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from heapq import heappop, heappush
from random import Random
from typing import Any
from uuid import UUID

from sqlalchemy import Engine

from commerce import stock
from commerce.actors import SYSTEM, Actor, Role
from commerce.catalogue import categories, products
from commerce.errors import NotFound
from commerce.instants import from_micros
from commerce.people import users
from commerce.people.passwords import hash_password
from commerce.tenants import Tenant
from commerce.work import Work, working
from simulation.assortment import Assortment
from simulation.live.script import Script
from simulation.luck import luck

SETTINGS: Mapping[str, Any] = {
    "tax_bp": {"*": 0},
    "deliveries_at_once": 1000,
    "penalty_points": 5,
}
"""The shop's own rules, as the diaries assume them: prices with tax, a few couriers for everybody, five points off."""

_COURIERS = 8
_STOCK, _LOW, _SUPPLY = 100, 10, 400

Act = Callable[["Stage", Any], None]


class Stage:
    """A shop, who acts in it, and what is still to happen.

    Parameters
    ----------
    engine : Engine
    tenant : Tenant
        New.
    script : Script
    seed : int
        New records get their ids from it.
    now : int
        The opening, in microseconds.

    Attributes
    ----------
    now : int
        The instant of the act on stage.
    ids : dict of str to UUID
        What the records of the script are called in the shop.
    actors : dict of str to Actor
        Who somebody of the script is in the shop.
    kept : dict of str to object
        What people remember: a buyer a proof, a bidder who leads.
    """

    def __init__(
        self, engine: Engine, tenant: Tenant, script: Script, seed: int, now: int
    ) -> None:
        self.engine = engine
        self.tenant = tenant
        self.script = script
        self.now = now
        self.ids: dict[str, UUID] = {}
        self.actors: dict[str, Actor] = {}
        self.kept: dict[str, Any] = {}
        self.password = hash_password(secrets.token_urlsafe())
        self._ids: Random = luck(seed, "live", "ids")
        self._coming: list[tuple[int, int, str, Act, Any]] = []
        self._turns = 0

    def new_id(self) -> UUID:
        """Give the next id of this seed."""
        return UUID(int=self._ids.getrandbits(128), version=4)

    def later(self, at: int, word: str, act: Act, subject: Any) -> None:
        """Put an act on the list of what is to happen, after what is there for that instant."""
        self._turns += 1
        heappush(self._coming, (at, self._turns, word, act, subject))

    def acts(self, end: int) -> Iterator[tuple[str, Act, Any]]:
        """Give what is to happen before an instant, also what is added meanwhile, and let its time come."""
        while self._coming and self._coming[0][0] < end:
            self.now, _, word, act, subject = heappop(self._coming)
            yield word, act, subject

    @contextmanager
    def work(self, actor: Actor) -> Iterator[Work]:
        """Open a unit of work of somebody, now."""
        now = from_micros(self.now)
        with working(self.engine, self.tenant, actor, now=now, new_id=self.new_id) as work:
            yield work

    @property
    def admin(self) -> Actor:
        """Who runs the shop."""
        return self.actors["admin"]

    def courier(self, key: str) -> Actor:
        """Who carries an order: always the same."""
        return self.actors[f"courier-{int(key[:8], 16) % _COURIERS}"]

    def id_of(self, key: str) -> UUID:
        """Find what a record of the script became.

        Raises
        ------
        NotFound
            "record must exist; got ..." where the shop refused to make it.
        """
        if key not in self.ids:
            raise NotFound("record", key)
        return self.ids[key]

    def order_of(self, key: str) -> UUID:
        """Find the order that a record of the script belongs to; errors as of `id_of`."""
        return self.id_of(self.script.order_of(key))

    def hire(self, name: str, role: Role, customer_id: UUID | None = None) -> Actor:
        """Let somebody log in."""
        with self.work(SYSTEM) as work:
            user = users.create(work, name, self.password, role=role, customer_id=customer_id)
        return Actor(role, user, customer_id)

    def open(self, assortment: Assortment) -> None:
        """Hire who works here, list what is sold, and take the first goods in."""
        self.actors["admin"] = self.hire("admin", "admin")
        for number in range(_COURIERS):
            name = f"courier-{number}"
            self.actors[name] = self.hire(name, "delivery")
        for seller in assortment.sellers:
            self.actors[seller.id] = self.hire(seller.username, "seller")
        with self.work(self.admin) as work:
            for each in assortment.categories:
                parent = self.ids.get(each.parent_id or "")
                self.ids[each.id] = categories.create(work, each.name, parent_id=parent)
        for product in assortment.products:
            variants = [
                products.NewVariant(each.sku, each.price_minor, _LOW)
                for each in assortment.variants
                if each.product is product
            ]
            with self.work(self.actors[product.seller_id]) as work:
                made = products.create(
                    work, product.name, variants,
                    category_id=self.ids[product.category_id], external_id=product.external_id,
                )  # fmt: skip
            self.ids[product.id] = made
            with self.work(self.admin) as work:
                products.approve(work, made)
        self._take_in(assortment)

    def _take_in(self, assortment: Assortment) -> None:
        with self.work(self.admin) as work:
            levels = stock.low(work, threshold=0, limit=len(assortment.variants))
        named = {level.sku: level.variant_id for level in levels}
        for each in assortment.variants:
            self.ids[each.id] = named[each.sku]
            with self.work(self.actors[each.product.seller_id]) as work:
                stock.receive(work, named[each.sku], _STOCK)

    def supply(self, wanted: Mapping[str, int]) -> None:
        """Let sellers get more of what there is too little of, by variants of the script."""
        with self.work(self.admin) as work:
            there = stock.available(work, [self.ids[key] for key in wanted])
            for key, units in wanted.items():
                if there[self.ids[key]] < units:
                    stock.receive(work, self.ids[key], units + _SUPPLY)
