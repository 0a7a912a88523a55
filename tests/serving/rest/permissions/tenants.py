"""Who may do what with shops; a superadmin's business are all of them."""

from __future__ import annotations

from itertools import count

from tests.serving.rest.people import NOW, Shops

from commerce.records.actors import SYSTEM
from commerce.shops import open_shop

#                                  buyer stranger seller courier admin superadmin
LINES = {
    "GET /api/tenants":                "403 403 403 403 403 200",
    "POST /api/tenants":               "403 403 403 403 403 201",
    "GET /api/tenants/{slug}":         "403 403 403 403 403 200",
    "PATCH /api/tenants/{slug}":       "403 403 403 403 403 200",
    "DELETE /api/tenants/{slug}":      "403 403 403 403 403 204",
    "POST /api/tenants/{slug}/reopen": "403 403 403 403 403 200",
}  # fmt: skip
OF_ALL_SHOPS = True

_numbers = count(1)


def ids(shops: Shops) -> dict[str, str]:
    """A shop of its own."""
    slug = f"shop-{next(_numbers)}"
    open_shop(shops.engine, SYSTEM, slug, zone="UTC", currency="EUR", now=NOW)
    return {"slug": slug}


def bodies(shops: Shops, number: int) -> dict[str, object]:
    """A slug that is new each time."""
    return {"POST /api/tenants": {"slug": f"new-{next(_numbers)}", "currency": "EUR"}}
