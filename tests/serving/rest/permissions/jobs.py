"""Who may look at jobs."""

from __future__ import annotations

from tests.serving.rest.people import Shops

from commerce.records.work import working
from serving.jobs.kinds import RECOMPUTE_SCORES
from serving.jobs.requests import ask_for

#                                            buyer stranger seller courier admin superadmin
LINES = {
    "GET /api/jobs":                          "200 200 200 200 200 200",
    "GET /api/jobs/{job_id}":                 "404 404 404 404 200 200",
}  # fmt: skip


def ids(shops: Shops) -> dict[str, str]:
    """A job that the admin asked for."""
    tenant = shops.tenant("acme")
    with working(shops.engine, tenant, shops.admin.actor, now=shops.clock()) as work:
        return {"job_id": str(ask_for(work, RECOMPUTE_SCORES).id)}
