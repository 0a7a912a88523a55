"""Orders on their way: placed, claimed, shipped and handed over, for tests of what happens then."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select
from tests.commerce.shop import NOW, Shop

from commerce import schema
from commerce.actors import SYSTEM, Actor
from commerce.delivery.couriers import claim, ship
from commerce.delivery.proof import Confirmation, confirm
from commerce.delivery.seals import Proof
from commerce.errors import CommerceError
from commerce.identity import reserve_numbers
from commerce.ledger import WORLD, Account, Transfer
from commerce.machine import Fact, fire
from commerce.states import DELIVERY, ORDER, PAYMENT
from commerce.stock import hold


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


def placed(
    shop: Shop,
    buyer: Actor,
    *lines: tuple[UUID, int],
    amount: int = 1000,
    method: str = "card",
    paid: bool = True,
) -> UUID:
    """An order of some units of some variants, each line of them ``amount``, promised for a day later."""
    order, payment, total = uuid.uuid4(), uuid.uuid4(), amount * len(lines)
    with shop.work(SYSTEM) as work:
        variant_, product_ = schema.variant.c, schema.product.c
        products = dict(
            map(tuple, work.connection.execute(select(variant_.id, variant_.product_id)))
        )
        sellers = dict(map(tuple, work.connection.execute(select(product_.id, product_.seller_id))))
        new = {
            "number": reserve_numbers(work.connection, work.tenant, "orders", 1),
            "customer_id": buyer.customer_id,
            "total_minor": total,
            "currency": work.tenant.currency,
            "placed_at": NOW,
            "method": method,
            "latitude": 52.5,
            "longitude": 13.4,
            "address": "Tick Street 1",
        }
        goods = [hold(variant, quantity, order) for variant, quantity in lines]
        fact = Fact("order.placed", buyer.customer_id, amount=total, transfers=goods)
        fire(work, ORDER, order, fact, new=new)
        for position, (variant, quantity) in enumerate(lines):
            row = {
                "tenant_id": work.tenant.id,
                "order_id": order,
                "position": position,
                "product_id": products[variant],
                "variant_id": variant,
                "quantity": quantity,
                "amount_minor": amount,
                "seller_id": sellers[products[variant]],
            }
            work.connection.execute(insert(schema.order_line), row)
        made = Fact("payment.created", buyer.customer_id, amount=total)
        bill = {
            "order_id": order,
            "customer_id": buyer.customer_id,
            "method": method,
            "amount_minor": total,
            "currency": work.tenant.currency,
            "created_at": NOW,
        }
        fire(work, PAYMENT, payment, made, to="requires_confirmation", new=bill)
        if method in ("cash_on_delivery", "pay_later"):
            fire(work, PAYMENT, payment, Fact("payment.confirmed"), to="processing")
        elif paid:
            money = Transfer(work.tenant.currency, WORLD, Account("held", order.hex), total)
            captured = Fact("payment.captured", amount=total, method=method, transfers=[money])
            fire(work, PAYMENT, payment, captured)
        due = work.now + 86_400_000_000
        promised = Fact("delivery.promised", buyer.customer_id, due_at=due)
        way = {"order_id": order, "promised_at": due}
        fire(work, DELIVERY, uuid.uuid4(), promised, new=way)
    return order


def shipped(shop: Shop, courier: Actor, order: UUID) -> Proof:
    """Claim an order and set out with it; give what the buyer shows at the door."""
    with shop.work(courier) as work:
        claim(work, order)
        return ship(work, order)


def shown(shop: Shop, courier: Actor, order: UUID, late: float = 0, **proof: Any) -> Confirmation:
    """Show a proof at the door, days late."""
    with shop.work(courier, days=late) as work:
        return confirm(work, order, **proof)


def delivered(
    shop: Shop, buyer: Actor, *lines: tuple[UUID, int], amount: int = 1000, **how: Any
) -> UUID:
    """An order that has arrived."""
    courier = courier_of(shop)
    order = placed(shop, buyer, *lines, amount=amount, **how)
    proof = shipped(shop, courier, order)
    assert shown(shop, courier, order, token=proof.token).delivered
    return order


def read(shop: Shop, table: str, record: UUID, column: str = "id") -> Any:
    """The row of a record."""
    target = schema.metadata.tables[table]
    with shop.look() as work:
        return work.connection.execute(select(target).where(target.c[column] == record)).one()


def at_once(*calls: Callable[[], object]) -> Sequence[object]:
    """Call several at the same time; give what each returned, or the error it was refused with."""
    ready = threading.Barrier(len(calls))
    outcomes: list[object] = [None] * len(calls)

    def run(place: int, call: Callable[[], object]) -> None:
        ready.wait()
        try:
            outcomes[place] = call()
        except CommerceError as refusal:
            outcomes[place] = refusal

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes
