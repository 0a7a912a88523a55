"""Values sent with a request, as a row to score."""

from __future__ import annotations

from tests.serving.shop import SHOP

from serving.predict.payload import read_payload


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
