"""Every kind of candidate wins where the world is as it supposes."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from sklearn.base import ClassifierMixin
from tests.training.fitting.estimators.samples import (
    Logit,
    curved,
    draw,
    entangled,
    stepped,
    straight,
)

from training.fitting.cross_validation import Rows, cross_validate, folds_of, loss
from training.fitting.estimators import BoostedTrees, ExplainableBoosting, Scorecard, linear_model


def contenders(signs: tuple[int, ...]) -> dict[str, ClassifierMixin]:
    return {
        "logistic": linear_model(0.1),
        "scorecard": Scorecard(signs=signs),
        "boosted": BoostedTrees(),
        "explainable": ExplainableBoosting(),
    }


def losses_of(models: Mapping[str, ClassifierMixin], rows: Rows) -> dict[str, float]:
    """Log loss of each model on customers it did not learn from."""
    tried = cross_validate(models, rows, folds_of(rows, seed=0), jobs=1)
    return {name: loss(rows.labels, each.logits) for name, each in tried.items()}


@pytest.mark.parametrize(
    ("logit", "count", "signs", "winner"),
    [
        (straight, 300, (1, -1, 1, 1, 0, 0), "logistic"),
        (stepped, 400, (1, 1, -1, -1, 1, 0), "scorecard"),
        pytest.param(curved, 2500, (0,) * 6, "explainable", marks=pytest.mark.slow),
        pytest.param(entangled, 2500, (0,) * 6, "boosted", marks=pytest.mark.slow),
    ],
)
def test_each_kind_wins_where_the_world_is_as_it_supposes(
    logit: Logit, count: int, signs: tuple[int, ...], winner: str
) -> None:
    rows = draw(logit, count)
    lost = losses_of(contenders(signs), rows)
    assert min(lost, key=lambda name: lost[name]) == winner


def test_trees_held_to_the_expected_signs_win_where_rows_are_few() -> None:
    rows = draw(straight, 300)
    models = {"boosted": BoostedTrees(), "monotone": BoostedTrees(signs=(1, -1, 1, 1, 0, 0))}
    lost = losses_of(models, rows)
    assert lost["monotone"] < lost["boosted"]
