"""Figures of products and categories over HTTP, counted by hand."""

from __future__ import annotations

import pytest
from tests.commerce.sent_back import inspected
from tests.serving.rest.people import Shops
from tests.serving.rest.sold import Sold, later, order, sell
from tests.serving.rest.trade import Trade


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


def test_a_products_returns_and_stars_count_in_the_days_of_sale_and_of_rating(
    shops: Shops,
) -> None:
    trade = Trade(shops)
    order = trade.delivered((trade.goods, 3))
    product = trade.shop.product(trade.goods)
    review = {"order": str(order), "product": str(product), "stars": 2}
    rated = shops.buyer.post("/api/reviews/", review)
    assert rated.status_code == 201, rated.text
    returned = inspected(trade.shop, shops.buyer.actor, order, 2)
    done = shops.admin.patch(f"/api/returns/{returned}/update/", {"action": "approve"})
    assert done.status_code == 200, done.text
    later(shops, hours=1)
    path = f"/api/products/{product}/analytics/"
    figures = shops.admin.get(path).json()["figures"]
    assert (figures["orders"], figures["units_returned"], figures["return_rate"]) == (
        1,
        2,
        0.666667,
    )
    assert (figures["ratings"], figures["rating"]) == (1, 2.0)
    sales = figures["sales"]
    assert (sales["units_sold"], sales["units_back"], sales["units"]) == (3, 2, 1)
    assert (sales["gross"], sales["back"], sales["net"]) == ("36.00", "24.00", "12.00")
    assert shops.buyer.patch(f"/api/reviews/{rated.json()['id']}/", {"stars": 4}).status_code == 200
    later(shops, hours=1)
    assert shops.admin.get(path).json()["figures"]["rating"] == 4.0


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
