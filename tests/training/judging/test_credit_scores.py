"""Two credit scores on the same customers: bands with their intervals, ranking, who changes sides."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from numpy.typing import NDArray
from tests.scoring.samples import NAMES, rows, scorecard

from scoring.calibration import Calibration
from scoring.decisions import decide_many
from scoring.package import Package
from scoring.rules import RuleInputs
from training.judging.credit_scores import CreditScores, compare_scores
from training.judging.evaluation import measure

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
COUNT = 3000


@cache
def make_customers(level: float = 0.0) -> tuple[Package, Floats, Integers, Floats]:
    """Customers who fail to pay as often as the package says, at a level that may have moved."""
    random = np.random.default_rng(21)
    package = scorecard(
        random,
        calibration=Calibration(slope=0.8, intercept=-1.5),
        rule_inputs=RuleInputs(
            columns={"return_rate": "late_rate", "delivered_orders": "orders_365d"},
            typical_order=50.0,
            calibration=Calibration(slope=0.1, intercept=-1.0),
        ),
    )
    values = rows(random, COUNT, len(NAMES)) / 4
    told = np.array([each.probability for each in decide_many(package, values)], dtype=float)
    odds = np.exp(level) * told / (1 - told)
    labels = (random.random(COUNT) < odds / (1 + odds)).astype(np.int64)
    return package, values, labels, told


def compared(level: float = 0.0) -> tuple[CreditScores, Integers, Floats]:
    """Both scores of those customers."""
    package, values, labels, told = make_customers(level)
    found = compare_scores(package, values, labels, told)
    assert found is not None
    return found, labels, told


def test_bands_hold_every_customer_once() -> None:
    found, labels, told = compared()
    assert found.rules is not None
    for figures in (found.learned, found.rules):
        assert sum(each.customers for each in figures.bands) == COUNT
        assert sum(each.defaulted for each in figures.bands) == labels.sum()
        for each in figures.bands:
            assert each.low <= each.observed <= each.high
    measured = measure(labels, told)
    assert found.learned.gini == pytest.approx(measured.gini)
    assert found.learned.ks == pytest.approx(measured.ks)


def test_where_risks_are_true_their_bands_hold_19_times_of_20() -> None:
    random = np.random.default_rng(8)
    package = scorecard(random)
    held = []
    for _ in range(60):
        told = random.beta(0.6, 3, 400)
        labels = (random.random(400) < told).astype(np.int64)
        found = compare_scores(package, np.zeros((400, len(NAMES))), labels, told)
        assert found is not None
        held += [each.holds for each in found.learned.bands]
    assert 0.9 <= np.mean(held) <= 0.99


def test_bands_whose_risk_is_not_what_came_about_are_named() -> None:
    found, _, _ = compared(level=1.0)
    assert len(found.learned.outside) >= 3
    assert f"band {', '.join(found.learned.outside)}: " in found.sentences[1]
    assert found.table["within"]["learned"].tolist().count("no") == len(found.learned.outside)


def test_the_better_score_lets_those_in_who_pay() -> None:
    found, _, _ = compared()
    assert found.swap is not None
    assert found.swap.let_in is not None
    assert found.swap.turned_away is not None
    assert 0 < found.swap.swapped <= found.swap.approved
    assert found.swap.let_in < found.swap.turned_away
    assert f"lets {found.swap.swapped:,} in" in found.sentences[2]
    assert list(found.summary.columns) == ["learned", "by rules"]


def test_without_a_rule_score_the_learned_one_stands_alone_and_without_a_score_nothing() -> None:
    package, values, labels, told = make_customers()
    alone = compare_scores(replace(package, rule_inputs=None), values, labels, told)
    assert alone is not None
    assert (alone.rules, alone.swap) == (None, None)
    assert list(alone.summary.columns) == ["learned"]
    assert compare_scores(replace(package, scale=None), values, labels, told) is None


def test_a_rule_score_of_unknown_risk_is_banded_by_its_own_points() -> None:
    package, values, labels, told = make_customers()
    assert package.rule_inputs is not None
    raw = replace(package, rule_inputs=replace(package.rule_inputs, calibration=None))
    found = compare_scores(raw, values, labels, told)
    assert found is not None
    assert found.rules is not None
    assert {each.told for each in found.rules.bands} == {None}
    by_band = dict.fromkeys("ABCDE", 0)
    for decision in decide_many(raw, values):
        assert decision.rule_band is not None
        by_band[decision.rule_band] += 1
    assert {each.band: each.customers for each in found.rules.bands} == {
        name: count for name, count in by_band.items() if count
    }


def test_they_come_back_from_the_card() -> None:
    found, _, _ = compared()
    assert CreditScores.from_dict(json.loads(json.dumps(found.as_dict()))) == found
