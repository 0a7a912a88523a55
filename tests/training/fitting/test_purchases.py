"""The forecast of a shop: models where they are true, means where they are not, and a sentence that says which."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from tests.training.fitting.simulated_shops import HORIZON, bursts, lifetimes, rows_at

from scoring.purchase_models import BetaGeometric, GammaGamma, MeanOrders, MeanValue
from training.errors import NotTrainable
from training.fitting.forecast_check import ORDERS, SPEND
from training.fitting.purchases import FittedForecast, fit_forecast

LEARNED, TESTED = 500, 600
"""Days of the cutoffs."""


def fitted(
    random: np.random.Generator, orders: list[np.ndarray], worth: np.ndarray
) -> FittedForecast:
    """The forecast of a shop of these orders, each worth about so much."""
    train, train_realised = rows_at(random, orders, LEARNED, worth=worth)
    test, test_realised = rows_at(random, orders, TESTED, worth=worth)
    return fit_forecast(
        train,
        test,
        train_realised=train_realised,
        test_realised=test_realised,
        horizon_days=HORIZON,
        currency="EUR",
    )


@pytest.fixture
def random() -> np.random.Generator:
    """One seed for every test."""
    return np.random.default_rng(5)


def test_a_shop_of_the_models_is_forecast_by_them(random: np.random.Generator) -> None:
    orders = lifetimes(random, 3000, 700, r=0.8, alpha=40.0, a=0.6, b=2.5)
    found = fitted(random, orders, 6.0 * 1500.0 / random.gamma(3.7, 1.0, 3000))
    assert isinstance(found.forecast.orders, BetaGeometric)
    assert isinstance(found.forecast.value, GammaGamma)
    assert found.forecast.orders.a / (
        found.forecast.orders.a + found.forecast.orders.b
    ) == pytest.approx(0.6 / 3.1, abs=0.05)
    assert "How often customers order is forecast by BG/NBD" in found.sentence
    assert "What they pay a time is forecast by Gamma-Gamma" in found.sentence
    table = found.check[found.check["forecast"] == "models"].set_index(["figure", "tenth"])
    for figure in ("orders", "orders if kept", "spend if kept"):
        part = table.loc[figure]
        assert (part["customers"] * part["expected"]).sum() == pytest.approx(
            (part["customers"] * part["realised"]).sum(), rel=0.12
        )


@pytest.mark.parametrize(("every", "in_a_row"), [(45, 1), (150, 4)])
def test_strictly_periodic_customers_contradict_the_model_and_are_told(
    random: np.random.Generator, every: int, in_a_row: int
) -> None:
    orders = bursts(random, 800, 700, every=every, orders=in_a_row)
    found = fitted(random, orders, 3000 * random.gamma(20.0, 0.05, 800))
    assert isinstance(found.forecast.orders, MeanOrders)
    assert "How often customers order contradicts BG/NBD" in found.sentence
    assert "takes its place" in found.sentence
    means = found.check[(found.check["figure"] == ORDERS) & (found.check["forecast"] == "means")]
    models = found.check[(found.check["figure"] == ORDERS) & (found.check["forecast"] == "models")]

    def apart(table: pd.DataFrame) -> float:
        return float(((table["expected"] - table["realised"]).abs() * table["customers"]).sum())

    assert apart(means) < apart(models)


def test_the_choice_is_all_that_the_held_out_rows_decide(random: np.random.Generator) -> None:
    orders = lifetimes(random, 1500, 700, r=0.8, alpha=40.0, a=0.6, b=2.5)
    train, train_realised = rows_at(random, orders, LEARNED, worth=np.full(1500, 4000.0))
    parts = set()
    for cutoff in (600, 610):
        test, test_realised = rows_at(random, orders, cutoff, worth=np.full(1500, 4000.0))
        found = fit_forecast(
            train,
            test,
            train_realised=train_realised,
            test_realised=test_realised,
            horizon_days=HORIZON,
            currency="EUR",
        )
        parts.add(found.forecast.orders)
    assert len(parts) == 1


def test_few_customers_who_came_back_are_forecast_by_means(random: np.random.Generator) -> None:
    orders = lifetimes(random, 60, 700, r=0.8, alpha=40.0, a=0.6, b=2.5)
    found = fitted(random, orders, np.full(60, 4000.0))
    assert isinstance(found.forecast.orders, MeanOrders)
    assert isinstance(found.forecast.value, MeanValue)
    assert "fewer than 50 customers ordered again" in found.sentence


def test_a_shop_without_payments_is_forecast_without_money(random: np.random.Generator) -> None:
    orders = lifetimes(random, 1500, 700, r=0.8, alpha=40.0, a=0.6, b=2.5)
    found = fitted(random, orders, np.zeros(1500))
    assert found.forecast.value == MeanValue(mean=0.0, times=found.forecast.value.times)  # type: ignore[union-attr]
    assert "hardly anything was paid" in found.sentence


def test_a_shop_where_nobody_ordered_has_no_forecast() -> None:
    rows = pd.DataFrame(
        {
            "customer_id": ["a"],
            "cutoff": [pd.Timestamp("2025-01-01", tz="UTC")],
            "order_days": [np.nan],
            "days_ordering": [np.nan],
            "days_since_first_order": [np.nan],
            "spend": [0.0],
        }
    )
    nothing = pd.DataFrame({ORDERS: [0.0], SPEND: [0.0]})
    with pytest.raises(NotTrainable, match="must have customers who ordered; got none"):
        fit_forecast(
            rows,
            rows,
            train_realised=nothing,
            test_realised=nothing,
            horizon_days=HORIZON,
            currency="EUR",
        )
