"""Every route, asked by everybody, of the own shop and of another: what comes out is what the table says."""

from __future__ import annotations

import ast
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.serving.rest.matrix import lines, nothing_stays, public, request_of, routes
from tests.serving.rest.people import Shops

from commerce.records.schema import ROLES
from commerce.records.states import MACHINES
from serving import rest

__all__ = ["nothing_stays"]


def test_every_route_has_a_line_and_every_line_a_route() -> None:
    assert routes() == sorted([*lines(), *public()])


@pytest.mark.usefixtures("nothing_stays")
def test_everybody_gets_what_the_table_says(shops: Shops) -> None:
    wrong = []
    for route, (table, expected) in lines().items():
        for number, (name, status) in enumerate({"anonymous": 401, **expected}.items()):
            ids = table.ids(shops) if "{" in route else {}
            method, path, body = request_of(shops, route, table, ids, number)
            answer = getattr(shops, name).request(method, path, json=body)
            if answer.status_code != status:
                wrong.append((route, name, status, answer.status_code, answer.text[:200]))
    assert wrong == []


def test_what_asks_for_no_credential_answers_everybody_alike(shops: Shops) -> None:
    for route, status in public().items():
        method, path, body = request_of(shops, route, pytest, {}, 0)
        for who in (shops.anonymous, shops.admin):
            assert who.request(method, path, json=body).status_code == status, route


@pytest.mark.usefixtures("nothing_stays")
def test_another_shops_credential_finds_nothing_and_names_no_other_shop(shops: Shops) -> None:
    wrong: list[tuple[object, ...]] = []
    for route, (table, _) in lines().items():
        if getattr(table, "OF_ALL_SHOPS", False):
            continue
        for number, (name, stranger) in enumerate(shops.of("other").items()):
            ids = table.ids(shops) if "{" in route else {}
            method, path, body = request_of(shops, route, table, ids, number)
            never = {key: str(uuid.uuid4()) for key in ids} | {"model": "churn"}
            _, nowhere, _ = request_of(shops, route, table, never, number)
            if ids and "{model}" not in route:
                found = stranger.request(method, path, json=body).status_code
                nothing = stranger.request(method, nowhere, json=body).status_code
                if found != nothing or found < 400:
                    wrong.append((route, name, "by id", found, nothing))
            if name == "superadmin":
                continue
            for spoof in ({"headers": {"X-Tenant-ID": "acme"}}, {"params": {"tenant_id": "acme"}}):
                spoofed = stranger.request(method, path, json=body, **spoof)
                if spoofed.status_code != 403:
                    wrong.append((route, name, str(spoof), spoofed.status_code, spoofed.text[:200]))
    assert wrong == []


PARTS = {
    "buyer": (
        *("GET /api/products", "POST /api/cart/items", "POST /api/orders/checkout"),
        *("GET /api/orders/{order_id}", "POST /api/returns", "POST /api/reviews"),
    ),
    "seller": (
        *("POST /api/products", "PATCH /api/products/{product_id}", "POST /api/auctions/create"),
        *("POST /api/products/{product_id}/discount", "POST /api/products/{product_id}/images"),
        "PATCH /api/product/products/{product_id}/assign-brand",
    ),
    "courier": (
        *("GET /api/delivery/orders/available", "GET /api/delivery/orders/{order_id}/location"),
        "POST /api/delivery/orders/{order_id}/fail",
    ),
    "admin": (
        *("POST /api/brands/{brand_id}/approve", "POST /api/auctions/admin/{auction_id}/review"),
        *("POST /api/customers", "POST /api/orders", "POST /api/payments", "GET /api/users"),
        *("PATCH /api/returns/{return_id}/update", "PATCH /api/customers/{customer_id}"),
        "POST /api/customers/{customer_id}/recompute-score",
    ),
}
"""What each role is there for; whoever else is named for it may do it, too."""


@pytest.mark.parametrize("role", PARTS)
def test_each_role_may_do_its_part_and_a_stranger_none_of_it(role: str) -> None:
    table = {route: expected for route, (_, expected) in lines().items()}
    for route in PARTS[role]:
        assert table[route][role] < 300, route
        if "{" in route:
            assert table[route]["stranger"] >= 400, route


def test_who_is_no_staff_reads_and_writes_none_of_the_shops_records() -> None:
    books = ("customers", "orders", "payments", "credit-profiles")
    own = "/api/orders/checkout"
    for route, (_, expected) in lines().items():
        method, _, path = route.partition(" ")
        if not {*path.split("/")[2:3]} & {*books} or path == own:
            continue
        if method != "GET":
            assert expected["stranger"] in (403, 404), route
        elif path.count("/") == 2:
            assert expected["stranger"] == 200, route


def constants(node: ast.AST) -> Iterator[str]:
    """Every text of a module that is no documentation and no example."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Expr) and isinstance(child.value, ast.Constant):
            continue
        if isinstance(child, ast.Call) and getattr(child.func, "id", "") == "example":
            continue
        if isinstance(child, ast.Constant) and isinstance(child.value, str):
            yield child.value
        yield from constants(child)


def test_a_route_holds_no_rule_no_query_no_role_and_no_status() -> None:
    statuses = {state for machine in MACHINES for state in machine.states}
    words = {*ROLES, "system", *statuses}
    found = []
    for path in sorted(Path(rest.__file__).parent.glob("*.py")):
        text = path.read_text(encoding="utf-8")
        if "select(" in text or "sqlalchemy" in text:
            found.append((path.name, "a query"))
        found += [(path.name, each) for each in constants(ast.parse(text)) if each in words]
    assert found == []
