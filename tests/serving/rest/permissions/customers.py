"""Who may do what with customers."""

from __future__ import annotations

from tests.serving.rest.people import Shops

#                                              buyer stranger seller courier admin superadmin
LINES = {
    "GET /api/customers":                       "200 200 200 200 200 200",
    "POST /api/customers":                      "403 403 403 403 201 201",
    "GET /api/customers/{customer_id}":         "200 404 404 404 200 200",
    "PATCH /api/customers/{customer_id}":       "200 404 404 404 200 200",
    "PUT /api/customers/{customer_id}":         "200 404 404 404 200 200",
    "DELETE /api/customers/{customer_id}":      "204 404 404 404 204 204",
    "PUT /api/customers/{customer_id}/location": "200 404 404 404 200 200",
    "GET /api/customers/{customer_id}/notes":   "404 404 404 404 200 200",
    "POST /api/customers/{customer_id}/notes":  "404 404 404 404 201 201",
    "POST /api/customers/{customer_id}/add_note": "404 404 404 404 201 201",
}  # fmt: skip


def ids(shops: Shops) -> dict[str, str]:
    """The buyer."""
    return {"customer_id": str(shops.buyer.actor.customer_id)}


def bodies(shops: Shops, number: int) -> dict[str, object]:
    """What the documented example does not do for: an address that is new each time."""
    return {"POST /api/customers": {"email": f"jane{number}@example.com"}}
