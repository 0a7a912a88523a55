"""Models of orders and amounts: the published formulas, simulated customers, no poles and no overflow."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats
from scipy.special import hyp2f1

from scoring.errors import InvalidPackage
from scoring.purchase_models import BetaGeometric, GammaGamma, MeanValue

CDNOW = BetaGeometric(r=0.2426, alpha=4.4136, a=0.7929, b=2.4259)
"""The published parameters, in weeks."""


def test_expected_orders_of_the_living_are_the_published_formula(
    random: np.random.Generator,
) -> None:
    for _ in range(400):
        r, alpha, a, b = np.exp(random.normal([-0.5, 3.0, 0.0, 0.5], [1.0, 1.2, 0.8, 1.0]))
        alpha = max(alpha, 1.0)
        if abs(a - 1.0) < 0.05:
            continue  # the published formula loses its digits near its pole
        age = float(random.integers(0, 700))
        repeats = min(float(random.integers(0, 30)), age)
        days = float(random.choice([1, 30, 90, 365]))
        model = BetaGeometric(r=r, alpha=alpha, a=a, b=b)
        grown = alpha + age + days
        gauss = hyp2f1(r + repeats, b + repeats, a + b + repeats - 1, days / grown)
        published = (
            (a + b + repeats - 1) / (a - 1) * (1 - ((alpha + age) / grown) ** (r + repeats) * gauss)
        )
        assert model.orders(repeats, age, days)[0] == pytest.approx(published, rel=2e-12)


def test_who_orders_is_expected_to_order_more_by_the_share_of_those_who_do_not() -> None:
    if_alive, if_ordering = CDNOW.orders(2, 38.86, 39)
    none = ((4.4136 + 38.86) / (4.4136 + 38.86 + 39)) ** 2.2426
    assert if_ordering == pytest.approx(if_alive / (1 - none), rel=1e-13)


def test_the_first_customer_of_the_paper_is_expected_to_order_as_published() -> None:
    expected = CDNOW.alive(2, 30.43, 38.86) * CDNOW.orders(2, 38.86, 39)[0]
    assert expected == pytest.approx(1.226, abs=5e-4)


def test_expected_orders_are_those_of_simulated_customers() -> None:
    draws = np.random.default_rng(3)
    count, days = 200_000, 90.0
    rates = draws.gamma(2.0, 1 / 60.0, count)
    leaving = draws.beta(0.9, 2.5, count)
    willing = draws.poisson(rates * days)
    lasting = draws.geometric(leaving)
    placed = np.minimum(willing, lasting)
    model = BetaGeometric(r=2.0, alpha=60.0, a=0.9, b=2.5)
    if_alive, if_ordering = model.orders(0, 0, days)
    assert if_alive == pytest.approx(placed.mean(), rel=0.01)
    assert if_ordering == pytest.approx(placed[placed > 0].mean(), rel=0.01)


@pytest.mark.parametrize("a", [1.0, 1.0 + 1e-12])
def test_expected_orders_have_no_pole(a: float) -> None:
    beside = BetaGeometric(r=0.5, alpha=30.0, a=1.0 + 1e-6, b=2.0).orders(3, 200, 90)[0]
    there = BetaGeometric(r=0.5, alpha=30.0, a=a, b=2.0).orders(3, 200, 90)[0]
    assert there == pytest.approx(beside, rel=1e-6)


def test_a_daily_customer_of_years_is_within_the_numbers() -> None:
    model = BetaGeometric(r=0.5, alpha=1.0, a=0.001, b=5.0)
    if_alive, if_ordering = model.orders(3650, 3650, 365)
    assert 340 < if_alive <= if_ordering < 370


def test_a_later_order_makes_a_customer_no_less_likely_to_be_alive() -> None:
    chances = [CDNOW.alive(4, latest, 40) for latest in range(41)]
    assert chances == sorted(chances)
    assert 0 < chances[0] < chances[-1] < 1


def test_the_value_is_between_the_customers_mean_and_the_shops() -> None:
    for part in (GammaGamma(p=6.25, q=3.74, v=1544.0), MeanValue(mean=2500.0, times=2.0)):
        shop = part.value(0.0, 0.0)
        values = [part.value(9000.0 * times, float(times)) for times in range(40)]
        assert values == sorted(values)
        assert shop < values[-1] < 9000


def test_gamma_gamma_is_the_mean_of_the_posterior() -> None:
    p, q, v = 6.25, 3.74, 15.44
    spend, times = 44.7, 2.0
    scale = stats.gamma(q + p * times, scale=1 / (v + spend))
    expected = scale.expect(lambda rate: p / rate)
    assert GammaGamma(p=p, q=q, v=v).value(spend, times) == pytest.approx(expected, rel=1e-8)


def test_parameters_out_of_range_are_refused() -> None:
    with pytest.raises(InvalidPackage, match="a of BetaGeometric must be above 0; got 0"):
        BetaGeometric(r=1.0, alpha=1.0, a=0.0, b=1.0)
    with pytest.raises(InvalidPackage, match="q of GammaGamma must be above 1"):
        GammaGamma(p=1.0, q=1.0, v=1.0)
