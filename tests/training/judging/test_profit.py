"""Profit against sums done by hand, and empulse's measures against what the papers say of them."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from training.fitting.candidates import Fitted
from training.fitting.dataset import Dataset
from training.judging.profit import (
    Stakes,
    expected_profit,
    profit_curve,
    profit_difference,
    stakes_of,
)
from training.publishing.export import export_package
from training.specs.credit import CREDIT
from training.specs.economics import Lending, Retention

RANDOM = np.random.default_rng(6)
RISK = RANDOM.beta(2, 3, 800)
LABELS = (RANDOM.random(800) < RISK).astype(np.int64)
NOISE = RANDOM.permutation(RISK)
OFFER = Stakes(gain=900.0, cost=100.0, economics=Retention(order_value="x"), currency="EUR")
LOAN = Stakes(gain=8500.0, cost=2500.0, economics=Lending(order_value="x"), currency="EUR")


def test_a_curve_begins_with_nobody_and_ends_with_all() -> None:
    curve = profit_curve(LABELS, RISK, OFFER)
    assert (len(curve), curve[0]) == (801, 0.0)
    assert curve[-1] == pytest.approx(LABELS.mean() * 900 - (1 - LABELS.mean()) * 100)


def test_acting_earns_most_at_the_threshold_where_probabilities_are_true() -> None:
    risk = RANDOM.random(200_000)
    labels = (RANDOM.random(200_000) < risk).astype(np.int64)
    best = int(np.argmax(profit_curve(labels, risk, LOAN)))
    assert np.sort(risk)[::-1][best] == pytest.approx(LOAN.threshold, abs=0.02)


@pytest.mark.parametrize("stakes", [OFFER, LOAN], ids=["churn", "credit"])
def test_a_better_ranking_is_expected_to_earn_more(stakes: Stakes) -> None:
    assert expected_profit(LABELS, RISK, stakes) > expected_profit(LABELS, NOISE, stakes) >= 0
    assert expected_profit(LABELS, RISK**3, stakes) == pytest.approx(
        expected_profit(LABELS, RISK, stakes)
    )


@pytest.mark.parametrize("stakes", [OFFER, LOAN], ids=["churn", "credit"])
def test_what_is_expected_lies_near_what_is_earned_at_best(stakes: Stakes) -> None:
    at_best = float(np.max(profit_curve(LABELS, RISK, stakes)))
    assert expected_profit(LABELS, RISK, stakes) == pytest.approx(at_best, rel=0.1)


def test_the_paired_difference_finds_a_worse_ranking_and_none_where_it_is_the_same() -> None:
    labels, risk = LABELS[:300], RISK[:300]
    worse = profit_difference(labels, NOISE[:300], risk, LOAN)
    assert worse.challenger < worse.champion
    assert worse.low < worse.high < 0
    same = profit_difference(labels, risk, risk, LOAN)
    assert (same.low, same.high) == (0.0, 0.0)


def test_stakes_follow_from_the_threshold_and_what_acting_costs(
    dataset: Dataset, fitted: Fitted
) -> None:
    package = export_package(dataset, fitted)
    found = stakes_of(dataset.spec, package, dataset.train)
    assert found is not None
    assert found.threshold == pytest.approx(package.decision.threshold)
    orders = dataset.train["average_order_value"]
    assert found.cost == pytest.approx(0.05 * orders.median())
    known = replace(dataset.spec, economics=Retention(order_value="x", offer_cost=250))
    given = stakes_of(known, package, dataset.train.assign(x=0.0))
    assert given is not None
    assert given.cost == 250
    lent = stakes_of(CREDIT, package, dataset.train)
    assert lent is not None
    assert lent.cost == pytest.approx(0.25 * orders.median())


def test_where_acting_pays_for_nobody_nothing_is_at_stake(dataset: Dataset, fitted: Fitted) -> None:
    package = export_package(dataset, fitted)
    never: Any = SimpleNamespace(decision=replace(package.decision, threshold=1.0), currency="EUR")
    assert stakes_of(dataset.spec, never, dataset.train) is None
    unpaid = dataset.train.assign(average_order_value=0.0)
    assert stakes_of(dataset.spec, package, unpaid) is None
