"""A table that breaks its declarations stops the run, and says which feature, rule and rows."""

from __future__ import annotations

import json
import tracemalloc
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from tests.features.streams import CUSTOMERS, Row, event, snapshot_of

from commerce.records.stream import EVENT_TYPES, EventType
from features.catalogue import CATALOGUE
from features.checks import check, check_stream
from features.checks.stream import _Tally
from features.declaring.clocks import DAY
from features.errors import ExpectationsFailed
from features.frames import feature_frame
from features.snapshots.canonical import to_table
from features.snapshots.snapshot import Snapshot

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
    assert result.expectations == 2 + 4 + 2 + 2
    assert result.headline == "all 10 expectations met"
    result.require()
    report = json.loads(result.report.read_text())
    assert report["rows"] == 8
    assert "orders_90d must be not missing" in report["rules"]
    assert "orders_90d must be between 0 and 2^53" in report["rules"]


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


def test_the_page_names_the_feature_how_many_rows_and_three_of_them(
    frame: pd.DataFrame, tmp_path: Path
) -> None:
    frame.loc[[1, 2, 3, 5], "order_trend"] = [1.5, 2.0, 3.0, np.inf]
    page = check(frame, CHOSEN, report_folder=tmp_path).page.read_text(encoding="utf-8")
    shown = page.partition("What is broken")[2].partition("</table>")[0]
    assert "<code>order_trend</code>" in shown
    assert "between 0 and 1" in shown
    assert '<td class="number">4</td>' in shown
    assert shown.count("<li>") == 3
    assert all(customer in shown for customer in CUSTOMERS[1:])
    assert "order_trend 1.5" in shown
    assert "values must be greater than or equal to" in page.partition("<details>")[2]


def test_the_page_needs_no_other_host_and_runs_nothing(frame: pd.DataFrame, tmp_path: Path) -> None:
    frame.loc[1, "order_trend"] = 7
    frame.loc[0, "customer_id"] = "<script>alert(1)</script>"
    frame.loc[1, "customer_id"] = "<img src=x>"
    page = check(frame, CHOSEN, report_folder=tmp_path).page.read_text(encoding="utf-8")
    for word in (
        "<script",
        "<link",
        "<img",
        "<iframe",
        "href=",
        "http:",
        "https:",
        "url(",
        "@import",
    ):
        assert word not in page
    assert "&lt;img src=x&gt;" in page


def dried_up(frame: pd.DataFrame) -> pd.DataFrame:
    """Let nobody's last order be known at the last cutoff."""
    missing = frame["days_since_order"].where(frame["cutoff"] < frame["cutoff"].max())
    return frame.assign(days_since_order=missing)


def test_a_feature_that_is_no_longer_known_is_a_warning_and_stops_nothing(
    frame: pd.DataFrame, tmp_path: Path
) -> None:
    result = check(dried_up(frame), CHOSEN, report_folder=tmp_path)
    (failure,) = result.failures
    assert (failure.feature, failure.severity, failure.count) == ("days_since_order", "warning", 4)
    assert failure.rule == "known of 75% of customers at the last cutoff, as of 100% before"
    assert len(failure.examples) == 3
    assert result.headline == "9 of 10 expectations met"
    assert list(result.table["severity"]) == ["warning"]
    assert not result.success
    result.require()


def test_a_feature_that_was_never_known_is_only_named(frame: pd.DataFrame, tmp_path: Path) -> None:
    result = check(frame.assign(days_since_order=np.nan), CHOSEN, report_folder=tmp_path)
    assert result.success
    page = result.page.read_text(encoding="utf-8")
    shown = page.partition("Missing for everybody")[2].partition("<details>")[0]
    assert "<code>days_since_order</code>" in shown
    assert json.loads(result.report.read_text())["unknown"] == ["days_since_order"]


def test_what_a_shop_has_no_records_for_is_listed_as_such_and_breaks_nothing(
    frame: pd.DataFrame, tmp_path: Path
) -> None:
    frame["days_since_order"] = np.nan
    absent = ("smallest_order_365d", "days_since_order")
    result = check(frame, CHOSEN, report_folder=tmp_path, absent=absent)
    assert result.success
    assert json.loads(result.report.read_text())["absent"] == [
        name for name in CHOSEN.names if name in absent
    ]
    page = result.page.read_text(encoding="utf-8")
    shown = page.partition("No such records in this shop")[2].partition("<details>")[0]
    assert all(f"<code>{name}</code>" in shown for name in absent)
    assert "orders_90d" not in shown


