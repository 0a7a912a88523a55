"""Orders that are paid in one way or another, and their payments."""

from __future__ import annotations

from uuid import UUID

from tests.commerce.shop import Shop

from commerce.orders.checkout import place
from commerce.orders.lines import OrderedLine
from commerce.payments import queries
from commerce.records.actors import Actor


def ordered(shop: Shop, buyer: Actor, method: str, *, price: int = 1000, **more: int) -> UUID:
    """An order of 1190, tax included."""
    assert buyer.customer_id is not None
    variant = shop.variant(price)
    with shop.work(buyer) as work:
        return place(work, [OrderedLine(variant, 1)], buyer.customer_id, method, **more)  # type: ignore[arg-type]


def payment_of(shop: Shop, order: UUID) -> queries.Payment:
    """The first payment of an order."""
    with shop.look() as work:
        return queries.payments(work, order_id=order).rows[-1]
