"""What counts as agreement of two evaluators, and what does not."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from tests.features.streams import CUSTOMERS, CUTOFF, EVERYTHING, Row, event, snapshot_of, streams

from features.comparing.agreement import EXAMPLES, compare
from features.declaring.clocks import DAY
from features.evaluating import python_batch
from features.evaluating.duckdb_evaluator import evaluate
from features.evaluating.python_batch import evaluate_each as in_python
from features.evaluating.python_batch import known_customers
from features.evaluating.table import FeatureTable, joined
from features.snapshots.snapshot import Snapshot

ONE = FeatureTable(
    customer_ids=["a", "b"],
    cutoffs=np.array([DAY, DAY]),
    values=np.array([[1.0, np.nan], [0.0, 2.0]]),
    names=("x", "y"),
)


def test_a_table_agrees_with_itself_in_another_order_missing_values_included() -> None:
    other = replace(ONE, customer_ids=["b", "a"], values=ONE.values[::-1])
    found = compare(ONE, other)
    assert (found.vectors, found.values, found.mismatches, found.examples) == (2, 4, 0, ())


@pytest.mark.parametrize(
    ("change", "count", "sentence"),
    [
        ({"values": np.array([[1.0, 0.0], [0.0, 2.0]])}, 1, "y np.float64(nan), np.float64(0.0)"),
        ({"values": np.array([[1.0, np.nan], [-0.0, 2.0]])}, 1, "x np.float64(0.0)"),
        ({"values": np.array([[np.nextafter(1, 2), np.nan], [0.0, 2.0]])}, 1, "1.0000000000000002"),
        ({"customer_ids": ["a", "c"]}, 4, "b at 1970-01-02T00:00:00Z: known to one"),
        ({"cutoffs": np.array([DAY, 2 * DAY])}, 4, "b at 1970-01-03T00:00:00Z: known to one"),
        ({"absent": ("y",)}, 1, "y: absent to one evaluator only"),
    ],
)
def test_a_bit_a_row_or_an_absence_is_a_mismatch(
    change: dict[str, object], count: int, sentence: str
) -> None:
    found = compare(ONE, replace(ONE, **change))  # type: ignore[arg-type]
    assert found.mismatches == count
    assert sentence in " ".join(found.examples)


def test_only_some_mismatches_are_shown() -> None:
    many = replace(
        ONE,
        customer_ids=[str(n) for n in range(99)],
        cutoffs=np.full(99, DAY),
        values=np.ones((99, 2)),
    )
    found = compare(many, replace(many, values=np.zeros((99, 2))))
    assert (found.mismatches, len(found.examples)) == (198, EXAMPLES)


@pytest.mark.slow
@settings(max_examples=15)
@given(rows=streams(max_size=30))
def test_python_over_a_snapshot_agrees_with_duckdb_whatever_is_read_together(
    rows: list[Row],
) -> None:
    with pytest.MonkeyPatch.context() as patch, tempfile.TemporaryDirectory() as folder:
        patch.setattr(python_batch, "_TOGETHER", 2)
        snapshot = snapshot_of(rows, Path(folder) / "events.parquet")
        cutoffs = [CUTOFF, 30 * DAY]
        one = evaluate(snapshot, cutoffs, EVERYTHING)
        other = joined(in_python(snapshot, cutoffs, EVERYTHING), EVERYTHING)
    assert compare(one, other).examples == ()
    assert (one.customer_ids, one.absent) == (other.customer_ids, other.absent)


def test_customers_are_named_in_order_and_events_of_nobody_name_none(
    snapshot: Callable[[Sequence[Row]], Snapshot],
) -> None:
    rows = [event(n, "order.paid", CUSTOMERS[-n], n) for n in (1, 2, 1)]
    nobody = event(9, "order.paid", None, 1)  # type: ignore[arg-type]
    assert known_customers(snapshot([*rows, nobody])) == sorted(CUSTOMERS[-2:])
