"""The shop acme over HTTP as one that sells: its workflows' helpers, located buyers, orders placed and delivered."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from tests.commerce.delivery.journeys import shipped, shown
from tests.commerce.shop import Shop
from tests.serving.rest.people import Person, Shops

from commerce.people import customers


def shop_of(shops: Shops) -> Shop:
    """The records of acme, for what no route is needed for; the same each time, as it counts what it names."""
    shop: Shop = vars(shops).setdefault("_selling", Shop(shops.engine, shops.tenant("acme")))
    return shop


def customer_of(person: Person) -> UUID:
    """Who a person is as a customer."""
    assert person.actor.customer_id is not None
    return person.actor.customer_id


def settle(shop: Shop, *people: Person, money: int = 0) -> None:
    """Give customers a place in Germany, and money in their wallets."""
    for person in people:
        customer = customer_of(person)
        with shop.work() as work:
            customers.set_location(work, customer, 52.5, 13.4, "Tick Street 1")
            customers.change(work, customer, {"country": "DE"})
        if money:
            shop.top_up(customer, money)


def order(person: Person, *variants: UUID, method: str = "wallet", **more: Any) -> dict[str, Any]:
    """Order one of each over HTTP; give the answer."""
    items = [{"variant_id": str(variant)} for variant in variants]
    made = person.post("/api/orders", {"items": items, "method": method, **more})
    assert made.status_code == 201, made.text
    body: dict[str, Any] = made.json()
    return body


def deliver(shops: Shops, order_id: str) -> None:
    """Bring an order to its buyer's door, now."""
    shop, courier = shop_of(shops), shops.courier.actor
    proof = shipped(shop, courier, UUID(order_id))
    assert shown(shop, courier, UUID(order_id), token=proof.token).delivered
