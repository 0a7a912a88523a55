"""Who may do what with orders on their way: one waits for a courier, one is carried."""

from __future__ import annotations

from functools import lru_cache

from tests.serving.rest.people import Shops
from tests.serving.rest.trade import Trade

#                                                    buyer stranger seller courier admin superadmin
LINES = {
    "GET /api/delivery/orders/available":                 "403 403 403 200 200 200",
    "GET /api/delivery/orders":                           "200 200 200 200 200 200",
    "GET /api/delivery/orders/{order_id}":                "404 404 404 200 200 200",
    "POST /api/delivery/orders/{order_id}/claim":         "403 403 403 409 403 403",
    "POST /api/delivery/orders/{order_id}/release":       "404 404 404 409 409 409",
    "POST /api/delivery/orders/{order_id}/advance":       "404 404 404 422 404 404",
    "POST /api/delivery/orders/{order_id}/fail":          "404 404 404 200 200 200",
    "GET /api/delivery/orders/{order_id}/location":       "404 404 404 200 404 404",
    "GET /api/orders/{order_id}/proof":                   "200 404 404 404 404 404",
    "POST /api/orders/{order_id}/proof":                  "200 404 404 404 404 404",
    "GET /api/orders/{order_id}/proof/state":             "200 404 404 404 404 404",
    "POST /api/orders/{order_id}/proof/confirm":          "404 404 404 422 404 404",
}  # fmt: skip


@lru_cache(maxsize=1)
def ids(shops: Shops) -> dict[str, str]:
    """An order of the buyer's that the courier has set out with; nothing that is asked of it stays."""
    return {"order_id": str(Trade(shops).shipped())}
