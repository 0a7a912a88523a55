"""Who may do what with categories."""

from __future__ import annotations

from functools import lru_cache

from tests.serving.rest.goods import behind
from tests.serving.rest.people import Shops

from commerce.catalogue import categories

#                                              buyer stranger seller courier admin superadmin
LINES = {
    "GET /api/categories":                      "200 200 200 200 200 200",
    "POST /api/categories":                     "403 403 403 403 201 201",
    "GET /api/categories/{category_id}":        "200 200 200 200 200 200",
    "PATCH /api/categories/{category_id}":      "403 403 403 403 200 200",
    "PUT /api/categories/{category_id}":        "403 403 403 403 200 200",
}  # fmt: skip


@lru_cache(maxsize=1)
def ids(shops: Shops) -> dict[str, str]:
    """A category."""
    with behind(shops).work() as work:
        return {"category_id": str(categories.create(work, "Attic"))}
