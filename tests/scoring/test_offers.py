"""An offer is made where risk x success x value is more than it costs."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from scoring.offers import Offer, SuccessRate, Terms
from scoring.purchase_models import MeanOrders, MeanValue
from scoring.purchases import SpendForecast

OFFER = Offer(
    cost=500,
    margin=0.4,
    silence="days_since_order",
    success=(
        SuccessRate(rate=0.25, returns=False, from_days=0.0),
        SuccessRate(rate=0.10, returns=False, from_days=60.0),
        SuccessRate(rate=0.02, returns=True, from_days=0.0),
    ),
    forecast=SpendForecast(
        horizon_days=90,
        orders=MeanOrders(r=1.0, alpha=50.0, all_share=0.5, further_share=0.5),
        value=MeanValue(mean=40_00.0, times=1.0),
    ),
    currency="EUR",
)


def _terms(value: float, silence: float, risk: float, *, returns: bool = False) -> Terms | None:
    [found] = OFFER.terms([value], [silence], [risk], [returns])
    return found


def test_the_gain_is_risk_times_success_times_value_less_the_cost() -> None:
    terms = _terms(100_00.0, 10.0, 0.6)
    assert terms is not None
    assert (terms.gain, terms.value, terms.success) == (
        round(0.6 * 0.25 * 100_00 - 500),
        100_00,
        0.25,
    )
    assert terms.threshold == pytest.approx(500 / (0.25 * 100_00))
    assert terms.rule == (
        "An offer costs 5.00 EUR and keeps 25 % of such customers; kept, this one earns 100.00 EUR in 90 days"
        " (40 % of 250.00 EUR): it pays from a risk of 20.0 %, and is expected to earn 10.00 EUR."
    )


def test_a_long_silence_is_won_back_less_often_and_who_left_least() -> None:
    assert OFFER.success_of(59.9, returns=False) == 0.25
    assert OFFER.success_of(60.0, returns=False) == 0.10
    assert OFFER.success_of(400.0, returns=True) == 0.02
    terms = _terms(100_00.0, 400.0, 0.99, returns=True)
    assert terms is not None
    assert terms.gain < 0
    assert "brings back 2 % of such customers; back, this one earns" in terms.rule


def test_at_the_break_even_risk_the_gain_is_nothing() -> None:
    terms = _terms(80_00.0, 10.0, 0.25)
    assert terms is not None
    assert (terms.threshold, terms.gain) == (0.25, 0)


def test_who_is_worth_nothing_is_offered_nothing_and_of_whom_nothing_is_known_nothing_is_said() -> (
    None
):
    free = _terms(0.0, 10.0, 0.9)
    assert free is not None
    assert (free.threshold, free.gain) == (1.0, -500)
    assert free.rule.endswith("it pays at no risk.")
    assert _terms(float("nan"), float("nan"), 0.9) is None


def test_a_value_is_the_margin_of_what_is_expected_and_the_same_for_one_row_and_many() -> None:
    rows = np.array(
        [[3.0, 40.0, 90.0, 200_00.0], [1.0, 0.0, 5.0, 10_00.0], [np.nan, np.nan, np.nan, 0.0]]
    )
    many = OFFER.values(rows)
    assert many[:2] == pytest.approx(0.4 * OFFER.forecast.expect(rows).spend_if_kept[:2])
    assert np.isnan(many[2])
    alone = [OFFER.values(row[None, :])[0] for row in rows]
    assert np.array(alone).tobytes() == many.tobytes()


def test_it_is_written_down_and_read_again_to_the_bit() -> None:
    assert Offer.from_dict(OFFER.as_dict()) == OFFER
    assert Offer.from_dict(OFFER.as_dict()) != replace(OFFER, cost=501)
