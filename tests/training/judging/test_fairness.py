"""Groups are counted as anybody would count them, and only large ones are held against each other."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from tests.features.streams import event, snapshot_of

from training.fitting.dataset import Dataset
from training.judging.fairness import UNKNOWN, groups_of, measure_fairness

LABELS = np.array([0, 1] * 100, dtype=np.int64)


def approved(*shares: float) -> tuple[list[str], np.ndarray]:
    """Groups of 60 customers of whom the given shares are approved, and a small one of whom none is."""
    names = [name for place in range(len(shares)) for name in ["ABC"[place]] * 60]
    flags = [row < share * 60 for share in shares for row in range(60)]
    rest = 200 - len(names)
    return names + ["small"] * rest, np.array(flags + [False] * rest)


def test_the_least_favoured_of_the_large_groups_is_held_against_the_most_favoured() -> None:
    names, flags = approved(0.9, 0.6, 0.75)
    found = measure_fairness({"country": names}, LABELS, flags, favours="approve")
    assert found.ratios == {"country": pytest.approx(0.6 / 0.9)}
    assert [each.group for each in found.compared("country")] == ["B", "C", "A"]
    shares = {each.group: (each.customers, each.favoured) for each in found.groups}
    assert shares == {"A": (60, 0.9), "B": (60, 0.6), "C": (60, 0.75), "small": (20, 0.0)}
    assert list(found.table["compared"]) == ["yes"] * 3 + ["no"]
    assert {each.observed for each in found.groups} == {0.5}


def test_one_large_group_is_held_against_nobody() -> None:
    names, flags = approved(0.5)
    names = [UNKNOWN if name == "small" else name for name in names]
    assert measure_fairness({"gender": names}, LABELS, flags, favours="approve").ratios == {}


def test_where_nobody_is_favoured_all_are_treated_alike() -> None:
    names, flags = approved(0.0, 0.0)
    found = measure_fairness({"gender": names}, LABELS, flags, favours="approve")
    assert found.ratios == {"gender": 1.0}


def test_where_no_answer_is_better_nothing_is_counted() -> None:
    names, flags = approved(0.9, 0.6)
    found = measure_fairness({"gender": names}, LABELS, flags, favours=None)
    assert (found.groups, len(found.table)) == ((), 0)


def test_groups_are_read_off_the_stream_as_it_was_known_at_the_test_cutoff(
    dataset: Dataset, tmp_path: Path
) -> None:
    test = dataset.schedule.test
    known, late = test - 10, test + 10
    stream = [
        event(1, "customer.registered", "a", known, category="DE"),
        event(2, "customer.profiled", "a", known, reason="age", value=30),
        event(3, "customer.profiled", "a", late, reason="age", value=70),
        event(4, "customer.registered", "b", known, category=None),
    ]
    snapshot = snapshot_of(stream, tmp_path / "stream.parquet")
    found = groups_of(replace(dataset, snapshot=snapshot), ["a", "b", "c"])
    assert found == {
        "age": ["25 to 34", UNKNOWN, UNKNOWN],
        "country": ["DE", UNKNOWN, UNKNOWN],
    }
    assert groups_of(dataset, ["a"]) == {}