def test_critical_failures_are_told_before_warnings(frame: pd.DataFrame, tmp_path: Path) -> None:
    frame.loc[0, "order_trend"] = 2
    result = check(dried_up(frame), CHOSEN, report_folder=tmp_path)
    assert [failure.severity for failure in result.failures] == ["critical", "warning"]
    with pytest.raises(ExpectationsFailed) as raised:
        result.require()
    assert "days_since_order" not in str(raised.value)


def test_the_stream_is_held_against_what_every_event_keeps_to(
    snapshot: Take, tmp_path: Path
) -> None:
    assert check_stream(snapshot(rows()), report_folder=tmp_path).success
    broken = [
        *rows(),
        event(7, "order.placed", CUSTOMERS[0], DAY, base_minor=1),
        event(7, "order.placed", CUSTOMERS[0], DAY, base_minor=1),
        event(90, "order.dreamt", CUSTOMERS[0], DAY),
        event(91, "order.placed", CUSTOMERS[0], DAY, recorded_at=DAY - 1, base_minor=1),
    ]
    result = check_stream(snapshot(broken), report_folder=tmp_path)
    assert {(failure.feature, failure.count, failure.examples) for failure in result.failures} == {
        ("id", 2, ("id 7", "id 7")),
        ("type", 1, ("id 90, type order.dreamt",)),
        ("recorded_at, occurred_at", 1, ("id 91, type order.placed",)),
    }
    with pytest.raises(ExpectationsFailed, match="id must be unique; 2 rows are not"):
        result.require()
    page = result.page.read_text(encoding="utf-8")
    assert "id 90, type order.dreamt" in page
    assert f"{len(broken)} rows" in page


def test_ids_doubled_in_files_far_apart_are_found_in_little_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("features.checks.stream._BATCH_ROWS", 100)
    many = [event(n, "review.removed", CUSTOMERS[0], DAY) for n in range(1, 60_001)]
    parts = [snapshot_of(many, tmp_path / "a"), snapshot_of([*many[9:19], many[0]], tmp_path / "b")]
    doubled = replace(parts[0], files=tuple(path for part in parts for path in part.files))
    check_stream(parts[1], report_folder=tmp_path)
    tracemalloc.start()
    result = check_stream(doubled, report_folder=tmp_path)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert [(failure.feature, failure.count) for failure in result.failures] == [("id", 11)]
    assert result.failures[0].examples == ("id 10", "id 11", "id 12")
    assert peak < 2_000_000


def test_an_event_without_what_its_type_must_carry_is_a_warning(
    snapshot: Take, tmp_path: Path
) -> None:
    lacking = [
        event(101, "order.placed", CUSTOMERS[0], DAY, customer_id=None),
        event(102, "order.line", CUSTOMERS[0], DAY, base_minor=5),
        event(
            103, "invoice.issued", CUSTOMERS[0], DAY, customer_id=None, base_minor=5, due_at=2 * DAY
        ),
        event(104, "customer.noted", CUSTOMERS[1], DAY),
    ]
    result = check_stream(snapshot([*rows(), *lacking]), report_folder=tmp_path)
    assert {(failure.feature, failure.examples) for failure in result.failures} == {
        ("order.placed, base_minor", ("id 101",)),
        ("order.line, quantity", ("id 102",)),
        ("invoice.issued, customer_id", ("id 103",)),
    }
    assert {failure.severity for failure in result.failures} == {"warning"}
    result.require()


@pytest.mark.parametrize("word", EVENT_TYPES.values(), ids=lambda word: word.name)
def test_whatever_a_word_must_carry_is_looked_for(word: EventType) -> None:
    tally = _Tally(seen=np.zeros(1, np.uint8))
    tally.add(to_table([event(1, word.name, CUSTOMERS[0], DAY, customer_id=None)]).to_batches()[0])
    expected = {"base_minor" if name == "amount_minor" else name for name in word.carries}
    expected |= {"customer_id"} if word.about_customer else set()
    assert {rule[0] for rule in tally.broken if tally.broken[rule]} == {
        f"{word.name}, {column}" for column in expected
    }
