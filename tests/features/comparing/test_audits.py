"""Ways that differ by a bit are counted, and the events they differ by are named."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from tests.features.streams import CUSTOMERS, Row, event

from features.comparing.audits import EXAMPLES, Case, Findings, by_batch, events_behind
from features.declaring.clocks import DAY
from features.declaring.declaration import catalogue, count, source, total
from features.evaluating.duckdb_evaluator import evaluate_each
from features.snapshots.snapshot import Snapshot

ANN, BOB = CUSTOMERS[:2]
FEW = catalogue(
    count(source("order.placed"), name="orders", description="Orders placed."),
    total(source("order.placed", column="base_minor"), name="spend", description="Their amounts."),
)
ROWS = [
    event(1, "order.placed", ANN, DAY, base_minor=5),
    event(2, "order.placed", ANN, 2 * DAY, recorded_at=9 * DAY, base_minor=7),
    event(3, "order.placed", ANN, 8 * DAY, base_minor=9),
    event(4, "order.paid", ANN, 2 * DAY, base_minor=7),
]


def behind(name: str, recorded: float, other: float) -> tuple[int, ...]:
    return events_behind(FEW, name, 5 * DAY, ROWS, {"recorded": recorded, "online": other})


def test_the_event_that_counts_too_early_or_not_at_all_is_named() -> None:
    assert behind("orders", 1, 2) == (2,)
    assert behind("spend", 5, 14) == (3,)
    assert behind("orders", 1, 0) == (1,)
    assert behind("spend", 5, 6) == ()


def test_a_value_that_differs_is_counted_and_one_of_each_output_is_kept() -> None:
    found, case = Findings(FEW), Case(customer_id=ANN, cutoff=5 * DAY, moment="now")
    ways = {"recorded": np.array([1.0, 5.0]), "online": np.array([2.0, 5.0])}
    for _ in range(EXAMPLES):
        found.add(case, ways, ROWS)
    assert (found.values, dict(found.differing)) == (2 * EXAMPLES, {"orders": EXAMPLES})
    (example,) = found.examples
    assert (example.feature, example.events) == ("orders", (2,))
    assert dict(example.values) == {"recorded": "1.0", "online": "2.0"}


def test_what_was_answered_is_one_of_the_ways_and_missing_values_are_alike() -> None:
    found = Findings(FEW)
    nothing = {"recorded": np.array([0.0, np.nan]), "online": np.array([0.0, -np.nan])}
    found.add(Case(customer_id=BOB, cutoff=DAY, moment="now"), nothing, [])
    assert found.differing == {}
    answered = Case(customer_id=BOB, cutoff=DAY, moment="answer a/1", answered={"orders": 1.0})
    found.add(answered, nothing, [])
    assert dict(found.examples[0].values) == {"answered": "1.0", "recorded": "0.0", "online": "0.0"}


def test_the_batch_way_gives_each_case_the_row_of_its_own_instant(
    snapshot: Callable[[Sequence[Row]], Snapshot],
) -> None:
    cases = [
        Case(customer_id=who, cutoff=day * DAY, moment="now")
        for who, day in [(ANN, 10), (BOB, 10), (ANN, 5), (ANN, 1), (ANN, 10)]
    ]
    given = [
        (case.customer_id, case.cutoff // DAY, None if row is None else row.tolist())
        for case, row in by_batch(evaluate_each, snapshot(ROWS), cases, FEW)
    ]
    assert given == [
        (ANN, 1, None),
        (ANN, 5, [1, 5]),
        (ANN, 10, [3, 21]),
        (BOB, 10, None),
        (ANN, 10, [3, 21]),
    ]
