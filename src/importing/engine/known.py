"""What the records hold already: look-ups of many names at once."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Any

from sqlalchemy import (
    Connection,
    Table,
    exists,
    select,
)

from commerce.records import schema
from commerce.records.tenants import Tenant

_PAGE = 900
"""Values of one IN list; below the least limit of any SQLite."""


def pages(values: Sequence[str]) -> Iterator[Sequence[str]]:
    """Cut values into lists short enough for one statement."""
    for start in range(0, len(values), _PAGE):
        yield values[start : start + _PAGE]


def has_events(connection: Connection, tenant: Tenant) -> bool:
    """Whether a tenant's stream holds anything."""
    query = select(exists().where(schema.event.c.tenant_id == tenant.id))
    return bool(connection.execute(query).scalar())


def known_sources(
    connection: Connection, tenant: Tenant, sources: Sequence[str]
) -> Collection[str]:
    """Find which source keys the stream holds."""
    return known_ids(connection, tenant, schema.event, sources, "source_key").keys()


def known_ids(
    connection: Connection,
    tenant: Tenant,
    table: Table,
    names: Sequence[str],
    column: str = "external_id",
) -> dict[str, Any]:
    """Find the ids of records by their external ids, or by another column that names them."""
    found: dict[str, Any] = {}
    for page in pages(names):
        rows = connection.execute(
            select(table.c[column], table.c.id).where(
                table.c.tenant_id == tenant.id, table.c[column].in_(page)
            )
        )
        found.update((name, record) for name, record in rows)
    return found
