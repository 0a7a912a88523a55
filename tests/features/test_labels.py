"""Labels against a naive reading of their definitions, event by event."""

from __future__ import annotations

import random
import tempfile
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.features.streams import CUTOFF, Row, event, snapshot_of

from features.declaring.clocks import DAY
from features.declaring.declaration import per_aggregate, source
from features.errors import DeclarationError
from features.evaluating.duckdb_evaluator import label_table
from features.evaluating.table import LabelTable
from features.labels import LABELS, Had, Happens, Label, Owes, Reaches, Without, find_label

TYPE, AGGREGATE, OCCURRED, RECORDED, DUE, AMOUNT = 1, 6, 7, 8, 9, 10
ANN, BOB = "a" * 32, "b" * 32


def shop(seed: int, customers: int = 300) -> list[Row]:
    """Customers who order, owe, pay late or in parts, and whose payments are recorded late."""
    chance = random.Random(seed)
    rows: list[Row] = []

    def note(kind: str, customer: str, occurred_at: int, **columns: object) -> None:
        recorded_at = occurred_at + chance.choice([0, 0, 0, 1, DAY, 20 * DAY])
        rows.append(
            event(len(rows) + 1, kind, customer, occurred_at, recorded_at=recorded_at, **columns)
        )

    for number in range(customers):
        customer = f"{number:032x}"
        for _ in range(chance.randrange(4)):
            note("order.placed", customer, CUTOFF + chance.randint(-100, 100) * DAY)
        for invoice in range(chance.randrange(4)):
            key = {"aggregate_id": f"{number}-{invoice}"}
            issued = CUTOFF - chance.randint(-10, 70) * DAY
            due = chance.choice([issued, issued + 14 * DAY, issued + 30 * DAY, CUTOFF, None])
            note("invoice.issued", customer, issued, due_at=due, base_minor=100, **key)
            for _ in range(chance.randrange(4)):
                kind = chance.choice(["invoice.paid", "invoice.paid", "invoice.credited"])
                paid = issued + chance.choice([0, 5, 14, 30, 44, 60]) * DAY + chance.randrange(2)
                note(kind, customer, paid, base_minor=chance.choice([30, 50, 70, 100]), **key)
        if chance.random() < 0.1:
            bounced = CUTOFF + chance.randint(-30, 90) * DAY
            note("payment.charged_back", customer, bounced, base_minor=1)
    return rows


def labelled(
    name: str, rows: list[Row], horizon_days: int | None = None, known_before: int | None = None
) -> dict[str, int]:
    with tempfile.TemporaryDirectory() as folder:
        snapshot = snapshot_of(rows, Path(folder) / "events.parquet")
        table: LabelTable = label_table(
            snapshot, LABELS[name], [CUTOFF], horizon_days, known_before=known_before
        )
    return dict(zip(table.customer_ids, table.labels.tolist(), strict=True))


def known(rows: list[Row]) -> list[Row]:
    return [row for row in rows if row[OCCURRED] < CUTOFF and row[RECORDED] < CUTOFF]


def balance(rows: list[Row], before: int) -> int:
    """What is owed on an invoice at an instant: what happened before it."""
    sign = {"invoice.issued": 1, "invoice.paid": -1, "invoice.credited": -1}
    return sum(sign[row[TYPE]] * (row[AMOUNT] or 0) for row in rows if row[OCCURRED] < before)


def naive_churn(rows: list[Row], end: int) -> int | None:
    orders = [row for row in rows if row[TYPE] == "order.placed"]
    if not known(orders):
        return None
    return int(not any(CUTOFF <= row[OCCURRED] < end for row in orders))


