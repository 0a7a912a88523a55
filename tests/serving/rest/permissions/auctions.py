"""Who may do what with auctions; where its state forbids it to all, that is what who may gets."""

from __future__ import annotations

from functools import lru_cache

from tests.serving.rest.people import Shops
from tests.serving.rest.trade import Trade

#                                                buyer stranger seller courier admin superadmin
LINES = {
    "GET /api/auctions":                              "200 200 200 200 200 200",
    "POST /api/auctions":                             "404 404 201 404 201 201",
    "POST /api/auctions/create":                      "404 404 201 404 201 201",
    "GET /api/auctions/{auction_id}":                 "404 404 200 404 200 200",
    "POST /api/auctions/{auction_id}/submit":         "404 404 409 404 409 409",
    "GET /api/auctions/{auction_id}/bids":            "404 404 200 404 200 200",
    "POST /api/auctions/{auction_id}/bid":            "409 409 403 403 403 403",
    "POST /api/auctions/{auction_id}/buy":            "409 409 403 403 403 403",
    "POST /api/auctions/admin/{auction_id}/review":   "403 403 403 403 200 200",
    "POST /api/auctions/admin/auctions/{auction_id}/start": "403 403 403 403 409 409",
    "POST /api/auctions/admin/auctions/{auction_id}/close": "403 403 403 403 409 409",
}  # fmt: skip


@lru_cache(maxsize=1)
def _trade(shops: Shops) -> Trade:
    return Trade(shops)


@lru_cache(maxsize=1)
def ids(shops: Shops) -> dict[str, str]:
    """An auction that waits for review; nothing that is asked of it stays."""
    return {"auction_id": _trade(shops).auction()}


def bodies(shops: Shops, number: int) -> dict[str, object]:
    """A variant that is the seller's."""
    trade = _trade(shops)
    terms = trade.terms(trade.goods)
    return {"POST /api/auctions": terms, "POST /api/auctions/create": terms}
