"""Who may read the record of a bank's customer, and have the customer analysed."""

from __future__ import annotations

from pathlib import Path

from tests.bank import SAMPLE, publish_bank
from tests.serving.rest.people import Shops

from commerce.people import bank_profiles
from commerce.records.actors import SYSTEM
from commerce.records.work import working

#                                                    buyer stranger seller courier admin superadmin
LINES = {
    "GET /api/customers/{customer_id}/bank-profile":   "200 404 404 404 200 200",
    "PATCH /api/customers/{customer_id}/bank-profile": "403 404 404 404 200 200",
    "GET /customers/analyze/{customer_id}":            "403 403 403 403 200 200",
}  # fmt: skip


def ids(shops: Shops) -> dict[str, str]:
    """The buyer, whom a bank knows, and there is a model."""
    customer, shelf = shops.buyer.actor.customer_id, shops.app.state.serving.shelf
    assert customer is not None
    folder = Path(shops.scratch.name) / "packages"
    publish_bank(folder)
    if folder not in shelf.folders:
        shelf.folders = (*shelf.folders, folder)
    with working(shops.engine, shops.tenant("acme"), SYSTEM, now=shops.clock()) as work:
        bank_profiles.record(work, customer, SAMPLE)
    shops.clock.pass_by(seconds=1)  # what is recorded now is known later
    return {"customer_id": str(customer)}
