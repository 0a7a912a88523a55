"""Who may do what with returns: one of the buyer's waits for a decision."""

from __future__ import annotations

from functools import lru_cache

from tests.serving.rest.people import Shops
from tests.serving.rest.trade import Trade

#                                          buyer stranger seller courier admin superadmin
LINES = {
    "GET /api/returns":                               "200 200 200 200 200 200",
    "POST /api/returns":                              "201 404 404 404 201 201",
    "GET /api/returns/{return_id}":                   "200 404 404 200 200 200",
    "POST /api/returns/{return_id}/process-statuses": "403 403 403 409 409 409",
    "PATCH /api/returns/{return_id}/update":          "403 403 403 403 200 200",
}  # fmt: skip


@lru_cache(maxsize=1)
def _trade(shops: Shops) -> Trade:
    return Trade(shops)


@lru_cache(maxsize=1)
def ids(shops: Shops) -> dict[str, str]:
    """A return that was looked at; nothing that is asked of it stays."""
    return {"return_id": str(_trade(shops).inspected())}


@lru_cache(maxsize=1)
def _order(shops: Shops) -> str:
    trade = _trade(shops)
    return str(trade.delivered((trade.goods, 2)))


def bodies(shops: Shops, number: int) -> dict[str, object]:
    """An order of the buyer's that has arrived."""
    body = {"order": _order(shops), "position": 1, "quantity": 1, "reason": "wrong_size"}
    return {"POST /api/returns": body}
