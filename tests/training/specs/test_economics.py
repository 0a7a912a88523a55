"""Where acting begins to pay, and the sentence that shows it."""

from __future__ import annotations

import pandas as pd
import pytest

from training.specs.economics import Lending, Retention, typical_order

FRAME = pd.DataFrame({"order": [20_00.0, 40_00.0, 60_00.0, float("nan")], "label": [0, 0, 1, 1]})
PAID = pd.Series([100_00.0, 80_00.0, 9e9, float("nan")])


def test_an_offer_pays_where_what_it_keeps_is_worth_more_than_it_costs() -> None:
    economics = Retention(order_value="order", margin=0.5, success_rate=0.2, offer_cost=3_00)
    decision = economics.decision(FRAME, PAID, days=90, currency="EUR")
    # those who stayed paid 90.00 within the horizon, of which 45.00 are earned
    assert decision.threshold == pytest.approx(3_00 / (0.2 * 0.5 * 90_00))
    assert (decision.at_or_above, decision.below) == ("retain", "none")
    assert decision.rule == (
        "An offer costs 3.00 EUR and keeps 20 % of those who would leave; a customer who stays earns"
        " 45.00 EUR in 90 days (50 % of 90.00 EUR): it pays from a risk of 33.3 %."
    )


def test_without_a_known_cost_the_offer_is_a_share_of_the_usual_order() -> None:
    decision = Retention(order_value="order", offer_share=0.05).decision(
        FRAME, PAID, days=90, currency="JPY"
    )
    assert "An offer costs 200 JPY" in decision.rule


def test_an_offer_that_costs_more_than_it_keeps_is_made_to_nobody() -> None:
    decision = Retention(order_value="order", offer_cost=10**6).decision(
        FRAME, PAID, days=90, currency="EUR"
    )
    assert decision.threshold == 1.0
    assert decision.rule.endswith("it pays for nobody.")


@pytest.mark.parametrize(
    ("frame", "paid"), [(FRAME, 0 * PAID), (FRAME.assign(order=0.0), PAID), (FRAME[:0], PAID[:0])]
)
def test_amounts_that_are_not_on_record_are_not_made_up(
    frame: pd.DataFrame, paid: pd.Series[float]
) -> None:
    decision = Retention(order_value="order").decision(frame, paid, days=90, currency="EUR")
    assert decision.threshold == 1.0
    assert "EUR" not in decision.rule
    assert decision.rule.endswith("it is made to nobody.")


def test_credit_pays_while_margins_cover_losses() -> None:
    economics = Lending(order_value="order", margin=0.25, loss=0.75)
    decision = economics.decision(FRAME, PAID, days=60, currency="EUR")
    assert decision.threshold == pytest.approx(0.25)
    assert (decision.at_or_above, decision.below) == ("refuse", "approve")
    assert decision.rule == (
        "An order of 40.00 EUR earns 10.00 EUR if it is paid and loses 30.00 EUR if not:"
        " credit pays below a risk of 25 %."
    )


def test_credit_in_a_shop_in_which_nobody_paid_is_worded_without_money() -> None:
    economics = Lending(order_value="order", margin=0.25, loss=0.75)
    decision = economics.decision(FRAME.assign(order=0.0), PAID, days=60, currency="EUR")
    assert decision.rule == (
        "An order earns 25 % of its worth if it is paid and loses 75 % if not:"
        " credit pays below a risk of 25 %."
    )


def test_a_typical_order_is_that_of_those_who_paid_for_one() -> None:
    assert typical_order(FRAME, "order") == 40_00
    unpaid = pd.DataFrame({"order": [0.0] * 60 + [50_00.0] * 40})
    assert typical_order(unpaid, "order") == 50_00
    assert typical_order(unpaid[:60], "order") is None
    assert typical_order(FRAME.assign(order=float("nan")), "order") is None
