"""Calibration of made-up rows of which it is known how honest their probabilities are."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from training.judging.calibration import (
    calibration_line,
    calibration_table,
    chance_calibration_error,
    expected_calibration_error,
    logits_of,
)

RANDOM = np.random.default_rng(5)
RISK = RANDOM.beta(2, 3, 4000)
LABELS = (RANDOM.random(4000) < RISK).astype(np.int64)


def sigmoid(logits: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(1 / (1 + np.exp(-logits)))


def test_a_calibration_table_rises_with_risk() -> None:
    predicted = [part.predicted for part in calibration_table(LABELS, RISK)]
    assert predicted == sorted(predicted)
    assert expected_calibration_error(LABELS, np.full(4000, 0.9)) == pytest.approx(
        0.9 - LABELS.mean()
    )


def test_a_constant_risk_has_no_slope() -> None:
    line = calibration_line(LABELS, np.full(4000, 0.5))
    assert (line.slope, line.slope_low, line.slope_high) == (0, 0, 0)
    assert 1 / (1 + np.exp(-line.intercept)) == pytest.approx(LABELS.mean())


def test_true_risks_stay_below_what_chance_gives_19_times_of_20() -> None:
    limit = chance_calibration_error(RISK[:400])
    errors = [
        expected_calibration_error((RANDOM.random(400) < RISK[:400]).astype(np.int64), RISK[:400])
        for _ in range(400)
    ]
    assert np.mean(np.array(errors) > limit) == pytest.approx(0.05, abs=0.03)


def test_chance_gives_more_the_fewer_rows_there_are() -> None:
    limits = [chance_calibration_error(RISK[:rows]) for rows in (100, 400, 4000)]
    assert limits[0] > 1.5 * limits[1] > 4 * limits[2] > 0
    assert chance_calibration_error(RISK, seed=3) == chance_calibration_error(RISK, seed=3)


def test_the_interval_of_the_slope_covers_the_true_one_19_times_of_20() -> None:
    covered = []
    for _ in range(300):
        labels = (RANDOM.random(500) < RISK[:500]).astype(np.int64)
        line = calibration_line(labels, RISK[:500])
        covered.append(line.slope_low <= 1 <= line.slope_high)
    assert np.mean(covered) == pytest.approx(0.95, abs=0.04)


def test_overconfident_probabilities_have_a_slope_below_one() -> None:
    line = calibration_line(LABELS, sigmoid(2 * logits_of(RISK)))
    assert line.slope == pytest.approx(0.5, abs=0.05)
    assert line.slope_high < 0.9


def test_outcomes_that_are_told_apart_without_an_error_still_give_finite_figures() -> None:
    line = calibration_line(LABELS, LABELS.astype(np.float64))
    assert np.isfinite([line.slope, line.slope_low, line.slope_high]).all()
    assert line.slope_low < line.slope < line.slope_high