def naive_credit(rows: list[Row], end: int) -> int | None:
    invoices: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        if row[TYPE] in ("invoice.issued", "invoice.paid", "invoice.credited") and row[AGGREGATE]:
            invoices[row[AGGREGATE]].append(row)
    open_ones = {}
    for key, events in invoices.items():
        issued = [row for row in known(events) if row[TYPE] == "invoice.issued"]
        if issued and balance(known(events), CUTOFF) > 0:
            open_ones[key] = min((row[DUE] for row in issued if row[DUE] is not None), default=None)
    if not open_ones or any(
        due is not None and CUTOFF - due >= 30 * DAY for due in open_ones.values()
    ):
        return None
    for key, due in open_ones.items():
        fateful = None if due is None else due + 30 * DAY
        if fateful is not None and CUTOFF <= fateful < end and balance(invoices[key], fateful) > 0:
            return 1
    return int(
        any(row[TYPE] == "payment.charged_back" and CUTOFF <= row[OCCURRED] < end for row in rows)
    )


NAIVE: dict[str, Callable[[list[Row], int], int | None]] = {
    "churn": naive_churn,
    "credit": naive_credit,
}


@pytest.mark.parametrize("name", sorted(LABELS))
@settings(max_examples=4)
@given(seed=st.integers(0, 2**32))
def test_a_label_is_what_a_naive_reader_finds(name: str, seed: int) -> None:
    rows = shop(seed)
    for horizon, known_before in (
        (LABELS[name].horizon_days, None),
        (30, CUTOFF + 30 * DAY),
        (7, None),
    ):
        expected = {}
        known = [row for row in rows if known_before is None or row[RECORDED] < known_before]
        for customer in sorted({row[2] for row in rows}):
            own = [row for row in known if row[2] == customer]
            label = NAIVE[name](own, CUTOFF + horizon * DAY)
            if label is not None:
                expected[customer] = label
        assert set(expected.values()) == {0, 1}
        assert labelled(name, rows, horizon, known_before) == expected


def order(number: int, at: int, recorded_at: int | None = None) -> Row:
    return event(number, "order.placed", ANN, at, recorded_at=recorded_at or at)


@pytest.mark.parametrize(
    ("at", "churned"), [(CUTOFF, 0), (CUTOFF + 90 * DAY - 1, 0), (CUTOFF + 90 * DAY, 1)]
)
def test_churn_looks_at_the_horizon_from_the_cutoff_to_before_its_end(
    at: int, churned: int
) -> None:
    assert labelled("churn", [order(1, 0), order(2, at)]) == {ANN: churned}


def test_an_order_within_the_horizon_counts_only_from_when_it_was_recorded() -> None:
    rows = [order(1, 0), order(2, CUTOFF + DAY, CUTOFF + 400 * DAY)]
    assert labelled("churn", rows, known_before=CUTOFF + 400 * DAY) == {ANN: 1}
    assert labelled("churn", rows, known_before=CUTOFF + 400 * DAY + 1) == {ANN: 0}
    assert labelled("churn", rows) == {ANN: 0}


def test_a_payment_or_a_charge_back_not_recorded_yet_changes_no_credit_label() -> None:
    late = CUTOFF + 90 * DAY
    paid = owed(CUTOFF, paid_at=CUTOFF + DAY, recorded_at=late)
    assert labelled("credit", paid, known_before=late) == {BOB: 1}
    assert labelled("credit", paid, known_before=late + 1) == {BOB: 0}
    bounced = event(9, "payment.charged_back", BOB, CUTOFF, recorded_at=late, base_minor=1)
    rows = [*owed(CUTOFF + 50 * DAY), bounced]
    assert labelled("credit", rows, known_before=late) == {BOB: 0}
    assert labelled("credit", rows, known_before=late + 1) == {BOB: 1}


def test_nobody_is_in_the_population_by_an_order_recorded_after_the_cutoff() -> None:
    assert labelled("churn", [order(1, CUTOFF - DAY, CUTOFF)]) == {}


