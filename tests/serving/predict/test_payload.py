"""Values sent with a request, as a row to score."""

from __future__ import annotations

from tests.serving.shop import SHOP

from serving.predict.payload import read_payload


def test_what_is_left_out_takes_its_value_of_an_empty_window() -> None:
    row = read_payload({"orders_90d": 1}, SHOP).tolist()
    assert row[:2] == [1.0, 0.0]
    assert all(value != value for value in row[2:])


def test_null_means_missing_where_that_is_allowed() -> None:
    row = read_payload({"days_since_order": None}, SHOP).tolist()
    assert row[2] != row[2]
