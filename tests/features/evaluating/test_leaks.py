"""What a label is made of, no feature has seen; and what comes later, however extreme, changes no feature.

Each guard is also held against an evaluator, or a label, that leaks on purpose: it must be found out.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import hypothesis
import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from tests.features import naive_reading
from tests.features.streams import CUTOFF, EVERYTHING, Row, event, snapshot_of, streams

from commerce.records.stream import ANNULLED, FEATURE_COLUMNS
from features.declaring.clocks import DAY
from features.evaluating.duckdb_evaluator import evaluate, label_table
from features.evaluating.formulas import Floats
from features.evaluating.python_evaluator import evaluate_rows
from features.labels import LABELS, Owes, Reaches

TYPE, CUSTOMER, OCCURRED, RECORDED, VALUE = map(
    FEATURE_COLUMNS.index, ("type", "customer_id", "occurred_at", "recorded_at", "value")
)
LABEL_TYPES = {name: [*label.types, "order.paid"] for name, label in LABELS.items()}

Evaluate = Callable[[list[Row]], Floats]


def in_python(rows: list[Row]) -> Floats:
    return evaluate_rows(rows, CUTOFF, EVERYTHING)


def on_duckdb(rows: list[Row]) -> Floats:
    with tempfile.TemporaryDirectory() as folder:
        snapshot = snapshot_of(rows, Path(folder) / "events.parquet")
        return evaluate(snapshot, [CUTOFF], EVERYTHING).values


def naive(rows: list[Row]) -> Floats:
    return np.array(list(naive_reading.values(rows, CUTOFF, EVERYTHING).values()))


def known_at_once(rows: list[Row]) -> Floats:
    """Leaks: nobody asks when a row was recorded."""
    return in_python([(*row[:RECORDED], row[OCCURRED], *row[RECORDED + 1 :]) for row in rows])


def instant_included(rows: list[Row]) -> Floats:
    """Leaks: an event at the very cutoff counts."""
    return evaluate_rows(rows, CUTOFF + 1, EVERYTHING)


def state_as_of_today(rows: list[Row]) -> Floats:
    """Leaks: invoices and deliveries are read as they stand today, like a status column."""
    today = [
        (*row[:OCCURRED], min(row[OCCURRED], CUTOFF - 1), min(row[RECORDED], CUTOFF - 1), *row[9:])
        if row[TYPE] in ("invoice.paid", "delivery.delivered")
        else row
        for row in rows
    ]
    return in_python(today)


LEAKY = [known_at_once, instant_included, state_as_of_today]


def changed(before: Floats, after: Floats) -> list[str]:
    """Name the features that differ."""
    same = (before == after) | (np.isnan(before) & np.isnan(after))
    return [name for name, kept in zip(EVERYTHING.names, same.T, strict=True) if not kept.all()]


def alone(rows: Sequence[Row]) -> list[Row]:
    """The same rows as those of one customer, who is known from the first day on."""
    known = event(10**6, "customer.registered", "a" * 32, 0)
    return [*((*row[:CUSTOMER], "a" * 32, *row[CUSTOMER + 1 :]) for row in rows), known]


def poisoned(rows: Sequence[Row]) -> list[Row]:
    """The rows, and extreme ones: of later, and of earlier but recorded later, of every type there is."""
    extreme = {"base_minor": 10**12, "quantity": 10**12, "value": 10**12, "due_at": 0}
    extreme |= {"aggregate_id": "x", "method": "card", "reason": "newsletter", "category": "b"}  # type: ignore[dict-item]
    words = sorted({word for partial in EVERYTHING.partials for word in partial.source.types})
    later = [
        event(2 * 10**6 + place, word, "a" * 32, CUTOFF + place, **extreme)
        for place, word in enumerate(words)
    ]
    unknown = [
        event(3 * 10**6 + place, word, "a" * 32, DAY, recorded_at=CUTOFF + place, **extreme)
        for place, word in enumerate(words)
    ]
    return [*rows, *later, *unknown]


def poison_reaches(evaluator: Evaluate, rows: Sequence[Row]) -> list[str]:
    """Name the features that poison changes."""
    return changed(evaluator(alone(rows)), evaluator(alone(poisoned(rows))))


@settings(max_examples=60)
@given(rows=streams(max_size=30))
def test_poison_in_the_future_changes_no_feature_in_python(rows: list[Row]) -> None:
    assert poison_reaches(in_python, rows) == []


@settings(max_examples=4)
@given(rows=streams(max_size=40))
def test_poison_in_the_future_changes_no_feature_on_duckdb(rows: list[Row]) -> None:
    assert poison_reaches(on_duckdb, rows) == []


@pytest.mark.parametrize("evaluator", LEAKY)
def test_poison_finds_a_leaky_evaluator_out(evaluator: Evaluate) -> None:
    assert poison_reaches(evaluator, [])


@pytest.mark.parametrize("evaluator", LEAKY)
def test_the_naive_reading_finds_a_leaky_evaluator_out(evaluator: Evaluate) -> None:
    found = hypothesis.find(
        streams(max_size=12),
        lambda rows: (
            not np.allclose(evaluator(alone(rows)), naive(alone(rows)), atol=1e-6, equal_nan=True)
        ),
        settings=settings(
            max_examples=2_000, phases=[Phase.generate]
        ),  # any will do, the smallest takes long
    )
    assert np.allclose(in_python(alone(found)), naive(alone(found)), atol=1e-6, equal_nan=True)


@dataclass(frozen=True)
class Sight:
    """Which rows of a customer the features see, and which ones the label."""

    features: set[int]
    label: set[int]


def numbered(rows: Sequence[Row], more: int) -> list[Row]:
    """The rows by their place, or by more than their number; what annuls goes on naming the same row."""
    numbers = {row[0]: row[0] + more if more else place for place, row in enumerate(rows)}
    return [
        (numbers[row[0]], *row[1:VALUE], numbers.get(row[VALUE], -1), *row[VALUE + 1 :])
        if row[TYPE] == ANNULLED
        else (numbers[row[0]], *row[1:])
        for row in rows
    ]


def sight(rows: Sequence[Row], name: str, *, features_at: int, label_at: int) -> Sight:
    """Take out one row at a time, and look who notices: each way makes a customer of its own."""
    base = numbered(alone(rows), 0)
    ways = [base, *([row for row in base if row[0] != out] for out in range(len(base)))]
    together = [
        (row[0], row[TYPE], f"{place:032x}", *row[CUSTOMER + 1 :])
        for place, way in enumerate(ways)
        for row in numbered(way, 1000 * place)
    ]
    with tempfile.TemporaryDirectory() as folder:
        snapshot = snapshot_of(together, Path(folder) / "events.parquet")
        table = evaluate(snapshot, [features_at], EVERYTHING)
        outcome = label_table(snapshot, LABELS[name], [label_at])
    values = {int(key, 16): row for key, row in zip(table.customer_ids, table.values, strict=True)}
    labels = {
        int(key, 16): int(label)
        for key, label in zip(outcome.customer_ids, outcome.labels, strict=True)
    }
    seen = {
        way - 1
        for way in values
        if way and 0 in values and changed(values[0][None], values[way][None])
    }
    told = {way - 1 for way in labels if way and 0 in labels and labels[way] != labels[0]}
    return Sight(seen, told)


def shared(rows: Sequence[Row], name: str, **instants: int) -> list[Row]:
    """Rows that both see, but for what is owed at the cutoff: a debt is carried over into the label's days."""
    label = LABELS[name]
    parts = [label.population, *label.outcomes]
    debts = {
        word for part in parts if isinstance(part, Owes | Reaches) for word in part.aggregates.types
    }
    both = sight(rows, name, **instants)
    own = alone(rows)
    by_id = {row[0]: row for row in own}

    def is_debt(row: Row) -> bool:
        meant = by_id[row[VALUE]] if row[TYPE] == ANNULLED else row
        return meant[TYPE] in debts and meant[OCCURRED] < CUTOFF

    return [own[place] for place in sorted(both.features & both.label) if not is_debt(own[place])]


