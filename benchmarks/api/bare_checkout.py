"""The cart and the checkout by hand: the same rows in the same tables, each request one transaction by SQLAlchemy Core.

What a checkout comes to here: stock taken, money of the wallet set aside, the order with its lines, its payment and its
delivery, the events of all that in the stream and the outbox, or nothing of it. The tables' own triggers hold both to
the same books, and the doctor examines them afterwards.
"""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import Any
from uuid import UUID

from benchmarks.api.bare import (
    Asked,
    Claims,
    Order,
    account,
    customer,
    delivery,
    event,
    line,
    money,
    opened,
    orders,
    payment,
    product,
    promotion,
    told_orders,
    variant,
)
from fastapi import FastAPI, HTTPException
from pydantic import BaseModel
from sqlalchemy import Connection, and_, insert, or_, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from commerce.records import schema

TAX_BP = {"US": 1000, "GB": 2000, "CA": 1500, "DE": 1900}
"""Hundredths of a percent by country; elsewhere 2000."""

posting, outbox, counter = schema.posting, schema.outbox, schema.counter


class Item(BaseModel):
    """What goes into the cart."""

    variant_id: UUID
    quantity: int = 1


class Checkout(BaseModel):
    """How it is paid."""

    method: str


class CartLine(BaseModel):
    """What is in the cart."""

    position: int
    variant_id: UUID
    product_id: UUID
    quantity: int
    price: str | None


class Cart(BaseModel):
    """The cart."""

    id: UUID
    items: list[CartLine]
    amount: str
    currency: str


def add_routes(app: FastAPI) -> None:
    """Add them."""
    app.post("/api/cart/items", status_code=201)(add_item)
    app.post("/api/orders/checkout", status_code=201)(check_out)


def emit(connection: Connection, asked: Claims, who: Any, rows: list[dict[str, Any]]) -> list[int]:
    """Write events, and put them in the outbox; give their ids."""
    now, key = datetime.now(UTC), uuid.uuid4().hex
    usual = {
        "tenant_id": asked.tenant,
        "customer_id": who.customer_id,
        "actor_id": who.id,
        "product_id": None,
        "occurred_at": now,
        "recorded_at": now,
        "ingested_at": now,
        "due_at": None,
        "amount_minor": None,
        "currency": None,
        "base_minor": None,
        "quantity": None,
        "value": None,
        "method": None,
        "reason": None,
    }
    written = [
        {**usual, **row, "source_key": f"bare:{key}:{place}"} for place, row in enumerate(rows)
    ]
    made = insert(event).returning(event.c.id, sort_by_parameter_order=True)
    ids = list(connection.execute(made, written).scalars())
    connection.execute(
        insert(outbox), [{"tenant_id": asked.tenant, "event_id": each} for each in ids]
    )
    return ids


def find_cart(connection: Connection, asked: Claims, who: Any) -> UUID | None:
    """Find the cart."""
    return connection.execute(
        select(orders.c.id).where(
            orders.c.tenant_id == asked.tenant,
            orders.c.customer_id == who.customer_id,
            orders.c.status == "cart",
        )
    ).scalar()


