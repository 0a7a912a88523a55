"""Rows that arrive after something was computed: they count from then on, never before."""

from __future__ import annotations

from datetime import UTC, datetime

from tests.importing.shops import NOW, Shop, micros

from commerce.records.database import reading, writing
from commerce.records.tenants import clock, find_tenant, observe

HEAD = "who,at,total\n"
FIRST = "ann,2011-01-01,10\nbob,2011-03-01,5\n"
NAMED = {"customer": "who", "time": "at", "amount": "total"}


def look(shop: Shop, cutoff: datetime) -> None:
    with writing(shop.engine) as connection:
        observe(connection, find_tenant(connection, "acme"), cutoff)


def test_a_late_row_is_recorded_behind_what_was_computed(shop: Shop) -> None:
    shop.sell(HEAD + FIRST, **NAMED)
    look(shop, datetime(2011, 2, 1, tzinfo=UTC))
    shop.sell(HEAD + FIRST + "ann,2011-01-15,7\nbob,2011-02-10,8\n", **NAMED)
    late, timely = (
        next(event for event in shop.events("order.placed") if event.amount_minor == amount)
        for amount in (700, 800)
    )
    assert late.occurred_at == micros("2011-01-15")
    assert late.recorded_at == micros("2011-03-01") + 1
    assert timely.recorded_at == timely.occurred_at == micros("2011-02-10")


def test_a_look_ahead_of_the_clock_is_respected_too(shop: Shop) -> None:
    shop.sell(HEAD + FIRST, **NAMED)
    look(shop, datetime(2011, 6, 1, tzinfo=UTC))
    shop.sell(HEAD + "eve,2011-05-01,7\n", **NAMED)
    for event in shop.events():
        if event.occurred_at == micros("2011-05-01"):
            assert event.recorded_at == micros("2011-06-01")


def test_what_stood_before_a_look_still_stands_as_it_was(shop: Shop) -> None:
    shop.sell(HEAD + FIRST, **NAMED)
    cutoff = micros("2011-02-01")
    before = [event for event in shop.events() if event.recorded_at < cutoff]
    look(shop, datetime(2011, 2, 1, tzinfo=UTC))
    shop.sell(HEAD + "ann,2011-01-02,1\nnew,2010-01-01,1\nbob,2011-01-03,1\n", **NAMED)
    assert [event for event in shop.events() if event.recorded_at < cutoff] == before


def test_the_clock_stands_behind_the_last_recorded_row(shop: Shop) -> None:
    shop.sell(HEAD + FIRST, **NAMED)
    with reading(shop.engine) as connection:
        now = clock(connection, find_tenant(connection, "acme"), now=NOW)
    assert now == datetime(2011, 3, 1, 0, 0, 0, 1, tzinfo=UTC)
