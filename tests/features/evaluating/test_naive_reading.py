"""Every evaluator gives what a naive reading of the declarations gives."""

from __future__ import annotations

import math

import pytest
from hypothesis import HealthCheck, given, settings
from tests.features import naive_reading
from tests.features.streams import CUTOFF, EVERYTHING, Row, on_duckdb, rows_of, streams

from features.declaring.clocks import DAY
from features.declaring.operators import OPERATORS
from features.evaluating.python_evaluator import evaluate_rows


def far_apart(value: float, naive: float) -> bool:
    """Whether two values differ by more than the order of some additions can explain."""
    if math.isnan(value) or math.isnan(naive):
        return math.isnan(value) != math.isnan(naive)
    return not math.isclose(value, naive, rel_tol=1e-9, abs_tol=1e-6)


def test_the_naive_reading_knows_every_operator() -> None:
    assert {*naive_reading.REDUCTIONS, *naive_reading.DERIVED} == set(OPERATORS)
    assert {output.kind for output in EVERYTHING.outputs} == set(OPERATORS)


@settings(max_examples=120, suppress_health_check=[HealthCheck.too_slow])
@given(rows=streams(max_size=30))
def test_python_gives_what_the_naive_reading_gives(rows: list[Row]) -> None:
    for customer in {row[2] for row in rows}:
        own = rows_of(customer, rows)
        for cutoff in (CUTOFF, CUTOFF - 30 * DAY):
            naive = naive_reading.values(own, cutoff, EVERYTHING)
            value = dict(
                zip(EVERYTHING.names, evaluate_rows(own, cutoff, EVERYTHING).tolist(), strict=True)
            )
            wrong = {
                name: (value[name], naive[name])
                for name in naive
                if far_apart(value[name], naive[name])
            }
            assert wrong == {}


@settings(max_examples=6, suppress_health_check=[HealthCheck.too_slow])
@given(rows=streams(max_size=40))
def test_duckdb_gives_what_the_naive_reading_gives(rows: list[Row]) -> None:
    table = on_duckdb(rows, [CUTOFF], EVERYTHING)
    for customer, values in zip(table.customer_ids, table.values.tolist(), strict=True):
        naive = naive_reading.values(rows_of(customer, rows), CUTOFF, EVERYTHING)
        value = dict(zip(table.names, values, strict=True))
        assert [name for name in naive if far_apart(value[name], naive[name])] == []


def test_the_comparison_sees_a_value_that_is_off() -> None:
    assert far_apart(1.0, 1.001)
    assert far_apart(math.nan, 0.0)
    assert not far_apart(math.nan, math.nan)
    with pytest.raises(KeyError):
        naive_reading.values([], CUTOFF, EVERYTHING)["spend_91d"]
