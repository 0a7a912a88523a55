"""Who may do what with brands: one of the shop's own, that waits; the seller has no points."""

from __future__ import annotations

from functools import lru_cache

from tests.serving.rest.goods import behind
from tests.serving.rest.people import Shops

from commerce.catalogue import brands

#                                              buyer stranger seller courier admin superadmin
LINES = {
    "GET /api/brands":                          "200 200 200 200 200 200",
    "GET /api/product/brands":                  "200 200 200 200 200 200",
    "GET /api/brands/pending":                  "403 403 403 403 200 200",
    "GET /api/product/brands/admin/pending":    "403 403 403 403 200 200",
    "POST /api/brands":                         "403 403 403 403 201 201",
    "POST /api/product/brands/create":          "403 403 403 403 201 201",
    "GET /api/brands/{brand_id}":               "404 404 404 404 200 200",
    "POST /api/brands/{brand_id}/approve":      "403 403 403 403 200 200",
    "POST /api/product/brands/admin/{brand_id}/approve": "403 403 403 403 200 200",
    "POST /api/brands/{brand_id}/reject":       "403 403 403 403 200 200",
    "POST /api/product/brands/admin/{brand_id}/reject": "403 403 403 403 200 200",
}  # fmt: skip


@lru_cache(maxsize=1)
def ids(shops: Shops) -> dict[str, str]:
    """A brand that waits."""
    with behind(shops).work() as work:
        return {"brand_id": str(brands.request(work, "Waiting"))}
