"""Who may do what with stock: of a seller's mug."""

from __future__ import annotations

from tests.serving.rest.goods import lasting_mug
from tests.serving.rest.people import Shops

#                                              buyer stranger seller courier admin superadmin
LINES = {
    "GET /api/products/low_stock":              "200 200 200 200 200 200",
    "GET /api/inventory/low_stock":             "200 200 200 200 200 200",
    "GET /api/inventory":                       "200 200 200 200 200 200",
    "GET /api/inventory/{variant_id}":          "404 404 200 404 200 200",
    "POST /api/inventory/receive":              "404 404 200 404 200 200",
    "POST /api/inventory/adjust":               "404 404 200 404 200 200",
}  # fmt: skip


def ids(shops: Shops) -> dict[str, str]:
    """A seller's variant."""
    return {"variant_id": lasting_mug(shops)["variant_id"]}


def bodies(shops: Shops, number: int) -> dict[str, object]:
    """A variant that there is."""
    variant = ids(shops)
    return {
        "POST /api/inventory/receive": {**variant, "quantity": 3},
        "POST /api/inventory/adjust": {**variant, "quantity": 3, "reason": "found"},
    }
