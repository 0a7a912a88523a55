"""One customer, followed: what training sees is what serving saw."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest
from tests.features.streams import Row, event

from commerce.records.instants import to_micros
from features.catalogue import CATALOGUE
from features.evaluating.duckdb_evaluator import evaluate
from features.evaluating.python_evaluator import evaluate_rows
from features.snapshots.snapshot import Snapshot

START = datetime(2026, 3, 2, 10, tzinfo=UTC)
CUSTOMER = "ab" * 16


def day(number: int) -> int:
    return to_micros(START + timedelta(days=number))


def events_of_an_order(*, payment_recorded: int) -> list[Row]:
    order = {"aggregate_type": "order", "aggregate_id": "o1"}
    invoice = {"aggregate_type": "invoice", "aggregate_id": "i1", "base_minor": 2499}
    parcel = {"aggregate_type": "delivery", "aggregate_id": "d1"}
    return [
        event(1, "order.placed", CUSTOMER, day(0), base_minor=2499, quantity=3, value=2, **order),
        event(2, "order.line", CUSTOMER, day(0), base_minor=1499, quantity=1, **order),
        event(3, "order.line", CUSTOMER, day(0), base_minor=1000, quantity=2, **order),
        event(4, "invoice.issued", CUSTOMER, day(0), due_at=day(14), **invoice),
        event(5, "delivery.promised", CUSTOMER, day(0), due_at=day(9), **parcel),
        event(6, "delivery.delivered", CUSTOMER, day(11), **parcel),
        event(7, "invoice.paid", CUSTOMER, day(20), recorded_at=day(payment_recorded), **invoice),
    ]


EXPECTED: dict[int, dict[str, float]] = {
    16: {
        "orders_30d": 1,
        "spend_30d": 0,
        "late_deliveries_90d": 1,
        "open_invoice_balance": 2499,
        "days_past_due_365d": 2,
        "current_days_past_due": 2,
    },
    8: {
        "orders_30d": 1,
        "late_deliveries_90d": 0,
        "open_deliveries": 1,
        "open_invoice_balance": 2499,
        "days_past_due_365d": 0,
    },
    22: {
        "open_invoice_balance": 0,
        "open_invoices": 0,
        "days_past_due_365d": 6,
        "invoices_late": 1,
    },
}

Take = Callable[[Sequence[Row]], Snapshot]


@pytest.mark.parametrize("number", sorted(EXPECTED))
def test_the_customer_looks_as_the_page_of_events_says(number: int, snapshot: Take) -> None:
    expected = EXPECTED[number]
    rows = events_of_an_order(payment_recorded=20)
    chosen = CATALOGUE.subset(expected)
    table = evaluate(snapshot(rows), [day(number)], chosen)
    assert dict(zip(chosen.names, table.values[0].tolist(), strict=True)) == expected
    assert np.array_equal(table.values[0], evaluate_rows(rows, day(number), chosen))


def test_a_payment_recorded_late_leaves_the_invoice_open_until_then(snapshot: Take) -> None:
    chosen = CATALOGUE.subset(["open_invoice_balance"])
    rows = events_of_an_order(payment_recorded=25)
    table = evaluate(snapshot(rows), [day(22), day(26)], chosen)
    assert table.values[:, 0].tolist() == [2499, 0]
    assert [evaluate_rows(rows, day(n), chosen)[0] for n in (22, 26)] == [2499, 0]


def test_an_event_exactly_at_the_cutoff_does_not_count(snapshot: Take) -> None:
    chosen = CATALOGUE.subset(["open_deliveries"])
    rows = events_of_an_order(payment_recorded=20)
    seen: list[Any] = evaluate(snapshot(rows), [day(11), day(11) + 1], chosen).values[:, 0].tolist()
    assert seen == [1, 0]


def test_nobody_is_known_at_the_instant_of_the_first_event(snapshot: Take) -> None:
    taken = snapshot(events_of_an_order(payment_recorded=20))
    assert evaluate(taken, [day(0), day(0) + 1], CATALOGUE).cutoffs.tolist() == [day(0) + 1]
