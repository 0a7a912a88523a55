"""Who may do what with users; the buyer is the user who is asked about."""

from __future__ import annotations

from tests.serving.rest.people import PASSWORD, Shops

#                                    buyer stranger seller courier admin superadmin
LINES = {
    "GET /api/users":                    "200 200 200 200 200 200",
    "POST /api/users":                   "403 403 403 403 201 201",
    "GET /api/users/me":                 "200 200 200 200 200 200",
    "GET /api/users/{user_id}":          "200 404 404 404 200 200",
    "PATCH /api/users/{user_id}":        "403 403 403 403 200 200",
    "DELETE /api/users/{user_id}":       "403 403 403 403 204 204",
    "POST /api/users/{user_id}/password": "204 403 403 403 204 204",
}  # fmt: skip


def ids(shops: Shops) -> dict[str, str]:
    """The buyer's log-in."""
    return {"user_id": str(shops.buyer.actor.user_id)}


def bodies(shops: Shops, number: int) -> dict[str, object]:
    """The buyer's own password is known to the buyer."""
    new = {"password": "battery staple", "current": PASSWORD}
    return {"POST /api/users/{user_id}/password": new}
