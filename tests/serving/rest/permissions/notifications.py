"""Who may do what with notifications: everybody with the own."""

from __future__ import annotations

from functools import lru_cache

from tests.serving.rest.people import Shops
from tests.serving.rest.trade import Trade

#                                          buyer stranger seller courier admin superadmin
LINES = {
    "GET /api/notifications":                         "200 200 200 200 200 200",
    "GET /api/notifications/unread-count":            "200 200 200 200 200 200",
    "POST /api/notifications/read-all":               "200 200 200 200 200 200",
    "POST /api/notifications/{notification_id}/read": "200 404 404 404 404 404",
}  # fmt: skip


@lru_cache(maxsize=1)
def ids(shops: Shops) -> dict[str, str]:
    """Something that the buyer was told."""
    trade = Trade(shops)
    trade.order()
    trade.tell()
    told = shops.buyer.get("/api/notifications").json()["results"]
    return {"notification_id": told[0]["id"]}
