"""One golden suite for every operator, on every evaluator: what each gives, by hand."""

from __future__ import annotations

import math
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.features.golden import (
    AGGREGATES,
    ANN,
    BILLS,
    CUTOFF,
    GOLDEN,
    INVOICES,
    PLAIN,
    ROWS,
    VALUE,
    WINDOWS,
    sale,
)
from tests.features.streams import Row, event, snapshot_of

from features.declaring import declaration as d
from features.declaring.clocks import DAY, HOUR
from features.declaring.declaration import catalogue, per_aggregate, source
from features.declaring.operators import OPERATORS
from features.errors import PartialTooLarge
from features.evaluating.duckdb_evaluator import evaluate
from features.evaluating.formulas import FORMULAS, REDUCTIONS, Floats
from features.evaluating.python_evaluator import evaluate_rows
from features.wording import DERIVED, REDUCED

Evaluator = Callable[[list[Row], d.Catalogue], Floats]


def in_python(rows: list[Row], wanted: d.Catalogue) -> Floats:
    return evaluate_rows(rows, CUTOFF, wanted)


def on_duckdb(rows: list[Row], wanted: d.Catalogue) -> Floats:
    known = event(10**6, "customer.registered", ANN, 0)
    with tempfile.TemporaryDirectory() as folder:
        snapshot = snapshot_of([*rows, known], Path(folder) / "events.parquet")
        (values,) = evaluate(snapshot, [CUTOFF], wanted).values
    alone: Floats = values
    return alone


@pytest.fixture(params=[in_python, on_duckdb])
def evaluator(request: pytest.FixtureRequest) -> Evaluator:
    chosen: Evaluator = request.param
    return chosen


NAN = math.nan


@pytest.mark.parametrize("name", sorted(GOLDEN))
def test_an_operator_gives_what_was_worked_out_by_hand(name: str, evaluator: Evaluator) -> None:
    feature, windowed, ever = GOLDEN[name]
    values = evaluator(ROWS, catalogue(feature))
    assert values.tolist() == pytest.approx([windowed, ever], rel=1e-14)


def test_every_operator_has_its_golden_values() -> None:
    derived = {"ratio", "difference", "share", "threshold"}
    assert {entry[0].operator for entry in GOLDEN.values()} | derived == set(OPERATORS)


@pytest.mark.parametrize("name", sorted(OPERATORS))
def test_an_operator_stands_in_four_places(name: str) -> None:
    operator = OPERATORS[name]
    assert set(operator.partials) <= set(REDUCTIONS), "add the reduction to evaluating/formulas.py"
    assert operator.finish in FORMULAS, "add the formula to evaluating/formulas.py"
    assert name in d.__all__, "add its word to declaring/reductions.py or derivations.py"
    assert name in {**REDUCED, **DERIVED}, "add its phrase to features/wording.py"


def test_no_place_knows_an_operator_that_is_none() -> None:
    assert {*REDUCED, *DERIVED} == set(OPERATORS)
    assert set(REDUCTIONS) == {kind for each in OPERATORS.values() for kind in each.partials}
    assert set(FORMULAS) == {each.finish for each in OPERATORS.values()}


@pytest.mark.parametrize("name", sorted(GOLDEN))
def test_an_empty_window_an_unknown_customer_and_a_missing_source_are_told_apart(
    name: str, evaluator: Evaluator
) -> None:
    feature = GOLDEN[name][0]
    empty = 0.0 if feature.operator in ("count", "distinct") else NAN
    long_ago = [row for row in ROWS if row[7] < 50 * DAY]
    windowed = evaluator(long_ago, catalogue(feature)).tolist()[0]
    assert windowed == pytest.approx(empty, nan_ok=True)
    elsewhere = [event(1, "order.placed", ANN, DAY)]
    assert evaluator(elsewhere, catalogue(feature)).tolist() == pytest.approx(
        [empty, empty], nan_ok=True
    )
    with tempfile.TemporaryDirectory() as folder:
        strangers = snapshot_of([event(1, "order.paid", ANN, CUTOFF)], Path(folder) / "a.parquet")
        assert evaluate(strangers, [CUTOFF], catalogue(feature)).customer_ids == []
        for place, (rows, absent) in enumerate([(long_ago, False), (elsewhere, True)]):
            snapshot = snapshot_of(rows, Path(folder) / f"{place}.parquet")
            table = evaluate(snapshot, [CUTOFF], catalogue(feature))
            assert table.customer_ids == [ANN]
            assert table.absent == (table.names if absent else ())


def of_amounts() -> d.Catalogue:
    amounts = source("order.paid", column="base_minor")
    return catalogue(
        d.total(amounts, name="total", description="X."),
        d.mean(amounts, name="mean", description="X."),
        d.minimum(amounts, name="minimum", description="X."),
        d.maximum(amounts, name="maximum", description="X."),
        d.first(amounts, name="first", description="X."),
        d.last(amounts, name="last", description="X."),
    )


