"""Where acting begins to pay, and the sentence that shows it."""

from __future__ import annotations

import pandas as pd
import pytest

from training.economics import Lending, Retention, typical_order

FRAME = pd.DataFrame(
    {
        "spend": [365_00.0, 365_00.0, 9e9, float("nan")],
        "order": [20_00.0, 40_00.0, 60_00.0, float("nan")],
        "label": [0, 0, 1, 1],
    }
)


def test_an_offer_pays_where_what_it_keeps_is_worth_more_than_it_costs() -> None:
    economics = Retention(
        spend="spend",
        order_value="order",
        value_days=90,
        margin=0.5,
        success_rate=0.2,
        offer_cost=3_00,
    )
    decision = economics.decision(FRAME, "EUR")
    # those who stayed spend 365.00 a year: 90.00 in 90 days, of which 45.00 are earned
    assert decision.threshold == pytest.approx(3_00 / (0.2 * 0.5 * 90_00))
    assert (decision.at_or_above, decision.below) == ("retain", "none")
    assert decision.rule == (
        "An offer costs 3.00 EUR and keeps 20 % of those who would leave; a customer who stays earns"
        " 45.00 EUR in 90 days (50 % of 90.00 EUR): it pays from a risk of 33.3 %."
    )


def test_without_a_known_cost_the_offer_is_a_share_of_the_usual_order() -> None:
    decision = Retention(spend="spend", order_value="order", offer_share=0.05).decision(
        FRAME, "JPY"
    )
    assert "An offer costs 200 JPY" in decision.rule


def test_an_offer_that_never_pays_is_made_to_nobody() -> None:
    nothing = FRAME.assign(spend=0.0)
    decision = Retention(spend="spend", order_value="order").decision(nothing, "EUR")
    assert decision.threshold == 1.0
    assert decision.rule.endswith("it pays for nobody.")


def test_credit_pays_while_margins_cover_losses() -> None:
    decision = Lending(order_value="order", margin=0.25, loss=0.75).decision(FRAME, "EUR")
    assert decision.threshold == pytest.approx(0.25)
    assert (decision.at_or_above, decision.below) == ("refuse", "approve")
    assert decision.rule == (
        "An order of 40.00 EUR earns 10.00 EUR if it is paid and loses 30.00 EUR if not:"
        " credit pays below a risk of 25 %."
    )


def test_a_typical_order_is_never_worth_nothing() -> None:
    assert typical_order(FRAME, "order") == 40_00
    assert typical_order(FRAME.assign(order=float("nan")), "order") == 1
