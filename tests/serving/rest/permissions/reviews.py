"""Who may do what with reviews: the buyer's, of a mug that arrived."""

from __future__ import annotations

from functools import lru_cache
from uuid import UUID

from tests.commerce.delivery.journeys import delivered
from tests.serving.rest.goods import behind, lasting_mug
from tests.serving.rest.people import Shops

from commerce import reviews, stock
from commerce.people import customers

#                                              buyer stranger seller courier admin superadmin
LINES = {
    "GET /api/reviews":                         "200 200 200 200 200 200",
    "GET /api/products/{product_id}/reviews":   "200 200 200 200 200 200",
    "POST /api/reviews":                        "201 404 404 404 404 404",
    "GET /api/reviews/{review_id}":             "200 200 200 200 200 200",
    "PATCH /api/reviews/{review_id}":           "200 404 404 404 404 404",
    "DELETE /api/reviews/{review_id}":          "204 404 404 404 204 204",
}  # fmt: skip


@lru_cache(maxsize=1)
def ids(shops: Shops) -> dict[str, str]:
    """Two orders of a seller's mug, and the review of the first."""
    mug, shop, buyer = lasting_mug(shops), behind(shops), shops.buyer.actor
    product, variant = UUID(mug["product_id"]), UUID(mug["variant_id"])
    assert buyer.customer_id
    with shop.work() as work:
        stock.receive(work, variant, 2)
        customers.set_location(work, buyer.customer_id, 52.5, 13.4, "Tick Street 1")
    rated, order = (delivered(shop, buyer, (variant, 1)) for _ in range(2))
    with shop.work(buyer) as work:
        review = reviews.post(work, rated, product, 4)
    return {"product_id": str(product), "review_id": str(review), "order_id": str(order)}


def bodies(shops: Shops, number: int) -> dict[str, object]:
    """What was bought and is not yet rated."""
    known = ids(shops)
    order = {"order": known["order_id"], "product": known["product_id"], "stars": 5}
    return {"POST /api/reviews": order}