def owed(due_at: int, *, paid_at: int | None = None, recorded_at: int | None = None) -> list[Row]:
    rows = [
        event(1, "invoice.issued", BOB, 0, aggregate_id="i", due_at=due_at, base_minor=500),
        event(2, "invoice.credited", BOB, DAY, aggregate_id="i", base_minor=100),
    ]
    if paid_at is not None:
        words = {"aggregate_id": "i", "base_minor": 400, "recorded_at": recorded_at or paid_at}
        rows.append(event(3, "invoice.paid", BOB, paid_at, **words))
    return rows


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        (owed(CUTOFF), {BOB: 1}),
        (owed(CUTOFF + 29 * DAY), {BOB: 1}),
        (owed(CUTOFF + 30 * DAY), {BOB: 0}),
        (owed(CUTOFF - 30 * DAY), {}),
        (owed(CUTOFF - 30 * DAY + 1), {BOB: 1}),
        (owed(CUTOFF, paid_at=CUTOFF + 30 * DAY - 1), {BOB: 0}),
        (owed(CUTOFF, paid_at=CUTOFF + 30 * DAY), {BOB: 1}),
        (owed(CUTOFF, paid_at=CUTOFF - 1), {}),
        (owed(CUTOFF, paid_at=CUTOFF - 1, recorded_at=CUTOFF), {BOB: 0}),
    ],
)
def test_credit_is_bad_when_an_open_invoice_becomes_thirty_days_past_due(
    rows: list[Row], expected: dict[str, int]
) -> None:
    assert labelled("credit", rows) == expected


def test_any_charge_back_within_the_horizon_is_bad() -> None:
    rows = owed(CUTOFF + 50 * DAY)
    bounced = event(9, "payment.charged_back", BOB, CUTOFF + 5 * DAY, base_minor=1)
    assert labelled("credit", rows) == {BOB: 0}
    assert labelled("credit", [*rows, bounced]) == {BOB: 1}


def test_an_invoice_issued_within_the_horizon_is_not_looked_at() -> None:
    late = {"aggregate_id": "j", "due_at": CUTOFF, "base_minor": 100}
    rows = [*owed(CUTOFF + 50 * DAY), event(9, "invoice.issued", BOB, CUTOFF + 1, **late)]
    assert labelled("credit", rows) == {BOB: 0}


def test_a_label_can_be_declared_on_the_spot() -> None:
    refund = Label(
        name="refund",
        description="Money goes back within the horizon.",
        population=Had(source("order.placed")),
        outcomes=(Happens(source("payment.refunded")),),
        horizon_days=30,
    )
    rows = [order(1, 0), event(2, "payment.refunded", ANN, CUTOFF, base_minor=1)]
    with tempfile.TemporaryDirectory() as folder:
        snapshot = snapshot_of(rows, Path(folder) / "events.parquet")
        table = label_table(snapshot, refund, [CUTOFF, CUTOFF + DAY])
    assert table.labels.tolist() == [1, 0]
    assert table.cutoffs.tolist() == [CUTOFF, CUTOFF + DAY]


INVOICES = per_aggregate(open="invoice.issued", close="invoice.paid")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ({"outcomes": ()}, "must have an outcome and a horizon"),
        ({"horizon_days": 0}, "must have an outcome and a horizon"),
        ({"population": Had(INVOICES)}, "Had of label x must look at events"),
        (
            {"population": Owes(aggregates=source("order.paid"), days_past_due_below=1)},
            "Owes of label x must look at aggregates",
        ),
        (
            {"outcomes": (Reaches(aggregates=INVOICES.only(is_open=1), days_past_due=1),)},
            "rows of label x must be whole",
        ),
    ],
)
def test_a_label_that_makes_no_sense_is_refused(words: dict[str, object], sentence: str) -> None:
    sound = {
        "name": "x",
        "description": "x",
        "population": Had(source("order.placed")),
        "outcomes": (Without(source("order.placed")),),
        "horizon_days": 1,
    }
    with pytest.raises(DeclarationError, match=sentence):
        Label(**{**sound, **words})  # type: ignore[arg-type]


def test_an_unknown_label_is_met_with_a_hint() -> None:
    with pytest.raises(DeclarationError, match="Did you mean credit"):
        find_label("credits")
