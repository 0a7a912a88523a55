"""However an export is written, its records are the truth to the cent and the second, or the import asks or refuses."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from itertools import count
from typing import Any, Literal

import pytest
from hypothesis import HealthCheck, event, given, settings
from sqlalchemy import select
from tests.importing.sales.dialects import (
    CLOCKS,
    DATES,
    Dialect,
    Sale,
    TrueOrder,
    dialects,
    orders,
    write,
)
from tests.importing.shops import Shop

from commerce.records import schema
from commerce.records.sql import micros
from importing.engine.summary import ImportSummary
from tabular.errors import TableError

_tenants = count(1)


def held(shop: Shop, tenant: str) -> list[tuple[str, str, int, int]]:
    """What the records hold of each order: name, customer, instant and worth."""
    table, whose, owner = schema.orders, schema.customer, schema.tenant
    query = (
        select(
            table.c.external_id, whose.c.external_id, micros(table.c.placed_at), table.c.total_minor
        )
        .join(owner, owner.c.id == table.c.tenant_id)
        .join(whose, (whose.c.tenant_id == table.c.tenant_id) & (whose.c.id == table.c.customer_id))
        .where(owner.c.slug == tenant)
    )
    with shop.engine.connect() as connection:
        found: list[Any] = sorted(map(tuple, connection.execute(query)))
        return found


def truth(true: list[TrueOrder]) -> list[tuple[str, str, int, int]]:
    return sorted(
        (order.name, order.customer, round(order.at.timestamp()) * 1_000_000, order.total)
        for order in true
    )


def check(shop: Shop, true: list[TrueOrder], dialect: Dialect) -> ImportSummary | None:
    """Import a shop's export, and hold what the records have against the truth; None where the import asked."""
    tenant = f"t{next(_tenants)}"
    content = write(true, dialect)
    try:
        summary = shop.sell(content, tenant=tenant, timezone="Europe/Berlin", allow_refused=0.0)
    except TableError as error:
        assert "must" in str(error)  # noqa: PT017 - a sentence is the other right answer
        assert held(shop, tenant) == []
        return None
    assert summary.currency == "EUR"
    assert held(shop, tenant) == truth(true), (dialect, content)
    return summary


CLEAR = [
    TrueOrder(
        "A1",
        "ann",
        datetime(2021, 12, 31, 9, 5, 7, tzinfo=UTC),
        "paid",
        (Sale("P1", 2, Decimal("1234.50")),),
    ),
    TrueOrder(
        "A2",
        "bob",
        datetime(2019, 3, 28, 20, tzinfo=UTC),
        "returned",
        (Sale("P2", 1, Decimal("0.99")),),
    ),
]
"""Orders whose export leaves nothing in doubt."""


@pytest.mark.parametrize("dates", DATES)
@pytest.mark.parametrize("mark", [".", ","])
@pytest.mark.parametrize("years", [2, 4])
def test_what_leaves_nothing_in_doubt_comes_in(
    shop: Shop, dates: str, mark: str, years: int
) -> None:
    for delimiter in ",;":
        dialect = Dialect(dates=dates, mark=mark, years=years, delimiter=delimiter, grouped=True)
        summary = check(shop, CLEAR, dialect)
        assert summary is not None
        assert summary.rows_accepted == 2


@pytest.mark.parametrize("clock", CLOCKS)
@pytest.mark.parametrize("zone", ["", "name", "offset"])
def test_clocks_and_zones_beside_the_date_come_in(
    shop: Shop, clock: str, zone: Literal["", "name", "offset"]
) -> None:
    dialect = Dialect(clock=clock, zone=zone, dates="DMY.", once_per_order=True)
    assert check(shop, CLEAR, dialect) is not None


@pytest.mark.parametrize("totals", ["once", "repeated"])
@pytest.mark.parametrize("prices", [True, False])
def test_totals_of_orders_come_in_once(
    shop: Shop, totals: Literal["once", "repeated"], prices: bool
) -> None:
    lines = tuple(Sale(f"P{n}", n + 1, Decimal("10.01")) for n in range(3))
    true = [replace(CLEAR[0], lines=lines), CLEAR[1]]
    dialect = Dialect(totals=totals, prices=prices, total_row="Total", footer="By Jane Doe")
    assert check(shop, true, replace(dialect, header_again=True)) is not None


@given(true=orders, dialect=dialects)
@settings(
    max_examples=100,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_a_shop_in_any_dialect_is_the_truth_or_a_question(
    shop: Shop, true: list[TrueOrder], dialect: Dialect
) -> None:
    event("asked" if check(shop, true, dialect) is None else "came in true")


@pytest.mark.slow
@given(true=orders, dialect=dialects)
@settings(
    max_examples=2_000,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_a_shop_in_thousands_of_dialects_is_the_truth_or_a_question(
    shop: Shop, true: list[TrueOrder], dialect: Dialect
) -> None:
    event("asked" if check(shop, true, dialect) is None else "came in true")
