"""Figures against scikit-learn's and against what is known of made-up rows."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import brier_score_loss, roc_auc_score

from training.judging.evaluation import (
    bootstrap,
    brier,
    measure,
    paired_differences,
    resampled_areas,
)

RANDOM = np.random.default_rng(5)
RISK = RANDOM.beta(2, 3, 4000)
LABELS = (RANDOM.random(4000) < RISK).astype(np.int64)


def test_auc_and_brier_are_those_of_scikit_learn_with_ties_too() -> None:
    for scores in (RISK, np.round(RISK, 1), np.full(len(RISK), 0.5)):
        assert measure(LABELS, scores).auc == roc_auc_score(LABELS, scores)
        assert brier(LABELS, scores) == pytest.approx(brier_score_loss(LABELS, scores), abs=1e-12)


def test_resampled_areas_are_those_of_the_resampled_rows_with_ties_too() -> None:
    labels, scores = LABELS[:300], [RISK[:300], np.round(RISK[:300], 1)]
    areas = resampled_areas(labels, scores, seed=4, resamples=5)
    random = np.random.default_rng(4)
    ones, zeros = np.flatnonzero(labels == 1), np.flatnonzero(labels == 0)
    drawn = [ones[random.integers(len(ones), size=(5, len(ones)))]]
    drawn.append(zeros[random.integers(len(zeros), size=(5, len(zeros)))])
    for sample, rows in enumerate(np.hstack(drawn)):
        for which, score in enumerate(scores):
            expected = roc_auc_score(labels[rows], score[rows])
            assert areas[which, sample] == pytest.approx(expected, abs=1e-12)


def test_a_bootstrap_keeps_how_many_rows_have_the_outcome() -> None:
    shares = bootstrap(lambda rows: float(LABELS[rows].mean()), LABELS, seed=1, resamples=3)
    assert shares.tolist() == pytest.approx([LABELS.mean()] * 3)


def test_true_risks_are_calibrated_and_bent_ones_are_not() -> None:
    true = measure(LABELS, RISK)
    assert true.ece < 0.03
    assert true.slope == pytest.approx(1, abs=0.1)
    assert true.intercept == pytest.approx(0, abs=0.1)
    bent = measure(LABELS, RISK**3)
    assert bent.ece > 0.1
    assert bent.brier > true.brier
    assert bent.auc == true.auc


def test_figures_hold_together() -> None:
    figures = measure(LABELS, RISK)
    assert figures.auc_low < figures.auc < figures.auc_high
    assert figures.auc_high - figures.auc_low < 0.06
    assert figures.gini == pytest.approx(2 * figures.auc - 1)
    assert 0 < figures.ks < 1
    assert figures.brier_base == pytest.approx(brier(LABELS, np.full(4000, LABELS.mean())))
    assert sum(part.rows for part in figures.calibration) == figures.rows == 4000
    assert measure(LABELS, RISK) == figures


def test_a_better_ranking_wins_with_its_whole_interval_and_an_equal_one_does_not() -> None:
    noise = np.clip(RISK + RANDOM.normal(0, 0.3, 4000), 0.01, 0.99)
    better = paired_differences(LABELS, RISK, noise)
    assert 0 < better["delta_auc_low"] < better["delta_auc"] < better["delta_auc_high"]
    assert better["delta_brier"] < 0
    same = paired_differences(LABELS, RISK, RISK)
    assert set(same.values()) == {0.0}
