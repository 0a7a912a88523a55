"""The second wall: in a tenant's role, PostgreSQL shows of serving's tables the tenant's own rows alone."""

from __future__ import annotations

import uuid

import pytest
from sqlalchemy import Engine, insert, select, update
from sqlalchemy.exc import ProgrammingError
from tests.serving.rest.people import NOW, Shops, open_shops

from commerce.records.actors import SYSTEM
from commerce.records.work import looking, working
from serving.schema import job, login, score, shadow_score


def kept(shops: Shops, slug: str) -> dict[str, object]:
    """A row of the table of answers."""
    return {
        "request_id": slug, "tenant_id": shops.tenant(slug).id, "model": "churn", "as_of": NOW,
        "model_version": f"{slug}.churn/1", "made_at": NOW, "origin": "online", "probability": 0.5,
        "decision": {}, "features": {}, "reasons": [],
    }  # fmt: skip


def waiting(shops: Shops, slug: str) -> dict[str, object]:
    """A row of the table of what shadows are asked."""
    return {
        "request_id": slug, "tenant_id": shops.tenant(slug).id, "model": "churn", "asked_at": NOW,
        "model_version": f"{slug}.churn/2", "state": "waiting",
    }  # fmt: skip


def test_a_tenants_role_sees_and_writes_its_own_log_ins_jobs_and_answers_alone(
    postgres_engine: Engine,
) -> None:
    shops = open_shops(postgres_engine)
    acme, other = shops.tenant("acme"), shops.tenant("other")
    with postgres_engine.begin() as connection:
        for slug in ("acme", "other"):
            connection.execute(insert(score), kept(shops, slug))
            connection.execute(insert(shadow_score), waiting(shops, slug))
    for slug in ("acme", "other"):
        assert shops.of(slug)["admin"].post("/api/credit-profiles/recompute").status_code == 202
    with looking(postgres_engine, acme, SYSTEM, now=NOW) as work:
        for table in (job, login, score, shadow_score):
            seen = work.connection.execute(select(table.c.tenant_id).distinct()).scalars().all()
            assert seen == [acme.id]
    with working(postgres_engine, acme, SYSTEM, now=NOW) as work:
        theirs = update(login).where(login.c.tenant_id == other.id).values(revoked_at=NOW)
        assert work.connection.execute(theirs).rowcount == 0
    row = {
        "tenant_id": other.id, "id": uuid.uuid4(), "user_id": shops.of("other")["admin"].actor.user_id,
        "kind": "session", "secret_hash": "-", "created_at": NOW, "expires_at": NOW,
    }  # fmt: skip
    with (
        pytest.raises(ProgrammingError, match="row-level security"),
        working(postgres_engine, acme, SYSTEM, now=NOW) as work,
    ):
        work.connection.execute(insert(login), row)
    shops.close()
