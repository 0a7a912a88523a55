"""Reviews over HTTP: by who bought it, once, changed by its author; the product's mean follows."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from tests.commerce.delivery.journeys import placed
from tests.serving.rest.goods import behind, bought, made, mug, statements_of
from tests.serving.rest.people import Shops


def mean(shops: Shops, product: Any) -> tuple[float | None, int]:
    """What a product says of its reviews."""
    seen = shops.buyer.get(f"/api/products/{product['id']}").json()
    return seen["avg_rating"], seen["ratings_count"]


def test_a_product_that_arrived_is_rated_once_by_who_bought_it(shops: Shops) -> None:
    product = mug(shops)
    order = {"order": str(bought(shops, product)), "product": product["id"]}
    for stars in (0, 6, 4.5, None):
        refused = shops.buyer.post("/api/reviews/", {**order, "rating": stars})
        assert refused.status_code == 422
    assert shops.stranger.post("/api/reviews/", {**order, "rating": 1}).status_code == 404
    review = made(shops.buyer, "/api/reviews/", {**order, "rating": 5, "comment": "Ticks."})
    assert (review["stars"], review["body"], review["product_id"]) == (5, "Ticks.", product["id"])
    again = shops.buyer.post("/api/reviews/", {**order, "rating": 1})
    assert again.status_code == 409
    assert mean(shops, product) == (5.0, 1)


def test_what_has_not_arrived_or_was_not_bought_is_not_rated(shops: Shops) -> None:
    product, other = mug(shops), mug(shops)
    arrived = bought(shops, product)
    wrong = shops.buyer.post(
        "/api/reviews", {"order": str(arrived), "product": other["id"], "stars": 1}
    )
    assert wrong.status_code == 403
    variant = product["variants"][0]["id"]
    made(shops.admin, "/api/inventory/receive", {"variant_id": variant, "quantity": 1})
    waiting = placed(behind(shops), shops.buyer.actor, (UUID(variant), 1))
    early = shops.buyer.post(
        "/api/reviews", {"order": str(waiting), "product": product["id"], "stars": 1}
    )
    assert early.status_code == 403
    assert "bought and has arrived" in early.json()["detail"]


def test_a_mean_follows_every_change(shops: Shops) -> None:
    product = mug(shops)
    written = []
    for buyer, stars in ((shops.buyer, 5), (shops.stranger, 4), (shops.buyer, 5)):
        order = str(bought(shops, product, buyer))
        body = {"order": order, "product": product["id"], "stars": stars}
        written.append(f"/api/reviews/{made(buyer, '/api/reviews', body)['id']}/")
    assert mean(shops, product) == (4.67, 3)
    for other in (shops.stranger, shops.seller, shops.admin):
        assert other.patch(written[0], {"rating": 1}).status_code == 404
    changed = shops.buyer.patch(written[0], {"rating": 1}).json()
    assert (changed["stars"], mean(shops, product)) == (1, (3.33, 3))
    assert shops.buyer.patch(written[0], {"body": "It stopped."}).json()["stars"] == 1
    assert shops.buyer.patch(written[0], {"stars": None}).json()["field"] == "stars"
    assert shops.seller.delete(written[1]).status_code == 404
    assert shops.stranger.delete(written[1]).status_code == 204
    assert mean(shops, product) == (3.0, 2)
    assert shops.admin.delete(written[0]).status_code == 204
    assert shops.buyer.get(written[0]).status_code == 404
    assert mean(shops, product) == (5.0, 1)
    assert shops.buyer.delete(written[2]).status_code == 204
    assert mean(shops, product) == (None, 0)


def test_reviews_are_listed_of_a_product_the_latest_first(shops: Shops) -> None:
    product, other = mug(shops), mug(shops)
    for each, stars in ((product, 3), (other, 5), (product, 4)):
        body = {"order": str(bought(shops, each)), "product": each["id"], "stars": stars}
        made(shops.buyer, "/api/reviews", body)
        shops.clock.pass_by(minutes=1)
    listed = shops.seller.get(f"/api/products/{product['id']}/reviews").json()
    assert [each["stars"] for each in listed["results"]] == [4, 3]
    rising = shops.seller.get("/api/reviews?ordering=stars").json()
    assert [each["stars"] for each in rising["results"]] == [3, 4, 5]
    assert shops.of("other")["admin"].get("/api/reviews").json()["count"] == 0


def test_a_list_takes_as_many_statements_at_50_rows_as_at_5(shops: Shops) -> None:
    product, counts = mug(shops), []
    for number in range(50):
        body = {"order": str(bought(shops, product)), "product": product["id"], "stars": 5}
        made(shops.buyer, "/api/reviews", body)
        if number + 1 in (5, 50):
            counts.append(statements_of(shops, shops.buyer, "/api/reviews?page_size=100"))
    assert counts[0] == counts[1] < 5
