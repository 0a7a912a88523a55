"""The shop in which it happens: opened, staffed and stocked by its own workflows, one unit of work for each act."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator, Mapping
from heapq import heappop, heappush
from typing import Any, Concatenate, ParamSpec, TypeVar
from uuid import UUID

from sqlalchemy import Engine

from commerce import stock
from commerce.catalogue import categories, products
from commerce.people import users
from commerce.people.passwords import hash_password
from commerce.records.actors import SYSTEM, Actor, Role
from commerce.records.errors import NotFound
from commerce.records.instants import from_micros
from commerce.records.policy import policy_of
from commerce.records.tenants import Tenant
from commerce.records.work import Work, working
from simulation.assortment import Assortment
from simulation.live.script import Script
from simulation.rng import seeded_rng

SETTINGS: Mapping[str, Any] = {
    "tax_bp": {"*": 0},
    "deliveries_at_once": 1000,
    "penalty_points": 5,
}
"""The shop's own rules, as the event logs assume them: prices with tax, few couriers for everybody, five points off."""

_COURIERS = 8
_STOCK = 100_000

P = ParamSpec("P")
R = TypeVar("R")
Act = Callable[["Stage", Any], object]


class Stage:
    """A shop, who acts in it, and what is still to happen.

    Parameters
    ----------
    tenant : Tenant
        New.
    seed : int
        New records get their ids from it.
    now : int
        The opening, in microseconds.

    Attributes
    ----------
    now : int
        The instant of the act on stage.
    policy : Policy
        The shop's own rules.
    coming : list
        What is to happen; see `later`.
    ids : dict of str to UUID
        What the records of the script are called in the shop.
    actors : dict of str to Actor
        Who somebody of the script is in the shop.
    kept : dict of str to object
        What is remembered: a buyer's proof, who leads an auction.
    """

    def __init__(self, engine: Engine, tenant: Tenant, script: Script, seed: int, now: int) -> None:
        self.engine, self.tenant, self.script, self.now = engine, tenant, script, now
        self.policy = policy_of(tenant.settings)
        self.ids: dict[str, UUID] = {}
        self.actors: dict[str, Actor] = {}
        self.kept: dict[str, Any] = {}
        self.password = hash_password(secrets.token_urlsafe())
        self._rng = seeded_rng(seed, "live")
        self.coming: list[tuple[int, int, str, Any]] = []
        self._turns = 0

    def do(
        self,
        actor: Actor,
        verb: Callable[Concatenate[Work, P], R],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> R:
        """Let somebody do something now, in a unit of work of its own."""
        now = from_micros(self.now)
        with working(self.engine, self.tenant, actor, now=now, new_id=self._new_id) as work:
            return verb(work, *args, **kwargs)

    def _new_id(self) -> UUID:
        return UUID(int=self._rng.getrandbits(128), version=4)

    def later(self, at: int, act: str, subject: object) -> None:
        """Put an act on the list of what is to happen, after what is there for that instant."""
        self._turns += 1
        heappush(self.coming, (at, self._turns, act, subject))

    def acts(self, end: int) -> Iterator[tuple[str, Any]]:
        """Give what is to happen before an instant, also what is added meanwhile, and let its time come."""
        while self.coming and self.coming[0][0] < end:
            self.now, _, act, subject = heappop(self.coming)
            yield act, subject

    @property
    def sellers(self) -> list[Actor]:
        """Who sells here."""
        return [each for each in self.actors.values() if each.role == "seller"]

    @property
    def admin(self) -> Actor:
        """Who runs the shop."""
        return self.actors["admin"]

    def courier(self, key: str) -> Actor:
        """Who carries a delivery: always the same."""
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

    def open(self, assortment: Assortment) -> None:
        """Hire who works here, list what is sold, and take the first stock in."""
        self._hire("admin", "admin", "admin")
        for number in range(_COURIERS):
            self._hire(f"courier-{number}", f"courier-{number}", "delivery")
        for seller in assortment.sellers:
            self._hire(seller.id, seller.username, "seller")
        for category in assortment.categories:
            parent = self.ids.get(category.parent_id or "")
            made = self.do(self.admin, categories.create, category.name, parent_id=parent)
            self.ids[category.id] = made
        for product in assortment.products:
            offered = [
                products.NewVariant(each.sku, each.price_minor)
                for each in assortment.variants
                if each.product is product
            ]
            self.ids[product.id] = self.do(
                self.actors[product.seller_id], products.create, product.name, offered,
                category_id=self.ids[product.category_id], external_id=product.external_id,
            )  # fmt: skip
            self.do(self.admin, products.approve, self.ids[product.id])
        levels = self.do(self.admin, stock.low, threshold=0, limit=len(assortment.variants))
        named = {level.sku: level.variant_id for level in levels.rows}
        for each in assortment.variants:
            self.ids[each.id] = named[each.sku]
            self.do(self.actors[each.product.seller_id], stock.receive, named[each.sku], _STOCK)

    def _hire(self, key: str, name: str, role: Role) -> None:
        user = self.do(SYSTEM, users.create, name, self.password, role=role)
        self.actors[key] = Actor(role, user)
