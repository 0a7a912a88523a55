"""A small shop for tests of its workflows: people, variants on sale, money, and an instant to begin at."""

from __future__ import annotations

import uuid
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy import Engine, func, insert, select, update
from tests.tenants import make_tenant

from commerce.catalogue import products
from commerce.catalogue.products import NewVariant
from commerce.records import schema
from commerce.records.actors import SYSTEM, Actor
from commerce.records.identity import reserve_numbers
from commerce.records.ledger import WORLD, Account, Transfer, balance
from commerce.records.machine import EventDraft, fire
from commerce.records.states import CUSTOMER, PAYMENT
from commerce.records.tenants import Tenant
from commerce.records.work import Work, looking, working
from commerce.stock import receive
from commerce.wallet import of_customer

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
ADMIN = Actor("admin")


@dataclass
class Shop:
    """A tenant with its engine; every call is a transaction of its own."""

    engine: Engine
    tenant: Tenant
    names: set[str] = field(default_factory=set)

    def work(
        self, actor: Actor = ADMIN, *, now: datetime = NOW, **late: float
    ) -> AbstractContextManager[Work]:
        """Open a unit of work, ``days`` and ``hours`` later."""
        return working(self.engine, self.tenant, actor, now=now + timedelta(**late))

    def look(self, actor: Actor = ADMIN) -> AbstractContextManager[Work]:
        """Open a unit of work that reads."""
        return looking(self.engine, self.tenant, actor, now=NOW)

    def buyer(self, money: int = 0, *, country: str | None = "DE", located: bool = True) -> Actor:
        """A customer with a log-in and so much in the wallet."""
        customer = uuid.uuid4()
        place = {"latitude": 52.5, "longitude": 13.4, "address": "Tick Street 1"} if located else {}
        with self.work(SYSTEM) as work:
            number = reserve_numbers(work.connection, work.tenant, "customer", 1)
            row = {"id": customer, "number": number, "created_at": NOW, "country": country, **place}
            work.connection.execute(insert(schema.customer), {"tenant_id": work.tenant.id, **row})
            fire(work, CUSTOMER, customer, EventDraft("customer.registered", customer_id=customer))
        actor = Actor("user", self._user("user", customer), customer)
        if money:
            self.top_up(customer, money)
        return actor

    def seller(self, *, buys: bool = False) -> Actor:
        """A seller; one who buys is a customer, too."""
        customer = self.buyer().customer_id if buys else None
        if customer is not None:
            with self.work(SYSTEM) as work:
                work.connection.execute(
                    update(schema.users)
                    .where(schema.users.c.customer_id == customer)
                    .values(role="seller")
                )
                row = work.connection.execute(
                    select(schema.users.c.id).where(schema.users.c.customer_id == customer)
                ).scalar_one()
            return Actor("seller", row, customer)
        return Actor("seller", self._user("seller", None))

    def _user(self, role: str, customer: UUID | None) -> UUID:
        user = uuid.uuid4()
        row = {
            "tenant_id": self.tenant.id,
            "id": user,
            "username": user.hex,
            "password_hash": "-",
            "role": role,
            "customer_id": customer,
            "active": True,
            "created_at": NOW,
        }
        with self.work(SYSTEM) as work:
            work.connection.execute(insert(schema.users), row)
        return user

    def top_up(self, customer: UUID, money: int) -> None:
        """Bring money in: a payment that succeeds."""
        payment = uuid.uuid4()
        with self.work(SYSTEM) as work:
            new = {
                "customer_id": customer,
                "amount_minor": money,
                "currency": work.tenant.currency,
                "created_at": NOW,
            }
            made = EventDraft("payment.created", customer_id=customer, amount=money)
            fire(work, PAYMENT, payment, made, to="requires_confirmation", new=new)
            moved = Transfer(work.tenant.currency, WORLD, of_customer(customer), money)
            topped_up = EventDraft(
                "wallet.topped_up", customer_id=customer, amount=money, transfers=[moved]
            )
            fire(work, PAYMENT, payment, topped_up)

    def variant(
        self,
        price: int = 1000,
        *,
        stock: int = 10,
        seller: Actor | None = None,
        category: UUID | None = None,
        low_stock_at: int = 0,
    ) -> UUID:
        """A variant on sale, of a product of its own; give the variant."""
        sku = f"S{len(self.names)}"
        self.names.add(sku)
        with self.work(seller or ADMIN) as work:
            product = products.create(
                work, sku, [NewVariant(sku, price, low_stock_at)], category_id=category
            )
        with self.work() as work:
            if seller is not None:
                products.approve(work, product)
            variant: UUID = work.connection.execute(
                select(schema.variant.c.id).where(
                    schema.variant.c.tenant_id == work.tenant.id, schema.variant.c.sku == sku
                )
            ).scalar_one()
            if stock:
                receive(work, variant, stock)
        return variant

    def product(self, variant: UUID) -> UUID:
        """The product of a variant."""
        with self.look() as work:
            found: UUID = work.connection.execute(
                select(schema.variant.c.product_id).where(schema.variant.c.id == variant)
            ).scalar_one()
        return found

    def holds(self, kind: str, key: str = "", asset: str | None = None) -> int:
        """What an account holds; money if no asset is named."""
        with self.look() as work:
            return balance(
                work.connection, work.tenant, asset or work.tenant.currency, Account(kind, key)
            )

    def events(self, *types: str) -> list[object]:
        """The types of the events emitted so far: all of them, or those of some types."""
        table = schema.event
        with self.look() as work:
            emitted = work.connection.execute(select(table.c.type).order_by(table.c.id)).scalars()
            return [each for each in emitted if not types or each in types]

    def rows(self) -> dict[str, int]:
        """How many rows every table holds."""
        with self.look() as work:
            return {
                table.name: work.connection.execute(
                    select(func.count()).select_from(table)
                ).scalar_one()
                for table in schema.metadata.sorted_tables
            }


def make_shop(engine: Engine, slug: str = "acme") -> Shop:
    """Open a shop."""
    return Shop(engine, make_tenant(engine, slug))
