"""A shop to ask: a simulated shop's orders, an admin, and buyers with money, orders, and something to read."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

from sqlalchemy import func, select
from tests.commerce.shop import NOW, Shop
from tests.serving.shop import make_real_package

from commerce.notifications.inbox import notifier
from commerce.orders import cart, checkout
from commerce.records import schema
from commerce.records.actors import Actor
from commerce.records.database import connect, migrate, reading
from commerce.records.doctor import Finding, examine
from commerce.records.outbox import drain
from commerce.records.tenants import find_tenant
from scoring.published import publish
from serving.access import logins
from serving.access.secret import Secret
from serving.access.tokens import Claims, Tokens
from serving.settings import PACKAGES
from simulation import SimulationOptions, simulate
from workbench.records import BRANCHES

SLUG = "bench"
BUYERS = 8
TOLD = 60
"""Orders of a buyer beforehand: notifications to read."""


@dataclass(frozen=True)
class Person:
    """Somebody who is logged in."""

    actor: Actor
    login: UUID


@dataclass(frozen=True)
class Bench:
    """The shop, and what requests name of it."""

    shop: Shop
    home: Path
    url: str
    secret: str
    admin: Person
    buyers: list[Person]
    variants: list[UUID]
    orders: list[UUID]
    customers: list[UUID]
    words: list[str]
    found: list[Finding]
    """What the doctor finds beforehand."""

    @property
    def key(self) -> bytes:
        """By which access tokens are signed."""
        return Secret(self.secret).key("access token")

    def token(self, person: Person) -> str:
        """Sign an access token, good from now for a quarter of an hour."""
        assert person.actor.user_id is not None
        claims = Claims(self.shop.tenant.id, person.actor.user_id, person.login)
        return Tokens(Secret(self.secret)).issue(claims, now=datetime.now(UTC))


def log_in(shop: Shop, actor: Actor) -> Person:
    """Log somebody in."""
    assert actor.user_id is not None
    text = logins.begin(
        shop.engine,
        shop.tenant,
        actor.user_id,
        "refresh",
        key=secrets.token_bytes(32),
        now=datetime.now(UTC),
    )
    return Person(actor, UUID(text.partition(".")[0]))


def rich_buyer(shop: Shop) -> Person:
    """Log in somebody with a fortune in the wallet."""
    return log_in(shop, shop.buyer(100_000_000, country="DE"))


def open_bench(home: Path, customers: int) -> Bench:
    """Simulate a shop below a folder, and let somebody buy."""
    url = f"sqlite:///{home / 'records.db'}"
    engine = connect(url)
    migrate(engine, BRANCHES)
    options = SimulationOptions(customers=customers)
    simulate(engine, SLUG, options, now=NOW, truth_folder=home)
    with reading(engine) as connection:
        shop = Shop(engine, find_tenant(connection, SLUG))
    for model in ("churn", "credit"):
        publish(make_real_package(model, tenant=SLUG), home / PACKAGES)
    variants = [shop.variant(1_999, stock=1_000_000) for _ in range(2)]
    buyers = [rich_buyer(shop) for _ in range(BUYERS)]
    for buyer in buyers:
        for _ in range(TOLD):
            with shop.work(buyer.actor) as work:
                cart.add(work, variants[0])
                checkout.checkout(work, "wallet")
    drain(engine, shop.tenant, notifier(), now=NOW)
    admin = log_in(shop, Actor("admin", shop._user("admin", None)))
    with shop.look() as work:
        mine = {"tenant": shop.tenant.id}
        ids = {
            table.name: list(
                work.ask(
                    select(table.c.id)
                    .where(table.c.tenant_id == mine["tenant"])
                    .order_by(func.random())
                    .limit(2_000)
                ).scalars()
            )
            for table in (schema.orders, schema.customer)
        }
        names = work.ask(
            select(schema.product.c.name).where(schema.product.c.tenant_id == mine["tenant"])
        ).scalars()
        words = sorted({name.split()[0] for name in names})[:20]
    with reading(engine) as connection:
        found = examine(connection)
    return Bench(
        shop=shop,
        home=home,
        url=url,
        secret=secrets.token_urlsafe(48),
        admin=admin,
        buyers=buyers,
        variants=variants,
        orders=ids["orders"],
        customers=ids["customer"],
        words=words,
        found=found,
    )
