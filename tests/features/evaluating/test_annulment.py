"""From the instant at which an event was annulled it counts no more, and before that it counts as ever."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pytest
from tests.features.streams import CUSTOMERS, EVERYTHING, Row, event, on_duckdb

from commerce.records.stream import ANNULLED
from features.declaring.clocks import DAY
from features.evaluating.duckdb_evaluator import label_table
from features.labels import find_label
from features.snapshots.snapshot import Snapshot

ANN, BOB = CUSTOMERS[:2]
UNDONE = 40 * DAY
ORDERS = [
    event(n, kind, customer, n * DAY, aggregate_id=f"o{n}", base_minor=100 * n, value=1, quantity=1)
    for n, (kind, customer) in enumerate(
        [("order.placed", ANN), ("order.paid", ANN), ("order.placed", BOB)] * 4, start=1
    )
]
GONE = [
    event(100 + row[0], ANNULLED, row[2], UNDONE, value=row[0], category=row[1])
    for row in ORDERS[3:]
]


def test_features_before_are_what_they_were_and_after_as_if_it_had_never_been() -> None:
    before, after = UNDONE, UNDONE + 1
    cutoffs = [after, 5 * DAY, before, after + DAY]
    rows = [*ORDERS, *GONE]
    table = on_duckdb(rows, cutoffs, EVERYTHING)
    assert sorted(set(table.cutoffs.tolist())) == sorted(cutoffs)
    for cutoff in cutoffs:
        meant = ORDERS if cutoff <= UNDONE else ORDERS[:3]
        alone = on_duckdb(meant, [cutoff], EVERYTHING)
        chosen = table.cutoffs == cutoff
        assert [each for each, own in zip(table.customer_ids, chosen, strict=True) if own] == [
            *alone.customer_ids
        ]
        assert np.array_equal(table.values[chosen], alone.values, equal_nan=True)


@pytest.mark.parametrize(("known_before", "churned"), [(None, [1, 1]), (UNDONE, [0, 0])])
def test_a_label_is_what_came_about_as_far_as_it_still_counts(
    snapshot: Callable[[Sequence[Row]], Snapshot], known_before: int | None, churned: list[int]
) -> None:
    held = snapshot([*ORDERS, *GONE])
    label = find_label("churn")
    table = label_table(held, label, [int(3.5 * DAY)], 20, known_before=known_before)
    assert table.labels.tolist() == churned
