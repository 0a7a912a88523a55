"""Every POST that moves value, sent twice under one key: done once, answered alike; another body is refused."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest
from fastapi.routing import APIRoute
from tests.serving.rest.matrix import lines, request_of
from tests.serving.rest.people import Person, Shops
from tests.serving.rest.selling import shop_of

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


def people_who_may(shops: Shops, expected: dict[str, int]) -> Iterable[Person]:
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


@pytest.mark.parametrize("route", moving())
def test_what_is_sent_twice_under_one_key_is_done_once(shops: Shops, route: str) -> None:
    table, expected = lines()[route]
    ids = table.ids(shops) if "{" in route else {}
    method, path, body = request_of(shops, route, table, ids, 0)
    key = {"Idempotency-Key": "once"}
    for person in people_who_may(shops, expected):
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
