"""What the records hold already: look-ups of many names at once."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import (
    Connection,
    Table,
    exists,
    select,
)

from commerce.records import schema
from commerce.records.annulment import annulling_key
from commerce.records.sql import pages
from commerce.records.tenants import Tenant
from importing.engine.logbook import undone_imports
from importing.engine.tenancy import origin


def has_events(connection: Connection, tenant: Tenant) -> bool:
    """Whether a tenant's stream holds anything."""
    query = select(exists().where(schema.event.c.tenant_id == tenant.id))
    return bool(connection.execute(query).scalar())


def known_sources(
    connection: Connection, tenant: Tenant, sources: Sequence[str]
) -> Collection[str]:
    """Find which source keys the stream holds, of events that still count."""
    undone = undone_imports(connection, tenant)
    if not undone:
        return known_ids(connection, tenant, schema.event, sources, "source_key").keys()
    keys = {source_key(each, past): each for each in sources for past in range(undone + 1)}
    found = known_ids(connection, tenant, schema.event, list(keys), "source_key")
    annulled = known_ids(
        connection, tenant, schema.event, [*map(annulling_key, found.values())], "source_key"
    )
    return {keys[key] for key, event in found.items() if annulling_key(event) not in annulled}


def source_key(key: str, undone: int) -> str:
    """Give the source key of an event after so many imports were undone: the key itself may be taken by one of them.

    Examples
    --------
    >>> source_key("line:ab", 0), source_key("line:ab", 2)
    ('line:ab', 'line:ab~2')
    """
    return f"{key}~{undone}" if undone else key


def plain_key(key: str) -> str:
    """Give the source key as it would be had no import been undone.

    Examples
    --------
    >>> plain_key("line:ab~2"), plain_key("line:ab")
    ('line:ab', 'line:ab')
    """
    return key.partition("~")[0]


def origins(connection: Connection, tenant: Tenant) -> list[str]:
    """List what ids of imported records may have been derived from."""
    undone = undone_imports(connection, tenant)
    return [origin(tenant.slug, past) for past in range(undone + 1)]


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