@pytest.mark.parametrize("name", sorted(LABELS))
@settings(max_examples=10, suppress_health_check=[HealthCheck.too_slow])
@given(data=hypothesis.strategies.data())
def test_no_event_is_seen_by_a_feature_and_by_the_label(
    name: str, data: hypothesis.strategies.DataObject
) -> None:
    rows = data.draw(streams(max_size=25, types=LABEL_TYPES[name]))
    assert shared(rows, name, features_at=CUTOFF, label_at=CUTOFF) == []


ON_THE_LINE = {
    "churn": [
        event(1, "order.placed", "a" * 32, CUTOFF - 9 * DAY),
        event(2, "order.placed", "a" * 32, CUTOFF),
    ],
    "credit": [
        event(1, "invoice.issued", "a" * 32, CUTOFF - 9 * DAY, aggregate_id="x", base_minor=1),
        event(2, "payment.charged_back", "a" * 32, CUTOFF, base_minor=1),
    ],
}


@pytest.mark.parametrize("name", sorted(LABELS))
def test_a_feature_that_looks_a_day_too_far_is_found_out(name: str) -> None:
    rows = ON_THE_LINE[name]
    assert shared(rows, name, features_at=CUTOFF, label_at=CUTOFF) == []
    assert shared(rows, name, features_at=CUTOFF + DAY, label_at=CUTOFF)


@pytest.mark.parametrize("name", sorted(LABELS))
def test_a_label_that_begins_a_day_too_early_is_found_out(name: str) -> None:
    early = [
        (*row[:OCCURRED], row[OCCURRED] - 1, row[RECORDED] - 1, *row[9:])
        for row in ON_THE_LINE[name]
    ]
    assert shared(early, name, features_at=CUTOFF, label_at=CUTOFF) == []
    assert shared(early, name, features_at=CUTOFF, label_at=CUTOFF - DAY)
