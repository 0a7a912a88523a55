"""Who may read what a customer may want next: the customer, and who runs the shop."""

from __future__ import annotations

from tests.serving.rest.people import Shops

#                                              buyer stranger seller courier admin superadmin
LINES = {
    "GET /api/recommendations/{customer_id}":   "200 404 404 404 200 200",
}  # fmt: skip


def ids(shops: Shops) -> dict[str, str]:
    """The buyer."""
    return {"customer_id": str(shops.buyer.actor.customer_id)}
