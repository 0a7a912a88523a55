"""Who may do what with products: a seller's, on sale."""

from __future__ import annotations

from uuid import uuid4

from tests.serving.rest.goods import lasting_mug
from tests.serving.rest.people import Shops

#                                              buyer stranger seller courier admin superadmin
LINES = {
    "GET /api/products":                        "200 200 200 200 200 200",
    "POST /api/products":                       "403 403 201 403 201 201",
    "GET /api/products/{product_id}":           "200 200 200 200 200 200",
    "PATCH /api/products/{product_id}":         "404 404 200 404 200 200",
    "PUT /api/products/{product_id}":           "404 404 200 404 200 200",
    "DELETE /api/products/{product_id}":        "404 404 204 404 204 204",
    "POST /api/products/{product_id}/variants": "404 404 201 404 201 201",
    "PATCH /api/variants/{variant_id}":         "404 404 200 404 200 200",
    "POST /api/products/{product_id}/submit":   "404 404 409 404 409 409",
    "POST /api/products/{product_id}/approve":  "404 404 403 404 409 409",
    "POST /api/products/{product_id}/reject":   "404 404 403 404 409 409",
    "POST /api/products/{product_id}/relist":   "404 404 409 404 409 409",
    "PATCH /api/products/{product_id}/assign-brand": "404 404 200 404 200 200",
    "PATCH /api/product/products/{product_id}/assign-brand": "404 404 200 404 200 200",
}  # fmt: skip


def ids(shops: Shops) -> dict[str, str]:
    """A seller's mug."""
    return lasting_mug(shops)


def bodies(shops: Shops, number: int) -> dict[str, object]:
    """What the documented example does not do for: a SKU that is new each time, no brand."""
    variant = {"sku": uuid4().hex, "price": "19.99"}
    return {
        "POST /api/products": {"name": "Mug", "variants": [variant]},
        "POST /api/products/{product_id}/variants": variant,
        "PATCH /api/products/{product_id}/assign-brand": {"brand_id": None},
        "PATCH /api/product/products/{product_id}/assign-brand": {"brand_id": None},
    }
