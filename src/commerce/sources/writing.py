"""What every writer of imported records shares: the tenant, the clocks, and bulk look-ups."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Table,
    Text,
    cast,
    exists,
    func,
    select,
    type_coerce,
)

from commerce import schema
from commerce.identity import imported_id
from commerce.stream import NewEvent, append
from commerce.tenants import Tenant, recording_instant

_PAGE = 900
"""Values of one IN list; below the least limit of any SQLite."""


@dataclass(kw_only=True)
class Written:
    """Counts of what an import wrote."""

    customers: int = 0
    orders: int = 0
    events: int = 0
    lines: int = 0

    def add(self, other: Written) -> None:
        """Count what one more transaction wrote."""
        self.customers += other.customers
        self.orders += other.orders
        self.events += other.events
        self.lines += other.lines


@dataclass(kw_only=True)
class Desk:
    """Where one transaction of an import writes.

    Attributes
    ----------
    connection : Connection
        Inside a writing transaction.
    tenant : Tenant
        As read in this transaction.
    clock : datetime
        The tenant's clock before the import.
    ingested_at : int
        Wall time, microseconds since 1970 UTC.
    written : Written
        Counts of this transaction.
    """

    connection: Connection
    tenant: Tenant
    clock: datetime
    ingested_at: int
    written: Written = field(default_factory=Written)

    def id_of(self, kind: str, name: str) -> uuid.UUID:
        """Derive the id of a record from its name in the file."""
        return imported_id(self.tenant.slug, kind, name)

    def recorded(self, occurred: int, recorded: int | None) -> int:
        """Decide when an arriving row counts as recorded, by the two-clock rule."""
        if self.tenant.observed_at is None:
            return occurred if recorded is None else max(occurred, recorded)
        return recording_instant(self.tenant, self.clock, occurred, recorded)

    def append(self, events: Sequence[NewEvent]) -> range:
        """Append events to the stream, with the money they move."""
        self.written.events += len(events)
        return append(self.connection, self.tenant, events, ingested_at=self.ingested_at)


def hexadecimal(column: ColumnElement[Any], connection: Connection) -> ColumnElement[str]:
    """Read a UUID column as 32 hexadecimal digits, without a UUID per row."""
    if connection.dialect.name == "sqlite":
        return type_coerce(column, Text)
    return func.replace(cast(column, Text), "-", "")


def pages(values: Sequence[str]) -> Iterator[Sequence[str]]:
    """Cut values into lists short enough for one statement."""
    for start in range(0, len(values), _PAGE):
        yield values[start : start + _PAGE]


def known_sources(connection: Connection, tenant: Tenant, sources: Sequence[str]) -> set[str]:
    """Tell which sources the stream holds already."""
    event = schema.event
    found: set[str] = set()
    for page in pages(sources):
        found.update(
            connection.execute(
                select(event.c.source_key).where(
                    event.c.tenant_id == tenant.id, event.c.source_key.in_(page)
                )
            ).scalars()
        )
    return found


def has_events(connection: Connection, tenant: Tenant) -> bool:
    """Tell whether a tenant's stream holds anything."""
    query = select(exists().where(schema.event.c.tenant_id == tenant.id))
    return bool(connection.execute(query).scalar())


def known_ids(
    connection: Connection, tenant: Tenant, table: Table, names: Sequence[str]
) -> dict[str, uuid.UUID]:
    """Find the ids of records by their external ids."""
    found: dict[str, uuid.UUID] = {}
    for page in pages(names):
        rows = connection.execute(
            select(table.c.external_id, table.c.id).where(
                table.c.tenant_id == tenant.id, table.c.external_id.in_(page)
            )
        )
        found.update((name, record) for name, record in rows)
    return found
