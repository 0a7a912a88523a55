"""Orders on their way: placed, claimed, shipped and handed over, for tests of what happens then."""

from __future__ import annotations

import uuid
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select
from tests.commerce.shop import NOW, Shop

from commerce.delivery.couriers import claim, ship
from commerce.delivery.proof import Confirmation, Proof, confirm
from commerce.orders.checkout import place
from commerce.orders.lines import OrderedLine
from commerce.records import schema
from commerce.records.actors import SYSTEM, Actor


def courier_of(shop: Shop) -> Actor:
    """Somebody who brings orders."""
    user = uuid.uuid4()
    row = {
        "tenant_id": shop.tenant.id,
        "id": user,
        "username": user.hex,
        "password_hash": "-",
        "role": "delivery",
        "active": True,
        "created_at": NOW,
    }
    with shop.work(SYSTEM) as work:
        work.connection.execute(insert(schema.users), row)
    return Actor("delivery", user)


def placed(shop: Shop, buyer: Actor, *lines: tuple[UUID, int], method: str = "wallet") -> UUID:
    """An order of some units of some variants; what a wallet pays is put there first."""
    assert buyer.customer_id is not None
    if method == "wallet":
        shop.top_up(buyer.customer_id, 100_000)
    with shop.work(buyer) as work:
        return place(work, [OrderedLine(*line) for line in lines], buyer.customer_id, method)


def shipped(shop: Shop, courier: Actor, order: UUID) -> Proof:
    """Claim an order and set out with it; give what the buyer shows at the door."""
    with shop.work(courier) as work:
        claim(work, order)
        return ship(work, order)


def shown(shop: Shop, courier: Actor, order: UUID, late: float = 0, **proof: Any) -> Confirmation:
    """Show a proof at the door, days late."""
    with shop.work(courier, days=late) as work:
        return confirm(work, order, **proof)


def delivered(shop: Shop, buyer: Actor, *lines: tuple[UUID, int], method: str = "wallet") -> UUID:
    """An order that has arrived."""
    courier = courier_of(shop)
    order = placed(shop, buyer, *lines, method=method)
    proof = shipped(shop, courier, order)
    assert shown(shop, courier, order, token=proof.token).delivered
    return order


def read(shop: Shop, table: str, record: UUID, column: str = "id") -> Any:
    """The row of a record."""
    target = schema.metadata.tables[table]
    with shop.look() as work:
        return work.connection.execute(select(target).where(target.c[column] == record)).one()
