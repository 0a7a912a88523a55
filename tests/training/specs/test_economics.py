"""Where acting begins to pay, and the sentence that shows it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from scoring.offers import Offer, SuccessRate
from scoring.purchase_models import MeanOrders, MeanValue
from scoring.purchases import INPUTS, SpendForecast
from training.specs.economics import Facts, Lending, Prevention, Retention, typical_order

TRAIN = pd.DataFrame({"order": [20_00.0, 40_00.0, 60_00.0, float("nan")]})
ASKED = pd.DataFrame(
    {
        "order_days": [2.0, 4.0, 6.0, np.nan],
        "days_ordering": [20.0, 60.0, 90.0, np.nan],
        "days_since_first_order": [60.0, 80.0, 100.0, np.nan],
        "spend": [80_00.0, 160_00.0, 240_00.0, 0.0],
        "silence": [40.0, 20.0, 10.0, np.nan],
    }
)
FORECAST = SpendForecast(
    horizon_days=90,
    orders=MeanOrders(r=1.0, alpha=50.0, all_share=0.5, further_share=0.5),
    value=MeanValue(mean=40_00.0, times=1.0),
)
FACTS = Facts(train=TRAIN, asked=ASKED, forecast=FORECAST, longest=100.0, currency="EUR")
OFFERS = Retention(
    order_value="order", silence="silence", margin=0.5, success_rate=0.2, offer_cost=3_00
)


def offer_of(economics: Retention, facts: Facts = FACTS) -> Offer:
    """The offer that comes of it."""
    offer = economics.settle(facts)[1]
    assert offer is not None
    return offer


def test_an_offer_pays_where_what_it_keeps_is_worth_more_than_it_costs() -> None:
    rule, offer = OFFERS.settle(FACTS)
    assert offer is not None
    usual = np.median(offer.values(ASKED[list(INPUTS)].to_numpy(float))[:3])
    assert rule.threshold == pytest.approx(3_00 / (0.2 * usual))
    assert (rule.at_or_above, rule.below) == ("retain", "none")
    assert rule.rule.startswith("An offer costs 3.00 EUR and keeps 12 % to 20 % of those who")
    assert f"it pays from a risk of {100 * rule.threshold:.1f} %." in rule.rule


def test_a_value_is_margin_times_what_the_customer_will_spend_if_kept() -> None:
    inputs = ASKED[list(INPUTS)].to_numpy(float)
    expected = FORECAST.expect(inputs).spend_if_kept
    assert offer_of(OFFERS).values(inputs)[:3] == pytest.approx(0.5 * expected[:3])


def test_success_fades_with_silence_and_is_small_where_the_customer_left() -> None:
    offer = offer_of(OFFERS)
    kept = [offer.success_of(days, returns=False) for days in (0, 49, 50, 100)]
    assert kept == [0.2, 0.2, 0.12, 0.12]
    back = [offer.success_of(days, returns=True) for days in (101, 199, 200, 900)]
    assert back == [0.04, 0.04, 0.016, 0.016]


def test_what_campaigns_showed_comes_before_what_is_assumed() -> None:
    shown = (SuccessRate(rate=0.07, returns=False, from_days=0.0),)
    offer = offer_of(replace(OFFERS, success=shown))
    assert offer.success_of(10, returns=False) == 0.07
    assert offer.success_of(900, returns=True) == 0.0


def test_without_a_known_cost_the_offer_is_a_share_of_the_usual_order() -> None:
    economics = Retention(order_value="order", silence="silence", offer_share=0.05)
    rule, offer = economics.settle(replace(FACTS, currency="JPY"))
    assert offer is not None
    assert offer.cost == 200
    assert "An offer costs 200 JPY" in rule.rule


def test_an_offer_that_costs_more_than_it_keeps_is_made_to_nobody() -> None:
    rule, _ = replace(OFFERS, offer_cost=10**8).settle(FACTS)
    assert rule.threshold == 1.0
    assert "so that it pays at no risk." in rule.rule


@pytest.mark.parametrize(
    "facts",
    [
        replace(FACTS, forecast=None),
        replace(FACTS, asked=ASKED[:0]),
        replace(FACTS, asked=ASKED[3:]),
        replace(FACTS, train=TRAIN.assign(order=0.0)),
    ],
)
def test_amounts_that_are_not_on_record_are_not_made_up(facts: Facts) -> None:
    rule, offer = Retention(order_value="order", silence="silence").settle(facts)
    assert offer is None
    assert rule.threshold == 1.0
    assert "EUR" not in rule.rule
    assert rule.rule.endswith("it is made to nobody.")


def test_credit_pays_while_margins_cover_losses() -> None:
    rule, _ = Lending(order_value="order", margin=0.25, loss=0.75).settle(FACTS)
    assert rule.threshold == pytest.approx(0.25)
    assert (rule.at_or_above, rule.below) == ("refuse", "approve")
    assert rule.rule == (
        "An order of 40.00 EUR earns 10.00 EUR if it is paid and loses 30.00 EUR if not:"
        " credit pays below a risk of 25 %."
    )


def test_credit_is_decided_by_shares_where_nobody_has_paid_for_an_order() -> None:
    lending, facts = Lending(order_value="order"), replace(FACTS, train=TRAIN[:0])
    assert lending.settle(facts)[0].threshold == lending.settle(FACTS)[0].threshold
    assert "EUR" not in lending.settle(facts)[0].rule


def test_preventing_pays_where_what_is_prevented_costs_more() -> None:
    calls = Prevention(
        cost_minor=2_00,
        loss_minor=20_00,
        success_rate=0.25,
        acting="a call before the parcel leaves",
        outcome="a return",
        action="call",
    )
    rule, offer = calls.settle(FACTS)
    assert offer is None
    assert rule.threshold == pytest.approx(2_00 / (0.25 * 20_00))
    assert (rule.at_or_above, rule.below) == ("call", "none")
    assert rule.rule == (
        "A call before the parcel leaves costs 2.00 EUR and prevents 25 % of what would come about; a return"
        " costs 20.00 EUR: it pays from a risk of 40 %."
    )
    assert replace(calls, cost_minor=90_00).settle(FACTS)[0].threshold == 1.0


def test_a_typical_order_is_that_of_who_paid_for_one() -> None:
    assert typical_order(TRAIN, "order") == 40_00.0
    assert typical_order(TRAIN.assign(order=0.0), "order") is None
