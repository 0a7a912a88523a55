"""Preparing rows once for many cutoffs gives what reading them afresh at each gives, however late they came."""

from __future__ import annotations

import tempfile
from functools import lru_cache
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from tests.features.streams import CUSTOMERS, CUTOFF, EVERYTHING, Row, event, snapshot_of, streams

from commerce.records.stream import ANNULLED, FEATURE_COLUMNS
from features.declaring.clocks import DAY
from features.declaring.compilation import Catalogue
from features.declaring.declaration import (
    DAYS,
    EVER,
    catalogue,
    count,
    distinct,
    gap_mean,
    maximum,
    per_aggregate,
    source,
    total,
)
from features.evaluating.duckdb_evaluator import evaluate
from features.evaluating.finish import finish
from features.evaluating.partial_sql import partial_query
from features.evaluating.table import FeatureTable
from features.snapshots.canonical import to_table

ANN = CUSTOMERS[0]
ID, TYPE, OCCURRED, RECORDED, VALUE = map(
    FEATURE_COLUMNS.index, ("id", "type", "occurred_at", "recorded_at", "value")
)


@lru_cache(maxsize=32)
def statement(chosen: Catalogue) -> str:
    return partial_query(chosen).sql("duckdb")


def prepared(rows: list[Row], cutoffs: list[int], chosen: Catalogue) -> FeatureTable:
    with tempfile.TemporaryDirectory() as folder:
        return evaluate(snapshot_of(rows, Path(folder) / "events.parquet"), cutoffs, chosen)


def afresh(rows: list[Row], cutoff: int, chosen: Catalogue) -> np.ndarray[Any, Any]:
    """The plain query at one cutoff, over all events as they are, less those annulled by then."""
    gone = {
        row[VALUE]
        for row in rows
        if row[TYPE] == ANNULLED and max(row[RECORDED], row[OCCURRED]) < cutoff
    }
    kept = [row for row in rows if row[ID] not in gone]
    with duckdb.connect() as database:
        database.register("stream", to_table(rows))
        database.register("kept", to_table(kept))
        database.execute(
            "CREATE TABLE customer AS SELECT customer_id, min(greatest(recorded_at, occurred_at)) AS known_from,"
            " row_number() OVER (ORDER BY customer_id) AS customer FROM stream GROUP BY customer_id"
        )
        database.execute("CREATE TABLE event AS FROM kept JOIN customer USING (customer_id)")
        found = database.execute(statement(chosen), {"cutoff": cutoff}).fetchnumpy()
    columns = [np.ma.asarray(found[f"s{place}"]) for place in range(len(chosen.partials))]
    partials = np.array([np.ma.getdata(column) for column in columns], dtype=np.int64)
    return finish(
        chosen, partials.T, np.array([np.ma.getmaskarray(column) for column in columns]).T
    )


@pytest.mark.slow
@settings(max_examples=3, suppress_health_check=[HealthCheck.too_slow])
@given(rows=streams(max_size=50))
def test_the_plan_gives_what_the_plain_query_gives(rows: list[Row]) -> None:
    cutoffs = [CUTOFF, 30 * DAY, 200 * DAY, CUTOFF + 1]
    table = prepared(rows, cutoffs, EVERYTHING)
    for cutoff in cutoffs:
        mine = table.values[table.cutoffs == cutoff]
        assert np.array_equal(mine, afresh(rows, cutoff, EVERYTHING), equal_nan=True)


def over_time(rows: list[Row], chosen: Catalogue, days: range) -> dict[str, list[float]]:
    """The values of the only customer, cutoff after cutoff."""
    table = prepared(rows, [day * DAY for day in days], chosen)
    return {name: table.values[:, place].tolist() for place, name in enumerate(table.names)}


def test_a_payment_recorded_late_settles_an_invoice_from_then_on() -> None:
    invoices = per_aggregate(open="invoice.issued", close="invoice.paid")
    chosen = catalogue(
        count(invoices.only(is_open=1), name="open", description="test"),
        total(invoices.of("closed"), name="closed", description="test"),
        maximum(invoices.of("days_past_due"), name="late", description="test"),
    )
    rows = [
        event(1, "invoice.issued", ANN, DAY, base_minor=100, aggregate_id="i", due_at=3 * DAY),
        event(
            2, "invoice.paid", ANN, 4 * DAY, recorded_at=4 * DAY, base_minor=60, aggregate_id="i"
        ),
        event(
            3, "invoice.paid", ANN, 5 * DAY, recorded_at=9 * DAY, base_minor=40, aggregate_id="i"
        ),
    ]
    assert over_time(rows, chosen, range(4, 12)) == {
        "open": [1, 1, 1, 1, 1, 1, 0, 0],
        "closed": [0, 60, 60, 60, 60, 60, 100, 100],
        "late": [1, 2, 3, 4, 5, 6, 2, 2],
    }


