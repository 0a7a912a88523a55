"""What is told of a candidate beside its figure over all folds."""

from __future__ import annotations

import numpy as np
import pytest

from training.fitting.candidate_scores import candidate_score, parameters_of
from training.fitting.contenders import standard_contenders

LABELS = np.array([0, 1, 0, 1, 0, 0])
FOLDS = np.array([0, 0, 1, 1, 2, 2])


def test_each_fold_has_an_auc_of_its_own_and_none_where_all_did_the_same() -> None:
    logits = np.array([-1.0, 1.0, 3.0, 2.0, 0.0, 0.0])
    score = candidate_score("mine", logits, LABELS, FOLDS, chosen=True, parameters={})
    assert score.fold_aucs == (1.0, 0.0, None)
    assert score.auc == pytest.approx(6 / 8)


@pytest.mark.parametrize(
    ("name", "parameter", "value"),
    [
        ("logistic C=0.01", "C", 0.01),
        ("boosted", "random_state", 3),
        ("scorecard", "strength", 0.1),
        ("forest", "max_samples", 0.3),
    ],
)
def test_what_a_standard_candidate_is_fitted_with_is_told_by_scikit_learns_name(
    name: str, parameter: str, value: float
) -> None:
    model = standard_contenders([1, -1], seed=3)[name].model
    assert parameters_of(model)[parameter] == value
