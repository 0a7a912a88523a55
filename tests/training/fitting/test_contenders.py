"""The budget leaves out by rows and columns, the quickest coming first."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sklearn.dummy import DummyClassifier
from tests.training.datasets import BRISK

from training.errors import InvalidCandidate
from training.fitting.candidates import fit_candidates
from training.fitting.contenders import (
    BUDGET,
    linear_models,
    standard_contenders,
    within_budget,
)
from training.fitting.dataset import Dataset
from training.fitting.estimators import linear_model


def test_all_compete_on_a_shop_of_ordinary_size_and_the_quick_ones_on_any() -> None:
    contenders = standard_contenders([1, 0, -1], seed=0)
    costs = [contender.cost for contender in contenders.values()]
    assert costs == sorted(costs)
    models, left_out = within_budget(contenders, rows=20_000, columns=185, fits=4, budget=BUDGET)
    assert list(models) == list(contenders)
    assert left_out == {}
    models, left_out = within_budget(contenders, rows=80_000, columns=185, fits=4, budget=BUDGET)
    assert {*linear_models(), "scorecard", "boosted"} <= models.keys()
    assert "forest" in left_out
    assert [*models, *left_out] == list(contenders)
    assert left_out["forest"] == (
        "not tried: takes about 95 s on 80,000 rows x 185 features, and 31 s of 300 s are left"
    )


def test_trees_are_held_to_signs_only_where_some_are_declared() -> None:
    assert "boosted monotone" not in standard_contenders([0, 0], seed=0)


def test_what_is_left_out_is_named_and_its_name_stays_taken(dataset: Dataset) -> None:
    fitted = fit_candidates(dataset, {"mine": linear_model(0.02)}, budget=0.001)
    assert [one.name for one in fitted.candidates if one.name != "mine"] == ["logistic C=0.001"]
    assert "not tried" in fitted.not_tried["boosted"]
    with pytest.raises(InvalidCandidate, match="'boosted' must have a name of its own"):
        fit_candidates(dataset, {"boosted": linear_model(0.02)}, budget=0.001)


def test_candidates_of_a_spec_always_compete(dataset: Dataset) -> None:
    spec = replace(BRISK, candidates={"line": linear_model(0.1), "guess": DummyClassifier()})
    fitted = fit_candidates(replace(dataset, spec=spec), budget=1e-9)
    assert {one.name for one in fitted.candidates} == {"line", "guess"}
    assert fitted.not_tried == {}
