"""Rows dated in the future: the stream keeps what it gets, so one slip would move a tenant's clock for good."""

from __future__ import annotations

from datetime import datetime, timedelta

from tests.importing.shops import NOW, Shop, counts, micros

from commerce.records.database import reading
from commerce.records.tenants import clock, find_tenant

AHEAD = (NOW + timedelta(days=1)).isoformat()


def time_of(shop: Shop) -> datetime:
    with reading(shop.engine) as connection:
        return clock(connection, find_tenant(connection, "acme"), now=NOW)


def test_a_sale_of_the_future_is_refused_and_does_not_move_the_clock(shop: Shop) -> None:
    rows = (
        "ann,2011-01-01,10,2011-01-02\nann,2095-01-01,10,2095-01-02\nann,2011-01-05,10,2095-01-05\n"
    )
    summary = shop.sell(
        "c,t,a,r\n" + rows, customer="c", time="t", amount="a", recorded="r", currency="EUR"
    )
    assert counts(summary) == (3, 1, 2, 0)
    assert summary.reasons == {"time in the future": 1, "recorded in the future": 1}
    assert time_of(shop) == datetime.fromisoformat("2011-01-02T00:00:00.000001+00:00")
    assert summary.rejects is not None
    text = summary.rejects.read_text(encoding="utf-8-sig")
    assert (
        "time must be a time until 2026-01-02T00:00+00:00, a day from now; got '2095-01-01'" in text
    )


def test_an_event_of_the_future_is_refused_but_may_be_due_there(shop: Shop) -> None:
    summary = shop.import_events(
        "type,customer,occurred_at,recorded_at,due_at,amount,currency\n"
        "invoice.issued,ann,2011-01-02,,2095-01-16,24.99,EUR\n"
        "order.placed,ann,2095-01-02,,,24.99,EUR\n"
        "order.placed,ann,2011-01-03,2095-01-03,,24.99,EUR\n"
    )
    assert counts(summary) == (3, 1, 2, 0)
    assert summary.reasons == {"occurred_at in the future": 1, "recorded_at in the future": 1}
    (issued,) = shop.events("invoice.issued")
    assert issued.due_at == micros("2095-01-16")
    assert time_of(shop) == datetime.fromisoformat("2011-01-02T00:00:00.000001+00:00")


def test_a_shop_may_be_a_day_ahead(shop: Shop) -> None:
    assert shop.sell(
        f"c,t,a\nann,{AHEAD},10\n", customer="c", time="t", amount="a", currency="EUR"
    ).rows_accepted
