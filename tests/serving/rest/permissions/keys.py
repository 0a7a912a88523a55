"""Who may do what with API keys."""

from __future__ import annotations

from tests.serving.rest.people import NOW, Shops

from commerce.people import credentials
from commerce.records.actors import Actor
from commerce.records.work import working

#                                buyer stranger seller courier admin superadmin
LINES = {
    "GET /api/keys":                 "403 403 403 403 200 200",
    "POST /api/keys":                "403 403 403 403 201 201",
    "GET /api/keys/{key_id}":        "403 403 403 403 200 200",
    "POST /api/keys/{key_id}/rotate": "403 403 403 403 200 200",
    "DELETE /api/keys/{key_id}":     "403 403 403 403 204 204",
}  # fmt: skip


def ids(shops: Shops) -> dict[str, str]:
    """A key of the shop."""
    with working(shops.engine, shops.tenant("acme"), Actor("admin"), now=NOW) as work:
        return {"key_id": str(credentials.issue(work, "till", "admin").id)}
