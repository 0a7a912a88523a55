"""Tenants for tests, the instant they are made at, and the migrations of their record stores."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import Engine

from commerce.records.database import COMMERCE, writing
from commerce.records.tenants import Tenant, create_tenant

SERVING = "serving:migrations/versions"
BRANCHES = (COMMERCE, SERVING)
NOW = datetime(2026, 1, 1, tzinfo=UTC)


def make_tenant(engine: Engine, slug: str = "acme") -> Tenant:
    """Create a tenant whose clock stands behind its last recorded event."""
    with writing(engine) as connection:
        return create_tenant(
            connection,
            slug,
            zone="Europe/Berlin",
            currency="EUR",
            clock_mode="recorded",
            now=NOW,
        )
