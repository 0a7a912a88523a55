"""Blends are kept where they are better than their best part, and not by chance."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.base import ClassifierMixin
from sklearn.dummy import DummyClassifier

from training.fitting.blending import Blend, is_better, winning_blends
from training.fitting.estimators import BoostedTrees, Scorecard, linear_model

MODELS: dict[str, ClassifierMixin] = {
    "line": linear_model(0.01),
    "weaker line": linear_model(1.0),
    "trees": BoostedTrees(),
    "card": Scorecard(),
}


def blends(noise: dict[str, float], *, shared: bool = False) -> list[Blend]:
    """What is made of candidates that see the true logit through noise, the same or each its own."""
    random = np.random.default_rng(2)
    truth = random.normal(size=4000)
    labels = (random.random(4000) < 1 / (1 + np.exp(-truth))).astype(np.int64)
    common = random.normal(size=4000)
    logits = {
        name: truth + size * (common if shared else random.normal(size=4000))
        for name, size in noise.items()
    }
    models = {name: MODELS[name] for name in noise}
    return winning_blends(models, logits, labels, np.arange(4000) // 2, seed=0)


def test_candidates_that_err_apart_are_blended_and_only_the_best_of_a_kind() -> None:
    found = blends({"line": 1.0, "weaker line": 1.4, "trees": 1.0, "card": 1.0})
    assert {frozenset(blend.shares) for blend in found} == {
        frozenset({"line", "trees"}),
        frozenset({"line", "card"}),
        frozenset({"trees", "card"}),
        frozenset({"line", "trees", "card"}),
    }
    assert all(sum(blend.shares.values()) == 1 for blend in found)


def test_candidates_that_err_alike_are_not_blended() -> None:
    assert blends({"line": 1.0, "trees": 1.0, "card": 1.0}, shared=True) == []
    assert blends({"line": 0.3, "weaker line": 0.3}) == []


def test_a_blend_is_named_after_its_shares() -> None:
    blend = Blend(shares={"boosted": 0.75, "logistic C=0.01": 0.25}, logits=np.zeros(1))
    assert blend.name == "blend 0.75 boosted, 0.25 logistic C=0.01"


@pytest.mark.parametrize(("repeats", "certain"), [(1, True), (400, False)])
def test_rows_of_one_customer_do_not_count_as_so_many(repeats: int, certain: bool) -> None:
    random = np.random.default_rng(0)
    labels = (random.random(1200) < 0.5).astype(np.int64)
    better = np.where(labels == 1, 0.3, -0.3) + random.normal(size=1200)
    other = np.zeros(1200)
    customers = np.arange(1200) // repeats
    if repeats > 1:
        better = np.where(customers == 0, better, 0.05 * random.normal(size=1200))
    assert is_better(0.3 * better, other, labels, customers, seed=0) == certain


def test_nothing_to_blend_gives_nothing() -> None:
    assert winning_blends({}, {}, np.array([0, 1]), np.array([0, 1]), seed=0) == []
    one: dict[str, ClassifierMixin] = {"mine": DummyClassifier()}
    assert winning_blends(one, {"mine": np.zeros(2)}, np.array([0, 1]), np.arange(2), seed=0) == []