@pytest.mark.parametrize("amount", [2**53 - 1, 1 - 2**53])
def test_partial_aggregates_next_to_the_limit_are_exact(amount: int, evaluator: Evaluator) -> None:
    rows = [sale(1, 40, None, base_minor=amount)]
    assert evaluator(rows, of_amounts()).tolist() == [amount] * 6


@pytest.mark.parametrize("name", of_amounts().names)
@pytest.mark.parametrize("amount", [2**53, -(2**53), 2**63 - 1])
def test_partial_aggregates_at_the_limit_are_refused(
    amount: int, name: str, evaluator: Evaluator
) -> None:
    rows = [sale(1, 40, None, base_minor=amount)]
    with pytest.raises(PartialTooLarge, match=r"must be smaller than 2\^53 in size"):
        evaluator(rows, of_amounts().subset([name]))


def derived(**words: float) -> d.Catalogue:
    return catalogue(
        d.total(VALUE.only(method="card"), name="card", description="X."),
        d.total(VALUE.only(method="cash"), name="cash", null=0, description="X."),
        d.ratio("ratio", "card", "cash", description="X.", null=words.get("null")),
        d.difference("less", "card", "cash", description="X.", null=words.get("null")),
        d.share("part", "cash", "card", description="X."),
    ).subset(["ratio", "less", "part"])


def test_derived_features_are_worked_out_from_finished_ones(evaluator: Evaluator) -> None:
    assert evaluator(ROWS, derived()).tolist() == [21 / -3, 24, -3 / 18]
    no_cash = [row for row in ROWS if row[13] != "cash"]
    assert evaluator(no_cash, derived()).tolist() == pytest.approx([NAN, 21, 0], nan_ok=True)
    no_card = [row for row in ROWS if row[13] == "cash"]
    assert evaluator(no_card, derived()).tolist() == pytest.approx([NAN, NAN, NAN], nan_ok=True)
    assert evaluator(no_card, derived(null=-1)).tolist()[:2] == [-1, -1]


def test_a_threshold_says_how_many_limits_are_reached(evaluator: Evaluator) -> None:
    wanted = catalogue(
        d.count(PLAIN, name="sales", windows=WINDOWS, description="X."),
        d.total(VALUE.only(method="cheque"), name="cheques", description="X."),
        d.threshold("below", "sales", [6], description="X."),
        d.threshold("exactly", "sales", [5], description="X."),
        d.threshold("between", "sales_10d", [0.5, 4, 4.5], description="X."),
        d.threshold("missing", "cheques", [0], description="X."),
        d.threshold("filled", "cheques", [0], null=0, description="X."),
    ).subset(["below", "exactly", "between", "missing", "filled"])
    assert evaluator(ROWS, wanted).tolist() == pytest.approx([0, 1, 2, NAN, 0], nan_ok=True)


@pytest.mark.parametrize("name", sorted(AGGREGATES))
def test_an_aggregate_is_reduced_to_what_was_worked_out_by_hand(
    name: str, evaluator: Evaluator
) -> None:
    wanted = catalogue(
        d.total(INVOICES.of(name), name="x", windows=WINDOWS, description="X."),
        d.count(INVOICES, name="n", windows=WINDOWS, description="X."),
    )
    windowed, ever, last_ten_days, all_of_them = evaluator(BILLS, wanted).tolist()
    assert (ever, all_of_them, last_ten_days) == (AGGREGATES[name], 5, 2)
    late = {"opened": 47, "balance": 47, "is_open": 2, "days_until_due": 20, "hours_taken": NAN}
    assert windowed == pytest.approx(late.get(name, 0), nan_ok=True)


def test_a_delivery_is_settled_by_the_event(evaluator: Evaluator) -> None:
    parcels = per_aggregate(
        open="delivery.promised", close="delivery.delivered", settled_by="event"
    )
    rows = [
        event(1, "delivery.promised", ANN, 0, aggregate_id="late", due_at=9 * DAY),
        event(2, "delivery.delivered", ANN, 9 * DAY + HOUR, aggregate_id="late"),
        event(3, "delivery.delivered", ANN, 12 * DAY, aggregate_id="late"),
        event(4, "delivery.promised", ANN, 0, aggregate_id="early", due_at=9 * DAY),
        event(5, "delivery.delivered", ANN, 9 * DAY, aggregate_id="early"),
        event(6, "delivery.promised", ANN, 0, aggregate_id="under way", due_at=CUTOFF),
    ]
    wanted = catalogue(
        d.count(parcels.only(is_late=1), name="late", description="X."),
        d.count(parcels.only(is_open=1), name="open", description="X."),
        d.count(parcels.only(is_due=1), name="due", description="X."),
        d.total(parcels.of("hours_late"), name="hours", description="X."),
    )
    assert evaluator(rows, wanted).tolist() == [1, 1, 2, 1]
