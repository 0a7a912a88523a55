"""Who may read credit profiles, and have them made."""

from __future__ import annotations

from uuid import uuid4

from tests.serving.rest.people import Shops

from serving.predict import profiles

#                                                       buyer stranger seller courier admin superadmin
LINES = {
    "GET /api/customers/{customer_id}/credit-profile":    "200 404 404 404 200 200",
    "GET /api/credit-profiles":                           "200 200 200 200 200 200",
    "POST /api/customers/{customer_id}/recompute-score":  "403 403 403 403 200 200",
    "POST /api/credit-profiles/recompute":                "403 403 403 403 202 202",
}  # fmt: skip


def ids(shops: Shops) -> dict[str, str]:
    """The buyer, who has a score."""
    customer = shops.buyer.actor.customer_id
    assert customer is not None
    profiles.recompute(shops.app.state.serving, shops.tenant("acme"), customer, str(uuid4()))
    return {"customer_id": str(customer)}
