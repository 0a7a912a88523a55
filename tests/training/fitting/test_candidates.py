"""Candidates, their choice, and what is refused."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray
from tests.training.conftest import BRISK, FEATURES

from training.errors import NotTrainable
from training.fitting import candidates
from training.fitting.candidates import Fitted, fit, varying_features
from training.fitting.dataset import Dataset
from training.fitting.estimators import LogitBlend, ValueTransform, linear_model


def test_the_same_rows_and_seed_give_the_same_model(rows: Dataset) -> None:
    spec = replace(BRISK, candidates=("boosted",))
    values = rows.test[[name for name in FEATURES if name != "delivered_orders"]].to_numpy(float)
    one, other = (fit(spec, rows.train).estimator.decision_function(values) for _ in range(2))
    assert one.tobytes() == other.tobytes()


def test_the_candidate_of_least_loss_is_chosen(rows: Dataset) -> None:
    fitted = fit(replace(BRISK, candidates=("logistic",)), rows.train)
    losses = [candidate.log_loss for candidate in fitted.candidates]
    assert losses == sorted(losses)
    assert fitted.chosen is fitted.candidates[0]
    assert [candidate.chosen for candidate in fitted.candidates] == [True] + [False] * 4
    assert all(0.5 < candidate.auc < 1 for candidate in fitted.candidates)


def test_only_candidates_of_the_spec_compete(fitted: Fitted) -> None:
    assert {candidate.name.split(" ")[0] for candidate in fitted.candidates} == {"blend"}


def test_no_customer_is_on_both_sides_of_a_fold(
    rows: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[int] = []

    def watched(
        name: str,
        values: NDArray[np.float64],
        labels: NDArray[np.int64],
        groups: NDArray[np.int64],
        inside: NDArray[np.int64],
        outside: NDArray[np.int64],
        seed: int,
    ) -> NDArray[np.float64]:
        seen.append(len(np.intersect1d(groups[inside], groups[outside])))
        return np.zeros(len(outside))

    monkeypatch.setattr(candidates, "_held_out", watched)
    fit(replace(BRISK, candidates=("logistic",)), rows.train)
    assert len(seen) == candidates.FOLDS * len(candidates.STRENGTHS)
    assert set(seen) == {0}


def test_a_feature_that_never_varies_is_left_out(rows: Dataset, fitted: Fitted) -> None:
    assert "delivered_orders" not in fitted.features
    assert set(fitted.features) == set(FEATURES) - {"delivered_orders"}
    gaps = rows.train.assign(delivered_orders=np.where(rows.train.index % 2, np.nan, 2.0))
    assert "delivered_orders" in varying_features(gaps, BRISK)


def test_too_few_rows_or_one_outcome_are_refused_in_the_words_of_the_label(rows: Dataset) -> None:
    with pytest.raises(NotTrainable, match="churn must have 100 rows to learn from; got 99"):
        fit(BRISK, rows.train.head(99))
    with pytest.raises(NotTrainable, match=r"30 rows of either outcome .* got 0 of 780 in which"):
        fit(BRISK, rows.train.assign(label=0))
    with pytest.raises(NotTrainable, match="a feature that varies"):
        fit(replace(BRISK, features=("delivered_orders",)), rows.train)


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


def test_a_column_without_a_single_value_does_no_harm(rows: Dataset) -> None:
    values = rows.train[list(FEATURES)].to_numpy(float, copy=True)
    values[:, 0] = np.nan
    model = linear_model(1.0).fit(values, rows.train["label"])
    assert np.isfinite(model.decision_function(values)).all()


def test_a_blend_is_the_weighted_sum_of_logits(rows: Dataset) -> None:
    columns = rows.train[list(FEATURES)].to_numpy(float)
    one, other = (
        linear_model(strength).fit(columns, rows.train["label"]) for strength in (1, 0.01)
    )
    blend = LogitBlend([one, other], [0.25, 0.75])
    logits = 0.25 * one.decision_function(columns) + 0.75 * other.decision_function(columns)
    np.testing.assert_allclose(blend.decision_function(columns), logits)
    np.testing.assert_allclose(blend.predict_proba(columns)[:, 1], 1 / (1 + np.exp(-logits)))
    assert (blend.predict(columns) == (logits > 0)).all()


def test_a_feature_without_any_value_in_a_fold_is_no_obstacle(rows: Dataset) -> None:
    rare = rows.train.assign(rare=np.nan)
    rare.loc[rare.index[0], "rare"] = 1.0
    assert "rare" in fit(replace(BRISK, candidates=("boosted",)), rare).features
