"""Every list there is: however long it grows, it asks the database as often as when it was short."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import ColumnElement, Engine, Index, Table
from sqlalchemy.schema import ColumnCollectionConstraint
from tests.commerce.statements import statements
from tests.serving.rest.granted import granted, open_whole, operations
from tests.serving.rest.people import Person, Shops
from tests.serving.rest.sold import later

from commerce.records import rows
from commerce.records.errors import CommerceError

UNIQUE = ("sku", "username", "slug", "name", "email", "domain", "external_id", "reference")
"""Members that a shop takes once."""
NEVER_TWICE = ("POST /api/logout", "POST /api/session", "POST /api/token")
"""What ends or begins log-ins."""
OF_OTHERS = {
    "/api/tenants": "superadmin",
    "/api/payment_methods": "buyer",
    "/api/wallet/transactions": "buyer",
    "/api/delivery/orders": "courier",
}
"""Lists of which an admin has none."""
NARROWED = {"/api/orders/high_value": "&threshold=1"}
FULL = {
    "/api/events": "a page is full at once; test_events narrows it",
    "/api/orders/recent": "so is this one",
    "/api/reviews": "the same buyer reviews a product once; test_reviews has several",
    "/api/credit-profiles": "one customer is scored; a page is one query, whatever is on it",
    "/api/invoices/overdue": "nothing is overdue yet; it is the list of invoices, narrowed",
    "/api/points/history": "nobody earns points here",
    "/models": "they lie in files: no record is read for it",
}
"""Lists that do not grow here, and why."""


def listed(shops: Shops) -> list[str]:
    """The paths of the lists of records, but for those below a record."""
    document = shops.app.openapi()
    found = []
    for path, methods in document["paths"].items():
        answer = methods.get("get", {}).get("responses", {}).get("200", {})
        schema = answer.get("content", {}).get("application/json", {}).get("schema", {})
        model = document["components"]["schemas"].get(schema.get("$ref", "").rpartition("/")[2], {})
        members = set(model.get("properties", ()))
        of_a_mart = "as_of" in members
        if {"count", "results"} <= members and not of_a_mart and "{" not in path:
            found.append(path)
    return found


def anew(body: Any, number: int) -> Any:
    """A body like it, of another record."""
    if isinstance(body, list):
        return [anew(each, number) for each in body]
    if not isinstance(body, Mapping):
        return body
    return {
        name: f"{number}{value}"
        if name in UNIQUE and isinstance(value, str)
        else anew(value, number)
        for name, value in body.items()
    }


def fill(shops: Shops, number: int) -> None:
    """Make one more of everything that can be made."""
    for route in operations(shops):
        if route.startswith("POST") and not route.startswith(NEVER_TWICE):
            with suppress(CommerceError):  # such as a courier who carries enough
                asked = granted(shops, route)
                replace(asked, body=anew(asked.body, number)).send(shops, route)


def measured(shops: Shops) -> dict[str, tuple[int, int]]:
    """How many rows each list has, and how many statements it takes."""
    later(shops, seconds=1)  # who was logged out is logged in again
    found = {}
    for path in listed(shops):
        person: Person = getattr(shops, OF_OTHERS.get(path, "admin"))
        asked = f"{path}?page_size=100{NARROWED.get(path, '')}"
        person.get(asked)
        with statements(shops.gate.engine) as seen:
            answer = person.get(asked)
        assert answer.status_code == 200, (path, answer.text)
        found[path] = len(answer.json()["results"]), len(seen)
    return found


NO_INDEX = {
    "event.type": "the newest are read first, so a common type is found at once; an index costs every event",
    "job.state": "a shop keeps few jobs, in the order of an index",
    "job.kind": "the same",
}
"""What lists are narrowed by without an index, and why."""


def test_what_a_list_is_narrowed_by_is_found_by_an_index(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    filters: set[tuple[Table, str]] = set()

    def asked(table: Table, **values: Any) -> list[ColumnElement[bool]]:
        filters.update((table, name) for name in values)
        return given(table, **values)

    given = rows.asked
    monkeypatch.setattr(rows, "asked", asked)
    shops = open_whole(engine, tmp_path)
    try:
        measured(shops)
    finally:
        shops.close()
    assert len(filters) > 15
    bare = {
        f"{table.name}.{column}"
        for table, column in filters
        if not any(
            [each.name for each in led.columns][:2] == ["tenant_id", column]
            for led in [*table.indexes, *table.constraints]
            if isinstance(led, Index | ColumnCollectionConstraint)
        )
    }
    assert bare == set(NO_INDEX)


def test_a_list_asks_the_database_as_often_however_long_it_is(
    engine: Engine, tmp_path: Path
) -> None:
    shops = open_whole(engine, tmp_path)
    try:
        for number in (1, 2):
            fill(shops, number)
        before = measured(shops)
        for number in (3, 4):
            fill(shops, number)
        after = measured(shops)
    finally:
        shops.close()
    longer = {path for path in before if 0 < before[path][0] < after[path][0]}
    assert set(before) - longer == set(FULL), (before, after)
    assert [path for path in sorted(longer) if before[path][1] != after[path][1]] == []
