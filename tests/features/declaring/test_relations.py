"""Values that contradict each other by their declarations, and values that real customers have."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from tests.features.declaring.contradictions import CONTRADICTIONS

from features.catalogue import CATALOGUE
from features.declaring.beliefs import Contradiction
from features.declaring.declaration import DAYS, catalogue, count, ratio, source, total
from features.declaring.relations import complete

Values = dict[str, float | None]


@pytest.mark.parametrize(
    "values",
    CONTRADICTIONS,
)
def test_two_values_that_no_customer_has_at_once_are_both_named(values: dict[str, Any]) -> None:
    with pytest.raises(Contradiction) as caught:
        complete(CATALOGUE, values, {})
    assert set(caught.value.names) == set(values)
    assert caught.value.why.endswith(".")


@pytest.mark.parametrize(
    "values",
    [
        {"spend_365d": 10000, "paid_orders_365d": 2, "average_order_value_365d": 9000},
        {"spend_365d": 10000, "paid_orders_365d": 2, "monetary_value_365d": 9000},
        {"failed_payment_rate": 0.5, "payments": 4, "failed_payments": 1},
        {"order_trend": 0.5, "orders_90d": 0, "orders_365d": 4},
        {"active_share": 0.5, "days_since_order": 10, "days_since_first_order": 10},
        {"invoices_paid_late_365d": 2, "open_invoices": 1, "invoices": 2},
        {"orders": 1, "days_since_first_order": 500, "days_since_order": 20},
        {"order_gap_days": 20, "orders": 3, "days_since_order": 9, "days_since_first_order": 200},
    ],
)
def test_of_more_values_two_that_are_to_blame_are_named(values: dict[str, Any]) -> None:
    with pytest.raises(Contradiction) as caught:
        complete(CATALOGUE, values, {})
    assert len(set(caught.value.names)) == 2
    assert set(caught.value.names) <= set(values)


@pytest.mark.parametrize("share", [1.0, 0.5, 0.05])
def test_no_customer_of_a_shop_is_refused_whatever_is_known_of_her(
    customers: list[Values], share: float
) -> None:
    random = np.random.default_rng(1)
    assert len(customers) > 20
    for row in customers:
        known = {name: value for name, value in row.items() if random.random() < share}
        found = complete(CATALOGUE, known, {})
        assert list(found) == list(CATALOGUE.names)
        assert {name: found[name] for name in known} == known


def test_rounded_values_are_no_contradiction() -> None:
    sent = {"spend": 10000, "paid_orders": 3, "average_order_value": 3333, "spend_365d": 10000}
    complete(CATALOGUE, sent, {})
    complete(CATALOGUE, {"failed_payment_rate": 0.33, "payments": 2, "failed_payments": 1}, {})


def test_what_was_not_sent_is_as_little_as_what_was_sent_allows() -> None:
    found = complete(CATALOGUE, {"orders_90d": 3}, {"days_since_order": 200.0})
    assert [found[f"orders_{days}d"] for days in (30, 90, 180, 365)] == [0, 3, 3, 3]
    assert (found["orders"], found["order_trend"], found["days_since_order"]) == (3, 1, 90)
    assert found["days_since_return"] is None
    assert found["spend"] == 0
    nothing = complete(CATALOGUE, {"returns": 0}, {"days_since_order": 57.0})
    assert nothing == {each.name: each.null for each in CATALOGUE.outputs}


def test_what_follows_from_what_was_sent_is_that() -> None:
    found = complete(CATALOGUE, {"spend": 9000, "paid_orders": 3, "days_since_order": 100.0}, {})
    assert math.isclose(found["average_order_value"] or 0, 3000)
    assert found["recency_band"] == 3


def test_relations_are_those_of_the_declarations_whatever_they_are_called() -> None:
    calls = source("support.called")
    shop = catalogue(
        count(calls, name="a", windows=DAYS(7, 28), description="Calls."),
        count(
            calls.only(reason="late"), name="b", windows=DAYS(7), description="Calls for lateness."
        ),
        total(calls.of("base_minor"), name="c", windows=DAYS(7), null=0, description="Refunded."),
        ratio("d", "b_7d", "a_28d", description="Share of calls."),
    )
    for values in ({"a_7d": 3, "a_28d": 1}, {"b_7d": 2, "a_7d": 1}, {"b_7d": 1, "a_28d": 0}):
        with pytest.raises(Contradiction):
            complete(shop, values, {})
    assert complete(shop, {"b_7d": 2, "a_28d": 4}, {}) == {
        "a_7d": 2,
        "a_28d": 4,
        "b_7d": 2,
        "c_7d": 0,
        "d": 0.5,
    }
