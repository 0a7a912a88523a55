"""Candidates, their choice, and what is refused."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, ClassVar

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.dummy import DummyClassifier
from sklearn.svm import LinearSVC
from tests.training.datasets import BRISK, FEATURES

from training.errors import InvalidCandidate, NotTrainable
from training.fitting.candidate_scores import CandidateScore
from training.fitting.candidates import (
    Fitted,
    fit_candidates,
    varying_features,
)
from training.fitting.contenders import linear_models
from training.fitting.cross_validation import FOLDS
from training.fitting.dataset import Dataset
from training.fitting.estimators import (
    BoostedTrees,
    LogitBlend,
    Scorecard,
    ValueTransform,
    linear_model,
)


def with_spec(dataset: Dataset, **changes: Any) -> Dataset:
    """The same rows for a model that is specified otherwise."""
    return replace(dataset, spec=replace(dataset.spec, **changes))


def test_the_same_rows_and_seed_give_the_same_model(dataset: Dataset) -> None:
    boosted = with_spec(dataset, candidates={"boosted": BoostedTrees()})
    values = dataset.test[[name for name in FEATURES if name != "delivered_orders"]].to_numpy(float)
    one, other = (fit_candidates(boosted).estimator.decision_function(values) for _ in range(2))
    assert one.tobytes() == other.tobytes()


def test_the_candidate_of_least_loss_is_chosen(dataset: Dataset) -> None:
    fitted = fit_candidates(with_spec(dataset, candidates=linear_models()))
    losses = [candidate.log_loss for candidate in fitted.candidates]
    assert losses == sorted(losses)
    assert fitted.chosen is fitted.candidates[0]
    assert [candidate.chosen for candidate in fitted.candidates] == [True] + [False] * 4
    assert all(0.5 < candidate.auc < 1 for candidate in fitted.candidates)


def test_only_candidates_of_the_spec_compete(dataset: Dataset) -> None:
    two = {"weak": linear_model(1e-6), "strong": linear_model(0.01)}
    fitted = fit_candidates(with_spec(dataset, candidates=two))
    assert [candidate.name for candidate in fitted.candidates] == ["strong", "weak"]


def test_every_kind_competes_by_default_and_the_forest_is_listed_with_the_reason_it_cannot_serve(
    standard: Fitted,
) -> None:
    notes = {one.name: one.note for one in standard.candidates if not one.name.startswith("blend")}
    assert set(notes) == {
        *linear_models(),
        "scorecard",
        "boosted",
        "boosted monotone",
        "explainable",
        "forest",
    }
    assert "cannot be exported: its trees have up to" in notes.pop("forest")
    assert set(notes.values()) == {""}
    assert standard.not_tried == {}


def test_a_classifier_of_ones_own_is_compared_in_the_same_folds_and_changes_no_other(
    dataset: Dataset,
) -> None:
    few = with_spec(
        dataset, candidates=linear_models() | {"boosted": BoostedTrees(), "card": Scorecard()}
    )
    alone = fit_candidates(few)
    own = fit_candidates(
        few, {"again": linear_model(0.01), "guess": DummyClassifier(strategy="prior")}
    )
    scores = {one.name: replace(one, chosen=False) for one in own.candidates}
    assert replace(scores["again"], name="logistic C=0.01") == scores["logistic C=0.01"]
    assert scores["guess"].log_loss > max(one.log_loss for one in alone.candidates)
    assert "DummyClassifier is none" in scores["guess"].note
    assert own.chosen == alone.chosen
    assert [one for one in own.candidates if one.name not in ("again", "guess")] == list(
        alone.candidates
    )
    values = dataset.test[list(alone.features)].to_numpy(float)
    assert (
        own.estimator.predict_proba(values).tobytes()
        == alone.estimator.predict_proba(values).tobytes()
    )


class Clairvoyant(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """Knows the outcome of every row by its recency, and must be told the customers."""

    known: ClassVar[dict[float, int]] = {}

    def fit(
        self, X: NDArray[np.float64], y: NDArray[np.int64], groups: NDArray[np.int64]
    ) -> Clairvoyant:
        assert len(groups) == len(y) == len(X)
        self.classes_ = np.unique(y)
        return self

    def predict_proba(self, X: NDArray[np.float64]) -> NDArray[np.float64]:
        risk = np.array([self.known[recency] for recency in X[:, 0]], dtype=float)
        return np.column_stack([1 - risk, risk])


def test_the_best_of_all_gives_way_to_the_best_that_a_package_can_be_made_of(
    dataset: Dataset,
) -> None:
    recency = dataset.train["days_since_order"]
    Clairvoyant.known.update(zip(recency, dataset.train["label"], strict=True))
    lines = with_spec(dataset, candidates=linear_models())
    found = fit_candidates(lines, {"mine": Clairvoyant()})
    first, second = found.candidates[:2]
    assert replace(first, log_loss=0, parameters={}) == CandidateScore(
        name="mine",
        auc=1,
        log_loss=0,
        chosen=False,
        note="ranked first, but cannot be exported: a package is made of small boosted trees, linear models and"
        " shape functions, and Clairvoyant is none",
        fold_aucs=(1,) * FOLDS,
    )
    assert first.log_loss < 1e-12
    assert second == found.chosen
    assert isinstance(found.estimator, LogitBlend)
    alone = fit_candidates(with_spec(dataset, candidates={"mine": Clairvoyant()}))
    assert alone.chosen.name == "mine"
    assert isinstance(alone.estimator, Clairvoyant)


def test_a_name_that_is_taken_and_a_classifier_without_probabilities_are_refused(
    dataset: Dataset,
) -> None:
    for name in ("boosted", "logistic C=0.01", "blend 0.5 boosted, 0.5 logistic C=0.01"):
        with pytest.raises(InvalidCandidate, match="must have a name of its own"):
            fit_candidates(dataset, {name: linear_model(2.0)})
    with pytest.raises(InvalidCandidate, match="'mine' must give probabilities; got LinearSVC"):
        fit_candidates(dataset, {"mine": LinearSVC()})


def test_a_feature_that_never_varies_is_left_out(dataset: Dataset, fitted: Fitted) -> None:
    assert "delivered_orders" not in fitted.features
    assert set(fitted.features) == set(FEATURES) - {"delivered_orders"}
    gaps = dataset.train.assign(delivered_orders=np.where(dataset.train.index % 2, np.nan, 2.0))
    assert "delivered_orders" in varying_features(gaps, BRISK)


def test_too_few_rows_or_one_outcome_are_refused_in_the_words_of_the_label(
    dataset: Dataset,
) -> None:
    with pytest.raises(NotTrainable, match="churn must have 100 rows to learn from; got 99"):
        fit_candidates(replace(dataset, train=dataset.train.head(99)))
    with pytest.raises(NotTrainable, match="0 of 260 customers did not order again within 90 days"):
        fit_candidates(replace(dataset, train=dataset.train.assign(label=0)))
    with pytest.raises(NotTrainable, match="a feature that varies"):
        fit_candidates(with_spec(dataset, features=("delivered_orders",)))


def test_the_transform_fills_takes_logarithms_and_marks_what_was_missing() -> None:
    table = pd.DataFrame({"far": [-50.0, 99.0, np.nan], "near": [0.5, -0.25, 0.0]})
    transform = ValueTransform().fit(table)
    assert transform.log_.tolist() == [True, False]
    expected = [
        [-np.log1p(50), 0.5, 0],
        [np.log1p(99), -0.25, 0],
        [np.log1p(24.5), 0, 1],
    ]
    np.testing.assert_allclose(transform.transform(table), expected)


def test_a_column_without_a_single_value_does_no_harm(dataset: Dataset) -> None:
    values = dataset.train[list(FEATURES)].to_numpy(float, copy=True)
    values[:, 0] = np.nan
    model = linear_model(1.0).fit(values, dataset.train["label"])
    assert np.isfinite(model.decision_function(values)).all()


def test_a_blend_is_the_weighted_sum_of_logits(dataset: Dataset) -> None:
    columns = dataset.train[list(FEATURES)].to_numpy(float)
    one, other = (
        linear_model(strength).fit(columns, dataset.train["label"]) for strength in (1, 0.01)
    )
    blend = LogitBlend([one, other], [0.25, 0.75])
    logits = 0.25 * one.decision_function(columns) + 0.75 * other.decision_function(columns)
    np.testing.assert_allclose(blend.decision_function(columns), logits)
    np.testing.assert_allclose(blend.predict_proba(columns)[:, 1], 1 / (1 + np.exp(-logits)))
    assert (blend.predict(columns) == (logits > 0)).all()


def test_a_feature_without_any_value_in_a_fold_is_no_obstacle(dataset: Dataset) -> None:
    rare = dataset.train.assign(rare=np.nan)
    rare.loc[rare.index[0], "rare"] = 1.0
    boosted = with_spec(replace(dataset, train=rare), candidates={"boosted": BoostedTrees()})
    assert "rare" in fit_candidates(boosted).features
