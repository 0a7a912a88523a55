"""No leak: what is recorded, or happens, from the cutoff on changes no feature at it."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

import hypothesis
import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis.errors import NoSuchExample
from tests.features.streams import CUTOFF, EVERYTHING, Row, snapshot_of, streams

from features.evaluating.duckdb_evaluator import evaluate
from features.evaluating.formulas import Floats
from features.evaluating.python_evaluator import evaluate_rows

Evaluate = Callable[[list[Row]], Floats]
RECORDED = 8


def in_python(rows: list[Row]) -> Floats:
    return evaluate_rows(rows, CUTOFF, EVERYTHING)


def leaky(rows: list[Row]) -> Floats:
    """The naive way: windows look at when it happened, and nobody asks when it was known."""
    return in_python([(*row[:RECORDED], row[7], *row[RECORDED + 1 :]) for row in rows])


def on_duckdb(rows: list[Row]) -> Floats:
    with tempfile.TemporaryDirectory() as folder:
        return evaluate(
            snapshot_of(rows, Path(folder) / "events.parquet"), [CUTOFF], EVERYTHING
        ).values


def leaks(evaluator: Evaluate, rows: list[Row]) -> list[str]:
    """Name the features that change when everything recorded from the cutoff on is deleted."""
    whole, cut = evaluator(rows), evaluator([row for row in rows if row[RECORDED] < CUTOFF])
    if whole.shape != cut.shape:
        return ["the customers"]
    same = (whole == cut) | (np.isnan(whole) & np.isnan(cut))
    return [
        name
        for name, column in zip(EVERYTHING.names, np.atleast_2d(same).T, strict=True)
        if not column.all()
    ]


@settings(max_examples=100)
@given(rows=streams(max_size=40))
def test_deleting_what_was_recorded_later_changes_no_feature_in_python(rows: list[Row]) -> None:
    assert leaks(in_python, rows) == []


@settings(max_examples=8)
@given(rows=streams(max_size=40))
def test_deleting_what_was_recorded_later_changes_no_feature_on_duckdb(rows: list[Row]) -> None:
    assert leaks(on_duckdb, rows) == []


def test_the_guard_is_red_on_a_leaky_evaluator() -> None:
    found = hypothesis.find(
        streams(max_size=10),
        lambda rows: bool(leaks(leaky, rows)),
        settings=settings(max_examples=2_000, phases=[Phase.generate]),  # any will do
    )
    assert leaks(leaky, found)
    assert leaks(in_python, found) == []
    with pytest.raises(NoSuchExample):
        hypothesis.find(
            streams(max_size=10),
            lambda rows: bool(leaks(in_python, rows)),
            settings=settings(max_examples=50),
        )