def test_an_order_recorded_late_parts_the_gap_it_falls_into() -> None:
    orders = source("order.placed")
    chosen = catalogue(
        gap_mean(orders, name="gap", windows=(*DAYS(6), *EVER), description="test"),
    )
    rows = [
        event(1, "order.placed", ANN, 1 * DAY),
        event(2, "order.placed", ANN, 7 * DAY),
        event(3, "order.placed", ANN, 3 * DAY, recorded_at=8 * DAY),
        event(4, "order.placed", CUSTOMERS[1], 30 * DAY),
    ]
    found = over_time(rows, chosen, range(7, 11))
    assert np.isnan(found["gap"][0])
    assert found["gap"][1:] == [6, 3, 3]
    assert np.array_equal(found["gap_6d"], [np.nan, np.nan, 4, np.nan], equal_nan=True)


def test_a_value_used_again_counts_from_when_that_is_known() -> None:
    lines = source("order.line", column="product_id")
    chosen = catalogue(distinct(lines, name="products", windows=DAYS(5), description="test"))
    rows = [
        event(1, "order.line", ANN, 1 * DAY, product_id="x"),
        event(2, "order.line", ANN, 2 * DAY, product_id="y"),
        event(3, "order.line", ANN, 5 * DAY, recorded_at=8 * DAY, product_id="x"),
        event(4, "order.line", ANN, 1 * DAY, recorded_at=9 * DAY, product_id="x"),
    ]
    assert over_time(rows, chosen, range(2, 13))["products_5d"] == [1, 2, 2, 2, 2, 1, 0, 1, 1, 0, 0]


def test_cutoffs_may_come_in_any_order_and_more_than_once() -> None:
    rows = [event(n, "order.paid", CUSTOMERS[n % 3], n * DAY, base_minor=n) for n in range(1, 30)]
    cutoffs = [20 * DAY, 5 * DAY, 20 * DAY, 2 * DAY]
    chosen = EVERYTHING.subset(["spend", "paid_orders", "order_gap_days"])
    table = prepared(rows, cutoffs, chosen)
    alone = [prepared(rows, [cutoff], chosen) for cutoff in cutoffs]
    assert table.customer_ids == [one for part in alone for one in part.customer_ids]
    assert table.cutoffs.tolist() == [one for part in alone for one in part.cutoffs.tolist()]
    assert np.array_equal(
        table.values, np.concatenate([part.values for part in alone]), equal_nan=True
    )


@pytest.mark.parametrize("cutoffs", [[], [0]])
def test_without_customers_there_are_no_rows(cutoffs: list[int]) -> None:
    table = prepared([event(1, "order.paid", ANN, DAY)], cutoffs, EVERYTHING)
    assert table.customer_ids == []
    assert table.values.shape == (0, len(EVERYTHING))


def test_no_features_are_asked_of_everybody() -> None:
    rows = [event(1, "order.paid", ANN, DAY)]
    table = prepared(rows, [2 * DAY], EVERYTHING.subset([]))
    assert table.customer_ids == [ANN]
    assert table.values.shape == (1, 0)


def test_hundreds_of_cutoffs_each_see_what_was_known() -> None:
    rows = [
        event(n, "order.paid", ANN, n * DAY, recorded_at=(n + n % 5) * DAY, base_minor=1)
        for n in range(1, 301)
    ]
    spend = over_time(rows, EVERYTHING.subset(["spend"]), range(3, 302))["spend"]
    for day, value in zip(range(3, 302), spend, strict=True):
        assert value == sum(row[RECORDED] < day * DAY for row in rows)


def test_what_a_shop_never_recorded_is_named() -> None:
    won = count(source("auction.won"), name="won", description="test")
    paid = count(source("order.paid", "order.placed"), name="paid", description="test")
    late = count(source("order.returned"), name="returned", description="test")
    chosen = catalogue(won, paid, late)
    rows = [
        event(1, "order.paid", CUSTOMERS[1], DAY),
        event(2, "order.cancelled", ANN, DAY),
        event(3, "order.returned", ANN, 9 * DAY),
    ]
    table = prepared(rows, [5 * DAY], chosen)
    assert table.absent == ("won", "returned")
    assert table.values.tolist() == [[0, 0, 0], [0, 1, 0]]
    assert prepared(rows, [5 * DAY, 10 * DAY], chosen).absent == ("won",)


def test_what_others_recorded_is_not_absent_for_the_customers_asked_for(tmp_path: Path) -> None:
    chosen = catalogue(count(source("order.paid"), name="paid", description="test"))
    rows = [event(1, "order.paid", CUSTOMERS[1], DAY), event(2, "order.cancelled", ANN, DAY)]
    snapshot = snapshot_of(rows, tmp_path / "events.parquet")
    table = evaluate(snapshot, [5 * DAY], chosen, customers=[ANN])
    assert table.values.tolist() == [[0]]
    assert table.absent == ()
