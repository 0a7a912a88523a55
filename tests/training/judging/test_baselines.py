"""What a model is held against, on a shop in which recency tells most."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score
from tests.training.datasets import make_frame

from training.fitting.dataset import Dataset
from training.judging import baselines
from training.judging.baselines import (
    SHARES,
    learning_curve,
    linear_views,
    measure_baselines,
    permuted_auc,
    single_feature_power,
)

FEATURES = ("days_since_order", "order_gap_days", "orders_365d", "failed_payment_rate")


def test_labels_shuffled_in_training_teach_nothing(dataset: Dataset) -> None:
    views = linear_views(dataset.train, dataset.test, FEATURES)
    areas = [permuted_auc(views, seed=seed) for seed in range(5)]
    assert np.mean(areas) == pytest.approx(0.5, abs=0.05)


class Peeking:
    """A learner that ranks by the outcome itself, whatever it was taught."""

    def __init__(self, **settings: object) -> None:
        self.settings = settings

    def fit(self, values: object, labels: object) -> Peeking:
        return self

    def predict(self, values: np.ndarray) -> np.ndarray:
        return values[:, :1]


def test_a_ranking_that_does_not_come_from_learning_is_found_out(
    dataset: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(baselines, "Ridge", Peeking)
    assert permuted_auc(linear_views(dataset.train, dataset.test, ("label",))) == 1


def test_the_strongest_feature_alone_is_found_as_scikit_learn_ranks_it(dataset: Dataset) -> None:
    power = single_feature_power(dataset.train, FEATURES)
    assert next(iter(power)) == "days_since_order"
    assert list(power.values()) == sorted(power.values(), reverse=True)
    assert min(power.values()) >= 0.5
    expected = roc_auc_score(dataset.train["label"], dataset.train["days_since_order"])
    assert power["days_since_order"] == pytest.approx(expected, abs=1e-12)


def test_recency_alone_ranks_the_way_the_training_rows_say(dataset: Dataset) -> None:
    found = measure_baselines(dataset, FEATURES)
    assert found.feature == "days_since_order"
    assert found.ranking is not None
    assert roc_auc_score(dataset.test["label"], found.ranking) > 0.6
    turned = replace(dataset.spec, baseline_feature="orders_365d")
    fewer = measure_baselines(replace(dataset, spec=turned), FEATURES)
    assert fewer.ranking is not None
    assert np.corrcoef(fewer.ranking, dataset.test["orders_365d"])[0, 1] == pytest.approx(-1)


def test_without_a_feature_to_rank_by_there_is_no_such_baseline(dataset: Dataset) -> None:
    for named in (None, "no_such_feature", "delivered_orders"):
        spec = replace(dataset.spec, baseline_feature=named)
        found = measure_baselines(replace(dataset, spec=spec), FEATURES)
        assert (found.feature, found.ranking) == (None, None)


def test_a_learning_curve_begins_with_few_customers_and_ends_with_all(dataset: Dataset) -> None:
    views = linear_views(dataset.train, dataset.test, FEATURES)
    points = learning_curve(views)
    assert [point.share for point in points] == list(SHARES)
    assert points[-1].customers == dataset.train["customer_id"].nunique()
    assert points == learning_curve(views)


def test_a_learning_curve_leaves_out_parts_that_hold_too_few_outcomes(dataset: Dataset) -> None:
    few = make_frame(60, (1_700_000_000_000_000,))
    few["label"] = (np.arange(60) < 12).astype(np.int64)
    views = linear_views(few, dataset.test, FEATURES)
    assert [point.share for point in learning_curve(views)] == [1.0]


def test_figures_may_be_about_a_part_of_the_test_rows(dataset: Dataset) -> None:
    active = (dataset.test["days_since_order"] < 60).to_numpy()
    found = measure_baselines(dataset, FEATURES, rows=active)
    assert len(found.plain_probabilities) == len(dataset.test)
    everyone = measure_baselines(dataset, FEATURES)
    assert found.learning != everyone.learning
    assert np.array_equal(found.plain_probabilities, everyone.plain_probabilities)
