"""Batch = online: the same rows and cutoff give the same bits on every evaluator."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from tests.features.streams import (
    CUSTOMERS,
    CUTOFF,
    EVERYTHING,
    Row,
    event,
    on_duckdb,
    rows_of,
    snapshot_of,
    streams,
)

from features.declaring.clocks import DAY
from features.errors import PartialTooLarge
from features.evaluating.duckdb_evaluator import evaluate
from features.evaluating.python_evaluator import (
    evaluate_partials,
    evaluate_rows,
    finish_partials,
)


@settings(max_examples=12, suppress_health_check=[HealthCheck.too_slow])
@given(rows=streams())
def test_duckdb_and_python_agree_to_the_bit_on_every_feature(rows: list[Row]) -> None:
    assert differences(rows) == []


@pytest.mark.slow
@settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow])
@given(rows=streams(max_size=90))
def test_duckdb_and_python_agree_on_many_more_streams(rows: list[Row]) -> None:
    assert differences(rows) == []


def differences(rows: list[Row]) -> list[tuple[str, str, float, float]]:
    """Name every customer and feature whose value differs in a single bit."""
    cutoffs = [CUTOFF, 30 * DAY, CUTOFF + 1]
    table = on_duckdb(rows, cutoffs, EVERYTHING)
    found = []
    for customer, cutoff, values in zip(
        table.customer_ids, table.cutoffs.tolist(), table.values, strict=True
    ):
        alone = evaluate_rows(rows_of(customer, rows), cutoff, EVERYTHING)
        both_missing = np.isnan(alone) & np.isnan(values)
        same = (alone.view(np.int64) == values.view(np.int64)) | both_missing
        for place in np.flatnonzero(~same):
            found.append((customer, EVERYTHING.names[place], alone[place], values[place]))
    return found


@settings(max_examples=20)
@given(rows=streams(max_size=20))
def test_the_customers_known_at_a_cutoff_are_those_with_an_admitted_event(rows: list[Row]) -> None:
    table = on_duckdb(rows, [CUTOFF], EVERYTHING.subset(["orders"]))
    known = {row[2] for row in rows if row[7] < CUTOFF and row[8] < CUTOFF}
    assert table.customer_ids == sorted(known)


def test_a_subset_has_the_values_of_the_whole() -> None:
    rows = [event(n, "order.paid", CUSTOMERS[0], n * DAY, base_minor=10 * n) for n in range(1, 9)]
    whole = evaluate_rows(rows, 10 * DAY, EVERYTHING)
    chosen = EVERYTHING.subset(["average_order_value", "spend"])
    assert evaluate_rows(rows, 10 * DAY, chosen).tolist() == [
        whole[EVERYTHING.names.index(name)] for name in chosen.names
    ]


@settings(max_examples=20)
@given(rows=streams(max_size=20))
def test_customers_who_are_finished_together_have_the_bits_of_each_alone(rows: list[Row]) -> None:
    own = [rows_of(each, rows) for each in CUSTOMERS]
    partials = [evaluate_partials(each, CUTOFF, EVERYTHING) for each in own]
    together = finish_partials(partials, EVERYTHING)
    alone = [evaluate_rows(each, CUTOFF, EVERYTHING) for each in own]
    assert [each.tobytes() for each in together] == [each.tobytes() for each in alone]
    assert finish_partials([], EVERYTHING).shape == (0, len(EVERYTHING))


def test_only_the_customers_asked_for_are_evaluated() -> None:
    rows = [event(n, "order.paid", CUSTOMERS[n % 4], n * DAY) for n in range(1, 9)]
    with tempfile.TemporaryDirectory() as folder:
        table = evaluate(
            snapshot_of(rows, Path(folder) / "events.parquet"),
            [CUTOFF],
            EVERYTHING.subset(["orders"]),
            customers={CUSTOMERS[2], "f" * 32},
        )
    assert table.customer_ids == [CUSTOMERS[2]]


def test_a_customer_without_events_has_the_values_of_empty_windows() -> None:
    values = evaluate_rows([], CUTOFF, EVERYTHING)
    for output, value in zip(EVERYTHING.outputs, values, strict=True):
        assert np.isnan(value) if output.null is None else value == output.null, output.name


@pytest.mark.parametrize("amount", [2**53 - 1, 2**53, 2**62, -(2**62)])
def test_sums_are_exact_below_the_limit_and_refused_from_there(amount: int) -> None:
    chosen = EVERYTHING.subset(["spend", "spend_30d"])
    parts = (amount // 4, amount // 4, amount // 4, amount - 3 * (amount // 4))
    rows = [
        event(place, "order.paid", CUSTOMERS[0], CUTOFF - DAY, base_minor=part * times)
        for place, (part, times) in enumerate(zip(parts, (1, 1, 1, 1), strict=True), start=1)
    ]
    if amount == 2**62:
        rows += [event(n, "order.paid", CUSTOMERS[0], DAY, base_minor=2**62) for n in range(9, 15)]
    if abs(amount) < 2**53:
        assert evaluate_rows(rows, CUTOFF, chosen).tolist() == [amount, amount]
        assert on_duckdb(rows, [CUTOFF], chosen).values.tolist() == [[amount, amount]]
        return
    with pytest.raises(PartialTooLarge, match=r"sum of order\.paid -> base_minor .*2\^53"):
        evaluate_rows(rows, CUTOFF, chosen)
    with pytest.raises(PartialTooLarge, match=r"sum of order\.paid -> base_minor .*2\^53"):
        on_duckdb(rows, [CUTOFF], chosen)