def add_item(asked: Asked, body: Item) -> Cart:
    """Put something into the cart."""
    with opened(asked, writes=True) as (connection, who):
        sold = connection.execute(
            select(product.c.id)
            .join(
                variant,
                and_(
                    variant.c.tenant_id == product.c.tenant_id, variant.c.product_id == product.c.id
                ),
            )
            .where(
                variant.c.tenant_id == asked.tenant,
                variant.c.id == body.variant_id,
                product.c.status == "approved",
            )
        ).scalar()
        if sold is None or not 1 <= body.quantity <= 1_000_000:
            raise HTTPException(404)
        cart = find_cart(connection, asked, who)
        if cart is None:
            cart = uuid.uuid4()
            count = upsert(counter).values(tenant_id=asked.tenant, name="orders", value=1)
            number = connection.execute(
                count.on_conflict_do_update(
                    index_elements=["tenant_id", "name"], set_={"value": counter.c.value + 1}
                ).returning(counter.c.value)
            ).scalar_one()
            about = {"aggregate_type": "order", "aggregate_id": cart.hex}
            (made,) = emit(connection, asked, who, [{"type": "cart.opened", **about}])
            connection.execute(
                insert(orders).values(
                    tenant_id=asked.tenant,
                    id=cart,
                    number=number,
                    customer_id=who.customer_id,
                    status="cart",
                    total_minor=0,
                    currency="EUR",
                    event_id=made,
                )
            )
        here = line.c.tenant_id == asked.tenant, line.c.order_id == cart
        lines = connection.execute(select(line).where(*here).order_by(line.c.position)).all()
        if any(each.variant_id == body.variant_id for each in lines):
            connection.execute(
                update(line)
                .where(*here, line.c.variant_id == body.variant_id)
                .values(quantity=line.c.quantity + body.quantity)
            )
        else:
            connection.execute(
                insert(line).values(
                    tenant_id=asked.tenant,
                    order_id=cart,
                    position=max((each.position for each in lines), default=0) + 1,
                    product_id=sold,
                    variant_id=body.variant_id,
                    quantity=body.quantity,
                    amount_minor=0,
                )
            )
        lines = connection.execute(
            select(
                line.c.position,
                line.c.variant_id,
                line.c.product_id,
                line.c.quantity,
                variant.c.price_minor,
            )
            .outerjoin(
                variant,
                and_(variant.c.tenant_id == line.c.tenant_id, variant.c.id == line.c.variant_id),
            )
            .where(*here)
            .order_by(line.c.position)
        ).all()
        return Cart(
            id=cart,
            items=[
                CartLine(
                    position=each.position,
                    variant_id=each.variant_id,
                    product_id=each.product_id,
                    quantity=each.quantity,
                    price=money(each.price_minor),
                )
                for each in lines
            ],
            amount=money(sum(each.quantity * each.price_minor for each in lines)),
            currency="EUR",
        )


