"""Profit against sums done by hand, and empulse's measures against what the papers say of them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from tests.training.datasets import valued_package

from training.fitting.dataset import Dataset
from training.judging.profit import (
    Payoff,
    expected_profit,
    payoff_of,
    profit_curve,
    profit_difference,
)
from training.specs.churn import CHURN
from training.specs.credit import CREDIT
from training.specs.economics import Lending, Prevention, Retention

RANDOM = np.random.default_rng(6)
RISK = RANDOM.beta(2, 3, 800)
LABELS = (RANDOM.random(800) < RISK).astype(np.int64)
NOISE = RANDOM.permutation(RISK)
OFFER = Payoff(
    gain=900.0, cost=100.0, economics=Retention(order_value="x", silence="y"), currency="EUR"
)
LOAN = Payoff(gain=8500.0, cost=2500.0, economics=Lending(order_value="x"), currency="EUR")


def test_a_curve_begins_with_nobody_and_ends_with_all() -> None:
    curve = profit_curve(LABELS, RISK, OFFER)
    assert (len(curve), curve[0]) == (801, 0.0)
    assert curve[-1] == pytest.approx(LABELS.mean() * 900 - (1 - LABELS.mean()) * 100)


def test_acting_earns_most_at_the_threshold_where_probabilities_are_true() -> None:
    risk = RANDOM.random(200_000)
    labels = (RANDOM.random(200_000) < risk).astype(np.int64)
    best = int(np.argmax(profit_curve(labels, risk, LOAN)))
    assert np.sort(risk)[::-1][best] == pytest.approx(LOAN.threshold, abs=0.02)


@pytest.mark.parametrize("payoff", [OFFER, LOAN], ids=["churn", "credit"])
def test_a_better_ranking_is_expected_to_earn_more(payoff: Payoff) -> None:
    assert expected_profit(LABELS, RISK, payoff) > expected_profit(LABELS, NOISE, payoff) >= 0
    assert expected_profit(LABELS, RISK**3, payoff) == pytest.approx(
        expected_profit(LABELS, RISK, payoff)
    )


@pytest.mark.parametrize("payoff", [OFFER, LOAN], ids=["churn", "credit"])
def test_what_is_expected_lies_near_what_is_earned_at_best(payoff: Payoff) -> None:
    at_best = float(np.max(profit_curve(LABELS, RISK, payoff)))
    assert expected_profit(LABELS, RISK, payoff) == pytest.approx(at_best, rel=0.1)


def test_the_paired_difference_finds_a_worse_ranking_and_none_where_it_is_the_same() -> None:
    labels, risk = LABELS[:300], RISK[:300]
    worse = profit_difference(labels, NOISE[:300], risk, LOAN)
    assert worse.challenger < worse.champion
    assert worse.low < worse.high < 0
    same = profit_difference(labels, risk, risk, LOAN)
    assert (same.low, same.high) == (0.0, 0.0)


def test_what_acting_brings_follows_from_the_threshold_and_what_it_costs(
    dataset: Dataset,
) -> None:
    package = valued_package()
    found = payoff_of(CHURN, package, dataset.train)
    assert found is not None
    assert found.cost == 300.0
    assert found.threshold == pytest.approx(0.3)
    assert found.gain == pytest.approx(700.0)
    prevented = replace(
        CHURN,
        economics=Prevention(
            cost_minor=50, loss_minor=500, success_rate=0.4, acting="a", outcome="b", action="c"
        ),
    )
    beforehand = payoff_of(prevented, package, dataset.train)
    assert beforehand is not None
    assert beforehand.cost == 50.0
    assert expected_profit(LABELS, RISK, beforehand) > 0
    lent = payoff_of(CREDIT, package, dataset.train)
    assert lent is not None
    assert lent.cost == pytest.approx(0.25 * dataset.train["average_order_value"].median())


def test_where_acting_pays_for_nobody_it_brings_nothing(dataset: Dataset) -> None:
    package = valued_package()
    never = replace(package, decision=replace(package.decision, threshold=1.0))
    assert payoff_of(CHURN, never, dataset.train) is None
    assert payoff_of(CHURN, replace(package, offer=None), dataset.train) is None
    unpaid = dataset.train.assign(average_order_value=0.0)
    assert payoff_of(CREDIT, package, unpaid) is None
