"""Who may do what with promotions: one of a seller's mug that has not begun."""

from __future__ import annotations

from datetime import timedelta
from functools import lru_cache
from uuid import UUID

from tests.serving.rest.goods import behind, lasting_mug
from tests.serving.rest.people import NOW, Shops

from commerce.catalogue import promotions

#                                              buyer stranger seller courier admin superadmin
LINES = {
    "GET /api/promotions":                      "200 200 200 200 200 200",
    "POST /api/promotions":                     "404 404 404 404 201 201",
    "POST /api/products/{product_id}/discount": "404 404 201 404 201 201",
    "GET /api/promotions/{promotion_id}":       "404 404 200 404 200 200",
    "DELETE /api/promotions/{promotion_id}":    "404 404 204 404 204 204",
    "POST /api/promotions/{promotion_id}/end":  "404 404 204 404 204 204",
}  # fmt: skip


@lru_cache(maxsize=1)
def ids(shops: Shops) -> dict[str, str]:
    """A seller's mug and its promotion."""
    mug = lasting_mug(shops)
    with behind(shops).work() as work:
        promotion = promotions.create(
            work,
            "Spring",
            product_id=UUID(mug["product_id"]),
            percent_bp=1_000,
            starts_at=NOW + timedelta(days=1),
        )
    return {"product_id": mug["product_id"], "promotion_id": str(promotion)}
