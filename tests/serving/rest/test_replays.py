"""Every POST that moves value, sent twice under one key: done once, answered alike; another body is refused."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from fastapi.routing import APIRoute
from tests.serving.rest.matrix import lines, request_of
from tests.serving.rest.people import NOW, Person, Shops
from tests.serving.rest.selling import customer_of, deliver, order, settle, shop_of

from commerce.orders.offline import record_order
from commerce.payments import intents, invoices, methods
from serving.app import routers

MOVING = ("orders", "carts", "payments", "wallet")
"""Scopes whose POST routes move goods, money or points."""


def moving() -> list[str]:
    """Every POST route of such a scope that asks for a credential."""
    return sorted(
        f"POST {route.path}"
        for router in routers()
        for route in router.routes
        if isinstance(route, APIRoute)
        and "POST" in (route.methods or ())
        and str((route.openapi_extra or {}).get("x-scope", "")).split(":")[0] in MOVING
    )


def people_who_may(shops: Shops, expected: dict[str, int]) -> list[Person]:
    """Who is let do it, by the table of permissions: the first of them."""
    return [getattr(shops, name) for name, status in expected.items() if status < 300][:1]


def written(shops: Shops) -> dict[str, int]:
    """How many rows every table holds."""
    return shop_of(shops).rows()


def other_than(body: Any) -> dict[str, Any]:
    """Another body than was sent, for the same route."""
    changed = dict(body or {})
    for name, value in (("amount", "1.23"), ("quantity", 7), ("reason", "other_reason")):
        if name in changed:
            return {**changed, name: value}
    for name, value in (("status", "completed"), ("method", "pay_later"), ("lost", True)):
        if name in changed:
            return {**changed, name: value}
    return {**changed, "token": "pm_card_mastercard"} if "token" in changed else {}


def paid(shops: Shops, *, manual: bool = False) -> UUID:
    """A payment of 10.00 by card that is confirmed."""
    shop, buyer = shop_of(shops), customer_of(shops.buyer)
    with shop.work() as work:
        made = record_order(work, buyer, 1_000)
    with shop.work(shops.buyer.actor) as work:
        card = methods.attach(work, buyer, "pm_card_visa")
        payment = intents.begin(work, made, buyer, 1_000, "card", method_id=card, manual=manual)
        intents.confirm(work, payment)
    return payment


def arrived(shops: Shops) -> str:
    """An order that was delivered three days ago; the clock is moved."""
    shop = shop_of(shops)
    settle(shop, shops.buyer, money=10_000)
    made = order(shops.buyer, shop.variant(1000))["id"]
    deliver(shops, made)
    shops.clock.now = NOW + timedelta(days=3)
    return str(made)


def settled_invoice(shops: Shops) -> UUID:
    """An invoice that is paid."""
    shop = shop_of(shops)
    settle(shop, shops.buyer)
    order(shops.buyer, shop.variant(1000), method="pay_later")
    with shop.work() as work:
        (invoice,) = invoices.of_customer(work, customer_of(shops.buyer))
        invoices.pay(work, invoice.id, invoice.open)
    return invoice.id


LATER: dict[str, Callable[[Shops], object]] = {
    "POST /api/orders/{order_id}/complete": arrived,
    "POST /api/payments/{payment_id}/capture": lambda shops: paid(shops, manual=True),
    "POST /api/payments/{payment_id}/refund": paid,
    "POST /api/payments/{payment_id}/dispute": paid,
    "POST /api/invoices/{invoice_id}/charge_back": settled_invoice,
}
"""What a record must come to first for routes that nobody may use on one that is new; an admin does then."""


@pytest.mark.parametrize("route", moving())
def test_what_is_sent_twice_under_one_key_is_done_once(shops: Shops, route: str) -> None:
    table, expected = lines()[route]
    made = LATER[route](shops) if route in LATER else None
    ids = table.ids(shops) if "{" in route and made is None else {}
    if made is not None:
        ids = dict.fromkeys(("order_id", "payment_id", "invoice_id"), str(made))
    method, path, body = request_of(shops, route, table, ids, 0)
    key = {"Idempotency-Key": "once"}
    admin = shops.log_in(shops.tenant("acme"), shops.admin.actor)
    able = [admin] if made is not None else people_who_may(shops, expected)
    assert able, f"{route} needs a record in LATER that somebody may use it on"
    for person in able:
        first = person.request(method, path, json=body, headers=key)
        assert first.status_code < 300, first.text
        after = written(shops)
        again = person.request(method, path, json=body, headers=key)
        assert (again.status_code, again.json()) == (first.status_code, first.json())
        assert written(shops) == after
        if body and (other := other_than(body)):
            refused = person.request(method, path, json=other, headers=key)
            assert refused.status_code == 409, (other, refused.text)
            assert written(shops) == after


def test_the_routes_that_move_value_are_those_of_the_list() -> None:
    assert len(moving()) >= 22, moving()
