"""What acting comes to, and what a wrong assumption costs."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from tests.training.datasets import valued_package

from scoring.decisions import decide_many
from scoring.package import Package
from training.judging.sensitivity import acts_on, sensitivity, stakes


@pytest.fixture(scope="module")
def package() -> Package:
    """A package with an offer and a population."""
    return valued_package()


@pytest.fixture(scope="module")
def values() -> np.ndarray:
    """Customers: days silent, order days, days ordering, days since the first order, spend."""
    random = np.random.default_rng(4)
    silent = random.gamma(1.5, 60, 400)
    times = 1.0 + random.poisson(3, 400)
    ordering = np.where(times > 1, random.gamma(2, 60, 400), 0.0)
    table = np.column_stack(
        [silent, times, ordering, silent + ordering, times * random.gamma(3, 15_00, 400)]
    )
    table[:10] = np.nan
    return table


def test_stakes_are_those_that_each_decision_is_made_by(
    package: Package, values: np.ndarray
) -> None:
    assert package.offer is not None
    gains = stakes(package, values).gains(package.offer.cost)
    for gain, decision in zip(gains, decide_many(package, values), strict=True):
        assert decision.decision.gain == (None if np.isinf(gain) else gain)
        assert (decision.decision.action == "retain") == (gain > 0)


def test_half_the_cost_acts_on_more_and_double_on_fewer(
    package: Package, values: np.ndarray
) -> None:
    table = sensitivity(package, values)
    shares = table["share acted on"]
    assert shares["cost double"] < shares["as assumed"] < shares["cost half"]
    assert shares["margin half"] < shares["as assumed"] < shares["margin double"]
    assert shares["success half"] == shares["margin half"]
    gain = table["expected gain"]
    assert gain["margin half"] < gain["as assumed"] < gain["margin double"]


def test_acting_as_assumed_loses_nothing_only_where_the_assumption_holds(
    package: Package, values: np.ndarray
) -> None:
    lost = sensitivity(package, values)["lost by acting as assumed"]
    assert lost["as assumed"] == 0
    assert (lost.drop("as assumed") > 0).all()


def test_there_is_nothing_to_vary_without_an_offer_or_customers(
    package: Package, values: np.ndarray
) -> None:
    assert sensitivity(replace(package, offer=None), values).empty
    assert sensitivity(package, values[:0]).empty


def test_whom_a_package_acts_on_is_whom_it_decides_to_act_on(
    package: Package, values: np.ndarray
) -> None:
    for judged in (package, replace(package, offer=None)):
        answers = [each.decision.action == "retain" for each in decide_many(judged, values)]
        assert acts_on(judged, values).tolist() == answers
        assert 0 < sum(answers) < len(answers)
