"""A status is an order's state at export: what it says must not be known any earlier."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from tests.importing.shops import Shop, micros

from commerce.records.database import reading, writing
from commerce.records.stream import FEATURE_COLUMNS, customer_rows
from commerce.records.tenants import find_tenant, observe

NAMED = {
    "order": "no",
    "customer": "c",
    "time": "t",
    "amount": "a",
    "status": "s",
    "currency": "EUR",
}
HEAD = "no,c,t,a,s\n"
ENDS = {
    "cancelled": ("order.cancelled",),
    "refunded": ("order.returned", "payment.refunded"),
    "declined": ("payment.failed",),
    "delivered": ("order.completed",),
}


def instants(shop: Shop, kind: str) -> tuple[int, int]:
    (event,) = shop.events(kind)
    return event.occurred_at, event.recorded_at


@pytest.mark.parametrize("word", ENDS)
def test_the_end_of_an_order_is_not_known_before_the_end_of_the_file(shop: Shop, word: str) -> None:
    shop.sell(HEAD + f"1,ann,2011-01-01,10,{word}\n2,bob,2011-06-01,5,paid\n", **NAMED)
    end = micros("2011-06-01")
    for kind in ENDS[word]:
        assert instants(shop, kind) == (end, end)
    ann = next(event.customer_id for event in shop.events("order.placed"))
    with reading(shop.engine) as connection:
        tenant = find_tenant(connection, "acme")
        rows = customer_rows(connection, tenant.id, ann, micros("2011-03-01"))
    known = {row[FEATURE_COLUMNS.index("type")] for row in rows}
    assert "order.placed" in known
    assert not known & set(ENDS[word])


@pytest.mark.parametrize("word", ENDS)
def test_the_end_of_an_order_is_known_when_its_row_was_recorded(shop: Shop, word: str) -> None:
    rows = f"1,ann,2011-01-01,10,{word},2011-02-01\n2,bob,2011-06-01,5,paid,2011-06-02\n"
    shop.sell("no,c,t,a,s,r\n" + rows, recorded="r", **NAMED)
    at = micros("2011-02-01")
    for kind in ENDS[word]:
        assert instants(shop, kind) == (at, at)
    assert [event.occurred_at for event in shop.events("order.placed")] == [
        micros("2011-01-01"),
        micros("2011-06-01"),
    ]


def test_paid_and_open_orders_have_no_end(shop: Shop) -> None:
    shop.sell(
        HEAD + "1,ann,2011-01-01,10,paid\n2,ann,2011-01-02,5,open\n3,bob,2011-06-01,5,\n", **NAMED
    )
    assert max(event.recorded_at for event in shop.events() if event.customer_id) == micros(
        "2011-06-01"
    )
    (first, _) = shop.events("payment.captured")
    assert (first.occurred_at, first.recorded_at) == (micros("2011-01-01"), micros("2011-01-01"))


def test_the_end_of_the_file_is_the_same_when_some_of_it_is_in_already(shop: Shop) -> None:
    last = "2,bob,2011-06-01,5,paid\n"
    shop.sell(HEAD + last, **NAMED)
    shop.sell(HEAD + "1,ann,2011-01-01,10,cancelled\n" + last, **NAMED)
    assert instants(shop, "order.cancelled") == (micros("2011-06-01"), micros("2011-06-01"))


def test_the_end_of_a_late_order_counts_from_its_arrival(shop: Shop) -> None:
    shop.sell(HEAD + "2,bob,2011-06-01,5,paid\n", **NAMED)
    look = datetime(2011, 8, 1, tzinfo=UTC)
    with writing(shop.engine) as connection:
        observe(connection, find_tenant(connection, "acme"), look)
    shop.sell(HEAD + "1,ann,2011-01-01,10,cancelled\n", **NAMED)
    assert instants(shop, "order.cancelled") == (micros("2011-01-01"), micros("2011-08-01"))
