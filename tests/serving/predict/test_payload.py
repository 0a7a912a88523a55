"""Values sent with a request, as a row to score."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from tests.serving.shop import SHOP

from serving.errors import InvalidRequest
from serving.predict.payload import read_payload


class Whole(int):
    """A number that is read one by one, as those are that nothing is known of."""


class Part(float):
    """Likewise."""


def one_by_one(value: Any) -> Any:
    """Give the same value as a number of a type of its own."""
    if type(value) is int:
        return Whole(value)
    return Part(value) if type(value) is float else value


def verdict(features: dict[str, Any]) -> tuple[bytes, Any] | str:
    """Give the row that is read of them and what was assumed, or what they are refused with."""
    try:
        payload = read_payload(features, SHOP, {})
    except InvalidRequest as error:
        return str(error)
    return payload.values.tobytes(), payload.assumed


def test_what_is_left_out_takes_its_value_of_an_empty_window() -> None:
    row = read_payload({"orders_90d": 0}, SHOP, {"days_since_order": 57.0}).values.tolist()
    assert row[:2] == [0.0, 0.0]
    assert all(value != value for value in row[2:])


def test_what_must_be_there_takes_what_is_usual_or_the_nearest_that_is_allowed() -> None:
    for usual, taken in ((57.0, 57.0), (200.0, 90.0)):
        payload = read_payload({"orders_90d": 1}, SHOP, {"days_since_order": usual})
        assert payload.values.tolist() == [1.0, 0.0, taken, 0.0]
        assert payload.assumed == {
            "spend_90d": 0.0,
            "days_since_order": taken,
            "order_value_90d": 0.0,
        }


def test_null_means_missing_where_that_is_allowed() -> None:
    row = read_payload({"days_since_order": None}, SHOP, {}).values.tolist()
    assert row[2] != row[2]


VALUES: st.SearchStrategy[Any] = st.one_of(
    st.sampled_from(
        [
            0,
            1,
            2,
            3.0,
            1.5,
            -1,
            30.0,
            100.0,
            2**53,
            2**53 + 1,
            10**400,
            None,
            True,
            False,
            "1",
            [],
            {},
        ]
    ),
    st.floats(),
    st.integers(0, 5),
)


@given(st.fixed_dictionaries(dict.fromkeys(SHOP.names, VALUES)))
@example({"orders_90d": 2, "spend_90d": 300, "days_since_order": 1.5, "order_value_90d": 150})
@example({"orders_90d": 0, "spend_90d": 0, "days_since_order": None, "order_value_90d": None})
@example({"orders_90d": 2, "spend_90d": 300, "days_since_order": 1.5, "order_value_90d": 200})
@example({"orders_90d": 2, "spend_90d": 2**53 + 1, "days_since_order": 1.5, "order_value_90d": 1})
@example({"orders_90d": True, "spend_90d": 300, "days_since_order": 1.5, "order_value_90d": 300})
@example({"orders_90d": 1.5, "spend_90d": 300, "days_since_order": 1.5, "order_value_90d": 200})
@example(
    {"orders_90d": 0, "spend_90d": 0, "days_since_order": float("nan"), "order_value_90d": None}
)
@example({"orders_90d": None, "spend_90d": 0, "days_since_order": None, "order_value_90d": None})
def test_all_values_read_at_once_are_what_they_are_read_one_by_one(
    features: dict[str, Any],
) -> None:
    assert verdict(features) == verdict(
        {name: one_by_one(value) for name, value in features.items()}
    )


def test_a_payload_of_all_values_is_read_in_the_order_of_the_model() -> None:
    sent = {"order_value_90d": 150, "days_since_order": 1.5, "spend_90d": 300, "orders_90d": 2}
    payload = read_payload(sent, SHOP, {})
    assert payload.values.tolist() == [2.0, 300.0, 1.5, 150.0]
    assert payload.assumed == {}


@pytest.mark.parametrize("value", [True, float("nan"), float("inf"), 2**53 + 1, "2", 1.5, -1])
def test_one_value_that_may_not_be_is_refused_among_all_others(value: Any) -> None:
    sent = {"orders_90d": value, "spend_90d": 0, "days_since_order": None, "order_value_90d": None}
    with pytest.raises(InvalidRequest, match=r"^features\.orders_90d must "):
        read_payload(sent, SHOP, {})
