"""A table that breaks its declarations stops the run, and says which feature, rule and rows."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from tests.features.streams import CUSTOMERS, Row, event

from features.catalogue import CATALOGUE
from features.checks import check, check_stream
from features.errors import ExpectationsFailed
from features.frames import feature_frame
from features.snapshot import Snapshot
from features.sources import DAY

Take = Callable[[Sequence[Row]], Snapshot]
CHOSEN = CATALOGUE.subset(["orders_90d", "order_trend", "days_since_order", "smallest_order_365d"])


def rows() -> list[Row]:
    return [
        event(n, "order.placed", CUSTOMERS[n % 4], n * DAY, base_minor=10 * n) for n in range(1, 41)
    ]


@pytest.fixture
def frame(snapshot: Take) -> pd.DataFrame:
    return feature_frame(snapshot(rows()), [20 * DAY, 41 * DAY], CHOSEN)


def test_features_as_evaluated_meet_their_declarations(frame: pd.DataFrame, tmp_path: Path) -> None:
    result = check(frame.assign(label=7), CHOSEN, report_folder=tmp_path / "report")
    assert (result.success, result.failures) == (True, ())
    assert result.expectations == 2 + 2 * 2 + 2 * 1
    result.require()
    report = json.loads(result.report.read_text())
    assert report["rows"] == 8
    assert "orders_90d must be not missing" in report["rules"]


def test_a_broken_range_names_the_feature_the_rows_and_three_of_them(
    frame: pd.DataFrame, tmp_path: Path
) -> None:
    frame.loc[[1, 2, 3, 5], "order_trend"] = [1.5, 2.0, 3.0, np.inf]
    result = check(frame, CHOSEN, report_folder=tmp_path)
    (failure,) = result.failures
    assert (failure.feature, failure.rule, failure.count) == ("order_trend", "between 0 and 1", 4)
    assert len(failure.examples) == 3
    assert CUSTOMERS[1] in failure.examples[0]
    assert "order_trend 1.5" in failure.examples[0]
    with pytest.raises(ExpectationsFailed, match=r"order_trend must be between 0 and 1; 4 rows"):
        result.require()


def test_a_missing_value_is_refused_only_where_an_empty_window_has_a_value(
    frame: pd.DataFrame, tmp_path: Path
) -> None:
    frame.loc[0, ["orders_90d", "days_since_order"]] = np.nan
    result = check(frame, CHOSEN, report_folder=tmp_path)
    assert [(f.feature, f.rule, f.count) for f in result.failures] == [
        ("orders_90d", "not missing", 1)
    ]


def test_infinite_values_doubled_rows_and_no_rows_are_refused(
    frame: pd.DataFrame, tmp_path: Path
) -> None:
    frame.loc[0, "days_since_order"] = np.inf
    doubled = pd.concat([frame, frame.iloc[[3]]], ignore_index=True)
    result = check(doubled, CHOSEN, report_folder=tmp_path)
    assert {failure.feature: failure.count for failure in result.failures} == {
        "days_since_order": 1,
        "customer_id, cutoff": 2,
    }
    empty = check(frame.iloc[:0], CHOSEN, report_folder=tmp_path)
    assert "rows must be at least one" in empty.failures[0].sentence


def test_the_stream_is_held_against_what_every_event_keeps_to(
    snapshot: Take, tmp_path: Path
) -> None:
    assert check_stream(snapshot(rows()), report_folder=tmp_path).success
    broken = [
        *rows(),
        event(7, "order.placed", CUSTOMERS[0], DAY),
        event(90, "order.dreamt", CUSTOMERS[0], DAY),
        event(91, "order.placed", CUSTOMERS[0], DAY, recorded_at=DAY - 1),
    ]
    result = check_stream(snapshot(broken), report_folder=tmp_path)
    assert {failure.feature: failure.count for failure in result.failures} == {
        "id": 2,
        "type": 1,
        "recorded_at, occurred_at": 1,
    }
    assert "id 90" in str(result.failures)
