"""Expected purchases: one row and many, what is not known, there and back as JSON."""

from __future__ import annotations

import json

import numpy as np
import pytest
from numpy.typing import NDArray

from scoring.errors import InvalidPackage, InvalidValues
from scoring.purchase_models import BetaGeometric, GammaGamma, MeanOrders, MeanValue
from scoring.purchases import SpendForecast

MODEL = SpendForecast(
    horizon_days=90,
    orders=BetaGeometric(r=0.6, alpha=45.0, a=0.5, b=2.0),
    value=GammaGamma(p=6.25, q=3.74, v=1544.0),
)
MEANS = SpendForecast(
    horizon_days=90,
    orders=MeanOrders(r=0.6, alpha=45.0, all_share=0.8, further_share=0.9),
    value=MeanValue(mean=2500.0, times=2.0),
)


def customers(random: np.random.Generator, count: int) -> NDArray[np.float64]:
    """Rows of order days, days ordering, days since the first order and spend; a tenth never ordered."""
    age = random.integers(0, 700, count).astype(np.float64)
    times = 1.0 + np.minimum(random.geometric(0.3, count) - 1, age)
    latest = np.where(times > 1, np.maximum(times - 1, np.round(age * random.random(count))), 0.0)
    rows = np.stack([times, latest, age, np.round(times * 4000 * random.random(count))], axis=1)
    rows[random.random(count) < 0.1] = [np.nan, np.nan, np.nan, 0.0]
    return rows


def test_silence_lowers_what_is_expected_and_keeping_does_not_forget_it() -> None:
    silent = np.array([[4.0, 60.0, age, 9000.0] for age in range(60, 400, 20)])
    expected = MODEL.expect(silent)
    assert (np.diff(expected.orders) < 0).all()
    assert (expected.orders_if_kept >= 1).all()
    assert (expected.spend <= expected.spend_if_kept).all()


@pytest.mark.parametrize("forecast", [MODEL, MEANS])
def test_one_row_and_many_agree_to_the_bit(
    random: np.random.Generator, forecast: SpendForecast
) -> None:
    rows = customers(random, 700)
    many = forecast.expect(rows)
    for place in random.choice(len(rows), 80, replace=False):
        one = forecast.expect(rows[place : place + 1])
        for name in ("alive", "orders", "orders_if_kept", "order_value", "spend", "spend_if_kept"):
            assert getattr(one, name).tobytes() == getattr(many, name)[place : place + 1].tobytes()


@pytest.mark.parametrize("forecast", [MODEL, MEANS])
def test_of_who_never_ordered_only_the_value_is_known(forecast: SpendForecast) -> None:
    expected = forecast.expect(
        np.array([[np.nan, np.nan, np.nan, 0.0], [0.0, np.nan, np.nan, np.nan]])
    )
    for values in (expected.alive, expected.orders, expected.orders_if_kept, expected.spend):
        assert np.isnan(values).all()
    assert expected.order_value.tolist() == [forecast.value.value(0.0, 0.0)] * 2


@pytest.mark.parametrize("forecast", [MODEL, MEANS])
def test_who_ordered_first_today_is_forecast(forecast: SpendForecast) -> None:
    expected = forecast.expect(np.array([[1.0, 0.0, 0.0, 1000.0]]))
    assert expected.orders[0] > 0
    assert expected.orders_if_kept[0] >= 1


def test_days_that_contradict_each_other_are_set_right() -> None:
    wrong = np.array([[1e9, -5.0, 100.0, 0.0], [3.0, 200.0, 100.0, 0.0], [2.0, 0.0, -1.0, 0.0]])
    right = np.array([[101.0, 0.0, 100.0, 0.0], [3.0, 100.0, 100.0, 0.0], [1.0, 0.0, 0.0, 0.0]])
    assert MODEL.expect(wrong).orders.tolist() == MODEL.expect(right).orders.tolist()


def test_days_count_whole() -> None:
    wrong = np.array([[3.0, 60.9, 100.7, 0.0], [1.0, 0.0, 0.9, 0.0]])
    right = np.array([[3.0, 60.0, 100.0, 0.0], [1.0, 0.0, 0.0, 0.0]])
    assert MODEL.expect(wrong).orders.tolist() == MODEL.expect(right).orders.tolist()


def test_means_know_nothing_of_leaving(random: np.random.Generator) -> None:
    assert np.isnan(MEANS.expect(customers(random, 20)).alive).all()


@pytest.mark.parametrize("forecast", [MODEL, MEANS])
def test_a_forecast_is_the_same_after_json(
    random: np.random.Generator, forecast: SpendForecast
) -> None:
    read = SpendForecast.from_dict(json.loads(json.dumps(forecast.as_dict(), allow_nan=False)))
    assert read == forecast
    rows = customers(random, 50)
    assert read.expect(rows).spend.tobytes() == forecast.expect(rows).spend.tobytes()


def test_a_forecast_of_an_unknown_kind_is_refused() -> None:
    content = MODEL.as_dict() | {"value": {"kind": "oracle"}}
    with pytest.raises(InvalidPackage, match=r"must be made of .*; got 'oracle'"):
        SpendForecast.from_dict(content)


def test_rows_of_another_width_are_refused() -> None:
    with pytest.raises(InvalidValues, match="table of 4 columns"):
        MODEL.expect(np.zeros((2, 3)))
