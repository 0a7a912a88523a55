"""Figures of products and categories over HTTP, counted by hand."""

from __future__ import annotations

import pytest
from tests.serving.rest.people import Shops
from tests.serving.rest.sold import Sold, later, order, sell


@pytest.fixture
def sold(shops: Shops) -> Sold:
    return sell(shops)


def test_a_products_units_revenue_returns_and_rating(shops: Shops, sold: Sold) -> None:
    path = f"/api/products/{sold.hand}/analytics/"
    body = shops.admin.get(path).json()
    figures = body["figures"]
    assert (body["start_date"], body["end_date"]) == ("2026-01-31", "2026-03-01")
    assert (figures["product"], figures["orders"]) == (str(sold.hand), 1)
    assert figures["sales"] == {
        "units_sold": 6,
        "units_back": 2,
        "units": 4,
        "gross": "33.00",
        "back": "11.00",
        "net": "22.00",
    }
    assert (figures["units_returned"], figures["ratings"], figures["rating"]) == (0, 0, 0)
    before = shops.admin.get(f"{path}?start_date=2026-02-01&end_date=2026-02-28").json()
    assert before["figures"]["sales"]["units_sold"] == 0
    assert shops.admin.get("/api/products/nothing/analytics").status_code == 404
    assert shops.of("other")["admin"].get(path).status_code == 404


def test_the_best_sellers_go_by_units_and_then_by_id(shops: Shops, sold: Sold) -> None:
    path = "/api/products/top_selling/"
    found = shops.admin.get(path).json()["results"]
    assert [(each["product"], each["units"], each["revenue"]) for each in found] == [
        (str(sold.hand), 4, "22.00"),
        (str(sold.clock), 3, "35.70"),
    ]
    order(sold.shop, sold.buyers[0], sold.variant, 1, minutes=61)
    later(shops, minutes=2)
    again = shops.admin.get(path).json()["results"]
    assert [each["product"] for each in again] == sorted([str(sold.clock), str(sold.hand)])
    assert len(shops.admin.get(f"{path}?limit=1").json()["results"]) == 1
    assert shops.admin.get(f"{path}?limit=0").json()["field"] == "limit"


def test_a_category_counts_what_is_in_it(shops: Shops, sold: Sold) -> None:
    body = shops.admin.get("/api/products/categories_summary/").json()
    assert [
        (each["id"], each["products"], each["units_in_stock"], each["stock_value"], each["revenue"])
        for each in body["results"]
    ] == [
        (str(sold.clocks), 2, 13, "100.00", "57.70"),
        (str(sold.hands), 1, 6, "30.00", "22.00"),
    ]
