"""Figures against scikit-learn's and against what is known of made-up rows."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import brier_score_loss, roc_auc_score

from training.fitting.dataset import Dataset
from training.judging import evaluation
from training.judging.evaluation import (
    baseline,
    brier,
    calibration_line,
    calibration_table,
    expected_calibration_error,
    measure,
    paired_differences,
    permuted_auc,
    single_feature_power,
)

RANDOM = np.random.default_rng(5)
RISK = RANDOM.beta(2, 3, 4000)
LABELS = (RANDOM.random(4000) < RISK).astype(np.int64)
FEATURES = ("days_since_order", "order_gap_days", "orders_365d", "failed_payment_rate")


def test_auc_and_brier_are_those_of_scikit_learn_with_ties_too() -> None:
    for scores in (RISK, np.round(RISK, 1), np.full(len(RISK), 0.5)):
        places = evaluation._places(scores)
        area = evaluation._area(places[LABELS == 1], places[LABELS == 0])
        assert area == pytest.approx(roc_auc_score(LABELS, scores), abs=1e-12)
        assert measure(LABELS, scores).auc == roc_auc_score(LABELS, scores)
        assert brier(LABELS, scores) == pytest.approx(brier_score_loss(LABELS, scores), abs=1e-12)


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


def test_a_calibration_table_rises_with_risk() -> None:
    predicted = [part.predicted for part in calibration_table(LABELS, RISK)]
    assert predicted == sorted(predicted)
    assert expected_calibration_error(LABELS, np.full(4000, 0.9)) == pytest.approx(
        0.9 - LABELS.mean()
    )


def test_a_constant_risk_has_no_slope() -> None:
    slope, intercept = calibration_line(LABELS, np.full(4000, 0.5))
    assert slope == 0
    assert 1 / (1 + np.exp(-intercept)) == pytest.approx(LABELS.mean())


def test_a_better_ranking_wins_with_its_whole_interval_and_an_equal_one_does_not() -> None:
    noise = np.clip(RISK + RANDOM.normal(0, 0.3, 4000), 0.01, 0.99)
    better = paired_differences(LABELS, RISK, noise)
    assert 0 < better["delta_auc_low"] < better["delta_auc"] < better["delta_auc_high"]
    assert better["delta_brier"] < 0
    same = paired_differences(LABELS, RISK, RISK)
    assert set(same.values()) == {0.0}


def test_labels_shuffled_in_training_teach_nothing(dataset: Dataset) -> None:
    areas = [permuted_auc(dataset.train, dataset.test, FEATURES, seed=seed) for seed in range(5)]
    assert np.mean(areas) == pytest.approx(0.5, abs=0.05)


class Peeking:
    """A model that ranks by the outcome itself, whatever it was taught."""

    def fit(self, values: object, labels: object) -> Peeking:
        return self

    def decision_function(self, values: np.ndarray) -> np.ndarray:
        return values[:, 0]


def test_a_ranking_that_does_not_come_from_learning_is_found_out(
    dataset: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(evaluation, "linear_model", lambda strength: Peeking())
    assert permuted_auc(dataset.train, dataset.test, ("label",)) == 1


def test_the_strongest_feature_alone_is_found_and_the_model_beats_it(dataset: Dataset) -> None:
    power = single_feature_power(dataset.train, FEATURES)
    assert next(iter(power)) == "days_since_order"
    assert list(power.values()) == sorted(power.values(), reverse=True)
    assert min(power.values()) >= 0.5
    assert baseline(dataset.train, dataset.test, FEATURES)["auc"] > 0.6
