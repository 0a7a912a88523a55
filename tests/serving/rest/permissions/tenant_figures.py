"""Who may read all that a shop ever did: who runs it, and a superadmin that of any."""

from __future__ import annotations

from tests.serving.rest.people import Shops

LINES = {"GET /api/tenants/{slug}/analytics-summary": "403 403 403 403 200 200"}
OF_ALL_SHOPS = True


def ids(shops: Shops) -> dict[str, str]:
    """The shop of those who ask."""
    return {"slug": shops.tenant("acme").slug}
