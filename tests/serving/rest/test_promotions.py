"""Promotions over HTTP: discounts and sales, what a product costs with them, and who sets them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from tests.serving.rest.goods import made, mug, statements_of
from tests.serving.rest.people import NOW, Shops


def price(shops: Shops, product: Any) -> str:
    """What a mug costs now."""
    (variant,) = shops.buyer.get(f"/api/products/{product['id']}").json()["variants"]
    return str(variant["sale_price"])


def test_a_discount_is_seen_in_the_price_and_never_below_zero(shops: Shops) -> None:
    product = mug(shops)
    path = f"/api/products/{product['id']}/discount/"
    assert price(shops, product) == "20.00"
    off = made(shops.seller, path, {"percent": "12.5"})
    assert (off["percent"], off["amount"], off["starts_at"]) == ("12.50", None, None)
    assert price(shops, product) == "17.50"
    made(shops.seller, path, {"amount": "3.01"})
    assert price(shops, product) == "16.99"
    made(shops.admin, path, {"amount": "99.00"})
    assert price(shops, product) == "0.00"


def test_a_sale_holds_from_its_start_until_its_end(shops: Shops) -> None:
    product = mug(shops)
    starts, ends = NOW + timedelta(hours=1), NOW + timedelta(hours=3)
    sale = {"name": "Night sale", "percent": 50, "starts_at": starts.isoformat()}
    made(shops.admin, "/api/promotions/", {**sale, "ends_at": ends.isoformat()})
    seen = []
    for minutes in (0, 59, 1, 119, 1):
        shops.clock.now += timedelta(minutes=minutes)
        seen.append((price(shops, product), shops.buyer.get("/api/promotions").json()["count"]))
    assert seen == [("20.00", 0), ("20.00", 0), ("10.00", 1), ("10.00", 1), ("20.00", 0)]
    assert shops.admin.get("/api/promotions").json()["count"] == 1
    assert shops.admin.get("/api/promotions?active=true").json()["count"] == 0


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"percent": 10, "amount": "1"},
        {"percent": 0},
        {"percent": "10.001"},
        {"percent": 101},
        {"amount": "0"},
        {"amount": "0.001"},
        {"percent": 1, "starts_at": "2026-01-02T00:00:00Z", "ends_at": "2026-01-01T00:00:00Z"},
        {"percent": 1, "starts_at": "2026-01-02T00:00:00"},
    ],
    ids=str,
)
def test_a_promotion_says_one_thing_and_ends_after_it_begins(
    shops: Shops, body: dict[str, Any]
) -> None:
    assert shops.admin.post("/api/promotions", body).status_code == 422
    assert shops.admin.get("/api/promotions").json()["count"] == 0


def test_a_sellers_promotions_are_of_own_products(shops: Shops) -> None:
    own = mug(shops)
    house = made(shops.admin, "/api/products", {"name": "Jug", "sku": "JUG", "price": "5"})
    assert shops.seller.post("/api/promotions", {"percent": 5}).status_code == 404
    refused = shops.seller.post(f"/api/products/{house['id']}/discount", {"percent": 5})
    assert refused.status_code == 404
    soon = {"percent": 5, "starts_at": "2026-12-01T00:00:00Z", "product": own["id"]}
    promotion = made(shops.seller, "/api/promotions", soon)["id"]
    path = f"/api/promotions/{promotion}"
    assert shops.seller.get("/api/promotions").json()["count"] == 1
    assert (shops.buyer.get(path).status_code, shops.seller.get(path).status_code) == (404, 200)
    assert shops.seller.delete(path).status_code == 204
    assert shops.admin.get(path).status_code == 404


def test_a_promotion_that_held_is_ended_once(shops: Shops) -> None:
    product = mug(shops)
    path = f"/api/products/{product['id']}/discount"
    promotion = f"/api/promotions/{made(shops.seller, path, {'percent': 10})['id']}"
    assert shops.seller.post(f"{promotion}/end").status_code == 204
    assert price(shops, product) == "20.00"
    assert shops.admin.get(promotion).json()["ends_at"] == "2026-03-01T12:00:00Z"
    assert shops.seller.delete(promotion).status_code == 409


def test_a_list_takes_as_many_statements_at_50_rows_as_at_5(shops: Shops) -> None:
    counts = []
    for number in range(50):
        made(shops.admin, "/api/promotions", {"name": f"P{number}", "percent": 1})
        if number + 1 in (5, 50):
            counts.append(statements_of(shops, shops.buyer, "/api/promotions?page_size=100"))
    assert counts[0] == counts[1] < 5
