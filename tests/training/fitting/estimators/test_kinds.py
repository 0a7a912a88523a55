"""Every kind of candidate wins where the world is as it supposes."""

from __future__ import annotations

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

from training.fitting.cross_validation import cross_validate, loss
from training.fitting.estimators import BoostedTrees, ExplainableBoosting, Scorecard, linear_model


def contenders(signs: tuple[int, ...]) -> dict[str, ClassifierMixin]:
    return {
        "logistic": linear_model(0.1),
        "scorecard": Scorecard(signs=signs),
        "boosted": BoostedTrees(),
        "explainable": ExplainableBoosting(),
    }


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
    held_out = cross_validate(contenders(signs), rows, jobs=1, seed=0)
    lost = {name: loss(rows.labels, held.logits) for name, held in held_out.items()}
    assert min(lost, key=lambda name: lost[name]) == winner


def test_trees_held_to_the_expected_signs_win_where_rows_are_few() -> None:
    rows = draw(straight, 300)
    models = {"boosted": BoostedTrees(), "monotone": BoostedTrees(signs=(1, -1, 1, 1, 0, 0))}
    held_out = cross_validate(models, rows, jobs=1, seed=0)
    lost = {name: loss(rows.labels, held.logits) for name, held in held_out.items()}
    assert lost["monotone"] < lost["boosted"]
