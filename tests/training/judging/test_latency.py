"""The time of an answer is measured on the package itself, and the least of several counts."""

from __future__ import annotations

import pytest

from training.fitting.candidates import Fitted
from training.fitting.dataset import Dataset
from training.judging import latency
from training.judging.latency import CUSTOMERS, REPEATS, answer_milliseconds
from training.publishing.export import export_package


def test_the_least_of_several_repeats_counts(
    dataset: Dataset, fitted: Fitted, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = export_package(dataset, fitted)
    values = dataset.test[list(package.names)].to_numpy(float)
    instants: list[float] = []
    for _ in range(CUSTOMERS):
        for repeat in range(REPEATS):
            began = 100.0 * len(instants)
            instants += [began, began + (0.002 if repeat == 3 else 5.0)]
    told = iter(instants)
    monkeypatch.setattr(latency, "perf_counter", lambda: next(told))
    assert answer_milliseconds(package, values) == pytest.approx(2.0)
    assert next(told, None) is None


def test_without_customers_there_is_nothing_to_wait_for(dataset: Dataset, fitted: Fitted) -> None:
    package = export_package(dataset, fitted)
    values = dataset.test[list(package.names)].to_numpy(float)
    assert answer_milliseconds(package, values[:0]) == 0.0
    assert answer_milliseconds(package, values) > 0.0
