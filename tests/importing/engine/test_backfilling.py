"""Rows behind what was computed, from every kind of file: late, or with ``backfill`` from when they were known."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from tests.importing.olist.olist_folder import make_olist, write_olist
from tests.importing.shops import NOW, Shop, micros

from commerce.records import schema
from commerce.records.database import reading, writing
from commerce.records.stream import FEATURE_COLUMNS, customer_rows, iterate
from commerce.records.tenants import find_tenant, observe
from importing.bids.importer import BidOptions, import_bids
from importing.engine.summary import ImportSummary
from importing.engine.undoing import undo_import
from importing.olist.importer import import_olist

SEEN = datetime(2020, 1, 1, tzinfo=UTC)
Bring = Callable[[Shop, bool], ImportSummary]


def sales(shop: Shop, backfill: bool, **more: Any) -> ImportSummary:
    rows = (
        "no,who,at,known,total\n1,ann,2011-01-03,2011-01-05,10\n1,ann,2011-01-03,2011-01-09,4\n"
        "2,bob,2011-02-01,2011-02-01,-3\n"
    )
    named: dict[str, Any] = {
        "order": "no",
        "customer": "who",
        "time": "at",
        "recorded": "known",
        "amount": "total",
    }
    return shop.sell(rows, returns="negative", backfill=backfill, **named, **more)


def events(shop: Shop, backfill: bool) -> ImportSummary:
    rows = (
        "type,customer,occurred_at,recorded_at,source_key\n"
        "customer.registered,ann,2011-01-01,2011-01-04,a\nauction.unsold,,2011-02-01,,b\n"
    )
    return shop.import_events(rows, backfill=backfill)


def bids(shop: Shop, backfill: bool) -> ImportSummary:
    options = BidOptions(tenant="acme", elapsed="days", backfill=backfill)
    path = shop.write("auctionid,bid,bidtime,bidder\nA1,100,0.5,ann\nA1,40,1.0,bob\n", "bids.csv")
    raw = shop.folder / "raw"
    return import_bids(shop.engine, path, options, now=NOW, rejects_folder=raw)[0]


def olist(shop: Shop, backfill: bool) -> ImportSummary:
    folder = write_olist(shop.folder / "olist", make_olist(4))
    raw = shop.folder / "raw"
    return import_olist(shop.engine, folder, "acme", now=NOW, rejects_folder=raw, backfill=backfill)


KINDS = pytest.mark.parametrize("bring", [sales, events, bids, olist])


def stream(shop: Shop) -> list[dict[str, Any]]:
    """The stream as features read it."""
    with reading(shop.engine) as connection:
        tenant = find_tenant(connection, "acme")
        return [
            dict(zip(FEATURE_COLUMNS, row, strict=True))
            for rows in iterate(connection, tenant.id)
            for row in rows
        ]


def open_shop(shop: Shop, bring: Bring) -> None:
    """Make the tenant by a row of long ago, and compute something as of later than any file's rows."""
    currency = "BRL" if bring is olist else "EUR"
    first = "type,customer,occurred_at,source_key\ncustomer.registered,zoe,1990-01-01,z\n"
    shop.import_events(first, currency=currency)
    with writing(shop.engine) as connection:
        observe(connection, find_tenant(connection, "acme"), SEEN)


@KINDS
def test_without_backfill_all_of_it_is_late_and_the_summary_says_so(
    shop: Shop, bring: Bring
) -> None:
    open_shop(shop, bring)
    summary = bring(shop, False)
    assert summary.late.events == summary.events > 0
    assert (summary.late.seen, summary.backfilled) == (SEEN, 0)
    late = [row for row in stream(shop) if row["occurred_at"] > micros("1991-01-01")]
    assert {row["recorded_at"] for row in late} == {micros("2020-01-01")}
    said: dict[Bring, int] = {sales: micros("2011-01-05"), events: micros("2011-01-04")}
    assert summary.late.first == said.get(bring, min(row["occurred_at"] for row in late))


@KINDS
@pytest.mark.parametrize("late_before", [False, True])
def test_with_backfill_the_stream_is_as_if_it_had_been_there_from_the_first(
    shop: Shop, bring: Bring, late_before: bool
) -> None:
    open_shop(shop, bring)
    if late_before:
        assert bring(shop, False).backfilled == 0
    summary = bring(shop, True)
    arrived = [row for row in stream(shop) if row["occurred_at"] > micros("1991-01-01")]
    assert summary.backfilled == len(arrived) > 0
    assert summary.late.events == (0 if late_before else summary.events)
    when = {
        "order.placed": "2011-01-09",
        "payment.captured": "2011-01-09",
        "order.paid": "2011-01-09",
        "customer.registered": "2011-01-05" if bring is sales else "2011-01-04",
    }
    for row in arrived:
        if bring in (sales, events) and row["occurred_at"] < micros("2011-02-01"):
            assert row["recorded_at"] >= micros(when.get(row["type"], "2011-01-05"))
            assert row["recorded_at"] <= micros("2011-01-09")
        else:
            assert row["recorded_at"] == row["occurred_at"]
    assert shop.findings() == []
    stood = stream(shop)
    assert bring(shop, True).backfilled == 0
    assert stream(shop) == stood


def test_what_was_undone_is_not_backfilled_but_what_came_in_again_is(shop: Shop) -> None:
    open_shop(shop, sales)
    late = sales(shop, False).events
    undo_import(shop.engine, "acme", 2, now=NOW)
    again = sales(shop, True)
    assert (again.events, again.backfilled, again.late.events) == (late, late, late)
    at = {event.id: event.source_key.endswith("~1") for event in shop.events()}
    moved = [(at[row.event_id], row.recorded_at < SEEN) for row in shop.rows(schema.backfill)]
    assert sorted(moved) == [(False, False)] * late + [(True, True)] * late
    assert sales(shop, True).backfilled == 0
    assert shop.findings() == []


def test_a_dry_run_says_what_would_be_late_and_what_would_be_backfilled(shop: Shop) -> None:
    open_shop(shop, sales)
    before = shop.state()
    tried = [sales(shop, backfill, dry_run=True) for backfill in (False, True)]
    assert [one.late.events > 0 for one in tried] == [True, True]
    assert [one.backfilled > 0 for one in tried] == [False, True]
    sales(shop, False)
    assert sales(shop, True, dry_run=True).backfilled == tried[1].backfilled
    assert shop.rows(schema.backfill) == []
    assert before["backfill"] == []


def test_what_was_known_before_a_backfill_can_be_read_as_it_was(shop: Shop) -> None:
    open_shop(shop, sales)
    sales(shop, True)
    (bob,) = {event.customer_id for event in shop.events("order.returned")}
    with reading(shop.engine) as connection:
        tenant, before = find_tenant(connection, "acme"), micros("2012-01-01")
        assert customer_rows(connection, tenant.id, bob, before, backfills=0) == []
        types = {row[1] for row in customer_rows(connection, tenant.id, bob, before)}
    assert types == {"customer.registered", "order.returned", "payment.refunded"}
