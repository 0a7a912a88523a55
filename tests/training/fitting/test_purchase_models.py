"""Maximum likelihood: the published figures of CDNOW, simulated shops found again, means that are right in total."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.special import gammaln

from scoring.purchase_models import BetaGeometric
from training.fitting.purchase_models import (
    LEAST_ALPHA,
    TIMES,
    fit_beta_geometric,
    fit_gamma_gamma,
    fit_mean_orders,
    fit_mean_value,
    with_shares,
)

WEEK = 7


@pytest.fixture(scope="module")
def cdnow() -> pd.DataFrame:
    """The sample on which the models were published."""
    return pd.read_csv(Path(__file__).with_name("cdnow.csv"), comment="#").astype(np.float64)


@pytest.fixture(scope="module")
def published(cdnow: pd.DataFrame) -> tuple[BetaGeometric, float]:
    """BG/NBD of that sample, in weeks."""
    repeats, latest, age = cdnow[["repeats", "latest", "age"]].to_numpy().T
    return fit_beta_geometric(repeats, latest / WEEK, age / WEEK)


def test_beta_geometric_of_cdnow_is_as_published(published: tuple[BetaGeometric, float]) -> None:
    model, log_likelihood = published
    assert model.r == pytest.approx(0.2426, abs=5e-5)
    assert model.alpha == pytest.approx(4.4136, abs=5e-5)
    assert model.a == pytest.approx(0.793, abs=5e-4)
    assert model.b == pytest.approx(2.426, abs=5e-4)
    assert log_likelihood == pytest.approx(-9582.43, abs=5e-3)


def test_cdnows_next_39_weeks_are_forecast_as_published(
    cdnow: pd.DataFrame, published: tuple[BetaGeometric, float]
) -> None:
    model, _ = published
    expected = [
        model.alive(repeats, latest / WEEK, age / WEEK) * model.orders(repeats, age / WEEK, 39)[0]
        for repeats, latest, age in cdnow[["repeats", "latest", "age"]].to_numpy().tolist()
    ]
    assert np.corrcoef(expected, cdnow["later"])[0, 1] == pytest.approx(0.626, abs=5e-4)
    assert np.abs(expected - cdnow["later"]).mean() == pytest.approx(0.786, abs=1e-3)


def test_days_give_the_same_model_as_weeks(
    cdnow: pd.DataFrame, published: tuple[BetaGeometric, float]
) -> None:
    by_day, _ = fit_beta_geometric(*cdnow[["repeats", "latest", "age"]].to_numpy().T)
    assert by_day.alpha / WEEK == pytest.approx(published[0].alpha, rel=1e-5)
    assert by_day.a == pytest.approx(published[0].a, rel=1e-5)


def test_gamma_gamma_of_cdnow_is_as_published(cdnow: pd.DataFrame) -> None:
    model, _ = fit_gamma_gamma(cdnow["spend"].to_numpy() / 100, cdnow["repeats"].to_numpy())
    assert (model.p, model.q, model.v) == pytest.approx((6.25, 3.74, 15.44), abs=5e-3)


def test_money_in_another_unit_gives_the_same_gamma_gamma(cdnow: pd.DataFrame) -> None:
    spend, repeats = cdnow["spend"].to_numpy(), cdnow["repeats"].to_numpy()
    dollars, cents = fit_gamma_gamma(spend / 100, repeats)[0], fit_gamma_gamma(spend, repeats)[0]
    assert (cents.p, cents.q, cents.v / 100) == pytest.approx((dollars.p, dollars.q, dollars.v))


def test_a_simulated_shop_is_found_again() -> None:
    random = np.random.default_rng(11)
    count, age = 20_000, 500.0
    rate, leaving = random.gamma(0.8, 1 / 40.0, count), random.beta(0.6, 2.5, count)
    repeats, latest, now = np.zeros(count), np.zeros(count), np.zeros(count)
    there = np.ones(count, dtype=bool)
    while there.any():
        now = now + random.exponential(1 / rate)
        there &= now < age
        repeats[there] += 1
        latest[there] = now[there]
        there &= random.random(count) >= leaving
    model, _ = fit_beta_geometric(repeats, latest, np.full(count, age))
    assert model.r == pytest.approx(0.8, rel=0.05)
    assert model.alpha == pytest.approx(40.0, rel=0.08)
    assert model.a / (model.a + model.b) == pytest.approx(0.6 / 3.1, rel=0.08)
    amounts = random.gamma(6.0 * (1 + repeats)) / random.gamma(3.7, 1 / 2000.0, count)
    gamma_gamma, _ = fit_gamma_gamma(amounts, 1 + repeats)
    assert gamma_gamma.p == pytest.approx(6.0, rel=0.1)
    assert gamma_gamma.q == pytest.approx(3.7, rel=0.05)


def test_mean_orders_are_of_the_highest_likelihood(cdnow: pd.DataFrame) -> None:
    repeats, age = cdnow[["repeats", "age"]].to_numpy().T

    def log_likelihood(r: float, alpha: float) -> float:
        each = gammaln(r + repeats) - gammaln(r) + r * np.log(alpha)
        return float((each - (r + repeats) * np.log(alpha + age)).sum())

    r, alpha = fit_mean_orders(repeats, age)
    best = log_likelihood(r, alpha)
    for beside in ((1.01, 1.0), (0.99, 1.0), (1.0, 1.01), (1.0, 0.99)):
        assert log_likelihood(r * beside[0], alpha * beside[1]) < best


def test_means_are_right_in_total_on_what_they_are_fitted_on(cdnow: pd.DataFrame) -> None:
    repeats, age, later = cdnow[["repeats", "age", "later"]].to_numpy().T
    model = with_shares(*fit_mean_orders(repeats, age), repeats, age, later, 273.0)
    expected = np.array([model.orders(*row, 273.0) for row in zip(repeats, age, strict=True)])
    assert expected[:, 0].sum() == pytest.approx(later.sum())
    assert expected[later > 0, 1].sum() == pytest.approx(later[later > 0].sum())


@pytest.mark.parametrize(("spread", "strength"), [(0.0, TIMES[-1]), (1.0, TIMES[0])])
def test_a_mean_is_drawn_to_the_shops_as_far_as_customers_are_alike(
    spread: float, strength: float
) -> None:
    random = np.random.default_rng(2)
    times = random.integers(1, 6, 4000).astype(np.float64)
    worth = 3000 * np.exp(spread * random.normal(size=4000))
    noise = 0.0 if spread else 1.0
    spend, later = (worth * times * np.exp(noise * random.normal(size=4000)) for _ in range(2))
    assert fit_mean_value(spend, times, later, times).times == strength


def test_a_shop_where_nobody_came_back_has_a_model() -> None:
    nobody, age = np.zeros(60), np.arange(60.0)
    model, _ = fit_beta_geometric(nobody, nobody, age)
    assert model.alpha >= LEAST_ALPHA
    assert 0 < model.orders(0, 10, 90)[0] < 1
