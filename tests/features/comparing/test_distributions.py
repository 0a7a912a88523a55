"""Spreads, distances between them and what a column says alone, against figures known otherwise."""

from __future__ import annotations

import math

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from features.comparing.distributions import (
    LEVELS,
    edges,
    histogram,
    index_between,
    largest_distance,
    power,
    quantiles,
    spread,
    stability_index,
)

RANDOM = np.random.default_rng(4)
NOTHING = np.full(5, np.nan)


def test_quantiles_and_bars_leave_missing_values_out() -> None:
    values = np.append(np.arange(101.0), np.nan)
    assert quantiles(values) == pytest.approx([100 * level for level in LEVELS])
    bars = histogram(values, edges(values))
    assert sum(bars) == 101
    assert (quantiles(NOTHING), edges(NOTHING), histogram(NOTHING, ())) == ((), (), ())


def test_a_constant_column_has_bars_all_the_same() -> None:
    assert sum(histogram(np.full(7, 3.0), edges(np.full(7, 3.0)))) == 7


def test_a_spread_that_stays_does_not_drift_and_one_that_moves_does() -> None:
    before, after = RANDOM.normal(0, 1, 4000), RANDOM.normal(0, 1, 3000)
    assert stability_index(before, after) < 0.02
    assert stability_index(before, after + 1) > 0.25
    assert largest_distance(before, after) < 0.05
    assert largest_distance(before, after + 1) == pytest.approx(0.383, abs=0.03)


def test_a_spread_that_was_kept_tells_the_same_drift_as_the_values() -> None:
    before, after = RANDOM.poisson(1.0, 900).astype(float), RANDOM.poisson(2.0, 500).astype(float)
    kept = spread(before)
    assert sum(kept.counts) == 900
    assert index_between(kept, spread(after, kept.cuts)) == stability_index(before, after)
    assert spread(NOTHING).counts == (0, 5)


def test_values_that_went_missing_are_drift_too() -> None:
    before = RANDOM.normal(0, 1, 1000)
    after = np.where(RANDOM.random(1000) < 0.5, np.nan, before)
    assert stability_index(before, after) > 0.25
    assert stability_index(NOTHING, NOTHING) == 0
    assert math.isfinite(stability_index(before, NOTHING))
    assert largest_distance(before, NOTHING) == 0


def test_the_area_is_scikit_learns_ties_included() -> None:
    labels = RANDOM.integers(0, 2, 500)
    values = np.round(labels + RANDOM.normal(0, 1, 500))
    found = power(labels, values)
    assert found is not None
    assert found.auc == pytest.approx(roc_auc_score(labels, values), abs=1e-12)
    assert found.low < found.auc < found.high


def test_the_interval_covers_the_truth_as_often_as_it_says() -> None:
    truth = 0.7602  # of normal spreads one apart: the normal distribution function of 1 / sqrt(2)
    covered = 0
    for _ in range(400):
        labels = np.repeat([0, 1], [80, 40])
        found = power(labels, labels + RANDOM.normal(0, 1, 120))
        assert found is not None
        covered += found.low <= truth <= found.high
    assert 0.91 <= covered / 400 <= 0.985


def test_missing_values_count_as_the_median_and_one_outcome_tells_nothing() -> None:
    found = power(np.array([0, 1, 0, 1]), np.array([1.0, 3.0, np.nan, np.nan]))
    assert found is not None
    assert found.auc == 0.875
    assert power(np.zeros(5, np.int64), np.arange(5.0)) is None
    below = power(np.array([1, 0]), np.array([1.0, 2.0]))
    assert below is not None
    assert (below.auc, below.strength) == (0, 1)