def check_out(asked: Asked, body: Checkout) -> Order:
    """From the cart to a placed order, paid by the wallet."""
    with opened(asked, writes=True) as (connection, who):
        tenant = asked.tenant
        cart = find_cart(connection, asked, who)
        if cart is None or body.method != "wallet":
            raise HTTPException(409)
        now = datetime.now(UTC)
        lines = connection.execute(
            select(
                line.c.position,
                line.c.variant_id,
                line.c.quantity,
                variant.c.price_minor,
                variant.c.product_id,
            )
            .join(
                variant,
                and_(variant.c.tenant_id == line.c.tenant_id, variant.c.id == line.c.variant_id),
            )
            .where(line.c.tenant_id == tenant, line.c.order_id == cart)
            .order_by(line.c.position)
        ).all()
        buyer = connection.execute(
            select(customer).where(customer.c.tenant_id == tenant, customer.c.id == who.customer_id)
        ).one()
        offers = connection.execute(
            select(promotion).where(
                promotion.c.tenant_id == tenant,
                or_(promotion.c.starts_at.is_(None), promotion.c.starts_at <= now),
                or_(promotion.c.ends_at.is_(None), promotion.c.ends_at > now),
            )
        ).all()
        assert not offers, "what a promotion takes off is not written here"
        tax_bp = TAX_BP.get(buyer.country, 2000)
        taxes = [
            round(Fraction(each.quantity * each.price_minor * tax_bp, 10_000)) for each in lines
        ]
        costs = [
            each.quantity * each.price_minor + tax for each, tax in zip(lines, taxes, strict=True)
        ]
        total = sum(costs)
        paid, brought = uuid.uuid4(), uuid.uuid4()
        about = {"aggregate_type": "order", "aggregate_id": cart.hex}
        cost = {"amount_minor": total, "base_minor": total, "currency": "EUR"}
        due = now + timedelta(days=5)
        placed, *of_lines, created, held, promised = emit(
            connection,
            asked,
            who,
            [
                {
                    "type": "order.placed",
                    **about,
                    **cost,
                    "quantity": sum(each.quantity for each in lines),
                    "value": len(lines),
                    "method": "web",
                },
                *(
                    {
                        "type": "order.line",
                        **about,
                        "product_id": each.product_id,
                        "amount_minor": amount,
                        "base_minor": amount,
                        "currency": "EUR",
                        "quantity": each.quantity,
                    }
                    for each, amount in zip(lines, costs, strict=True)
                ),
                {
                    "type": "payment.created",
                    "aggregate_type": "payment",
                    "aggregate_id": paid.hex,
                    **cost,
                    "method": "wallet",
                },
                {
                    "type": "wallet.held",
                    "aggregate_type": "wallet",
                    "aggregate_id": cart.hex,
                    **cost,
                    "reason": "escrow_hold",
                },
                {
                    "type": "delivery.promised",
                    "aggregate_type": "delivery",
                    "aggregate_id": brought.hex,
                    "due_at": due,
                },
            ],
        )
        connection.execute(
            update(orders)
            .where(orders.c.tenant_id == tenant, orders.c.id == cart, orders.c.status == "cart")
            .values(
                status="placed",
                total_minor=total,
                tax_minor=sum(taxes),
                placed_at=now,
                method="wallet",
                country=buyer.country or "ZZ",
                latitude=buyer.latitude,
                longitude=buyer.longitude,
                address=buyer.address,
                event_id=placed,
            )
        )
        connection.execute(
            insert(payment).values(
                tenant_id=tenant,
                id=paid,
                order_id=cart,
                customer_id=who.customer_id,
                method="wallet",
                status="requires_capture",
                amount_minor=total,
                currency="EUR",
                created_at=now,
                provider="wallet",
                event_id=created,
            )
        )
        connection.execute(
            insert(delivery).values(
                tenant_id=tenant,
                id=brought,
                order_id=cart,
                status="available",
                promised_at=due,
                event_id=promised,
            )
        )
        moved = [
            (emitted, f"SKU:{each.variant_id.hex}", ("on_hand", ""), each.quantity)
            for emitted, each in zip(of_lines, lines, strict=True)
        ]
        moved.append((held, "EUR", ("wallet", who.customer_id.hex), total))
        connection.execute(
            insert(account),
            [
                {"tenant_id": tenant, "asset": asset, "kind": "held", "key": cart.hex, "balance": 0}
                for _, asset, _, _ in moved
            ],
        )
        wanted = [
            and_(account.c.asset == asset, account.c.kind == kind, account.c.key == key)
            for _, asset, source, _ in moved
            for kind, key in (source, ("held", cart.hex))
        ]
        found = connection.execute(
            select(account).where(account.c.tenant_id == tenant, or_(*wanted))
        ).all()
        places = {(each.asset, each.kind, each.key): each for each in found}
        for _, asset, source, amount in moved:
            if (asset, *source) not in places or places[asset, *source].balance < amount:
                raise HTTPException(409)
        connection.execute(
            insert(posting),
            [
                {
                    "tenant_id": tenant,
                    "event_id": emitted,
                    "asset": asset,
                    "debit_account_id": places[asset, *source].id,
                    "credit_account_id": places[asset, "held", cart.hex].id,
                    "amount": amount,
                }
                for emitted, asset, source, amount in moved
            ],
        )
        for each, tax, amount in zip(lines, taxes, costs, strict=True):
            connection.execute(
                update(line)
                .where(
                    line.c.tenant_id == tenant,
                    line.c.order_id == cart,
                    line.c.position == each.position,
                )
                .values(
                    unit_price=money(each.price_minor),
                    tax_minor=tax,
                    amount_minor=amount,
                )
            )
        row = connection.execute(
            select(orders).where(orders.c.tenant_id == tenant, orders.c.id == cart)
        ).one()
        return told_orders(connection, tenant, [row])[0]
