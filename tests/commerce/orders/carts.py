"""Carts that are filled and checked out, for tests of what comes of an order."""

from __future__ import annotations

from uuid import UUID

from tests.commerce.shop import Shop

from commerce.orders import cart
from commerce.orders.checkout import checkout
from commerce.records.actors import Actor


def buy(shop: Shop, buyer: Actor, *variants: UUID, method: str = "wallet") -> UUID:
    """Fill the cart and check out."""
    with shop.work(buyer) as work:
        for variant in variants:
            cart.add(work, variant)
    with shop.work(buyer) as work:
        return checkout(work, method)
