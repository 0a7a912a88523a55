"""What every writer of imported records shares: the tenant, the clocks, and bulk look-ups."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    Table,
    Text,
    cast,
    exists,
    func,
    select,
    type_coerce,
)
from sqlalchemy.exc import IntegrityError

from commerce.records import schema
from commerce.records.database import writing
from commerce.records.identity import imported_id
from commerce.records.instants import to_micros
from commerce.records.stream import NewEvent, append
from commerce.records.tenants import Tenant, clock, find_tenant, hold_clock, recording_instant
from importing.engine.tenancy import TenantPlan, open_tenant
from importing.errors import SourceError

_PAGE = 900
"""Values of one IN list; below the least limit of any SQLite."""


@dataclass(kw_only=True)
class ImportSession:
    """Where one transaction of an import writes.

    Attributes
    ----------
    connection : Connection
        Inside a writing transaction.
    tenant : Tenant
        As read in this transaction, with its clock held.
    clock : datetime
        The tenant's clock before the import.
    ingested_at : int
        Wall time, microseconds since 1970 UTC.
    written : Counter
        Customers, orders, events and lines of this transaction.
    """

    connection: Connection
    tenant: Tenant
    clock: datetime
    ingested_at: int
    written: Counter[str] = field(default_factory=Counter)

    def id_of(self, kind: str, name: str) -> uuid.UUID:
        """Derive the id of a record from its name in the file."""
        return imported_id(self.tenant.slug, kind, name)

    def recorded(self, occurred: int, recorded: int | None) -> int:
        """Decide when an arriving row counts as recorded, by the two-clock rule."""
        if self.tenant.observed_at is None:
            return occurred if recorded is None else max(occurred, recorded)
        return recording_instant(self.tenant, self.clock, occurred, recorded)

    def event(
        self,
        kind: str,
        at: int,
        source_key: str,
        amount: int | None = None,
        *,
        known: int | None = None,
        **more: Any,
    ) -> NewEvent:
        """Make an event of an instant and the amount in the tenant's currency; ``known`` is when it was recorded."""
        return NewEvent(
            type=kind,
            occurred_at=at,
            recorded_at=self.recorded(at, known),
            source_key=source_key,
            amount_minor=amount,
            currency=None if amount is None else self.tenant.currency,
            base_minor=amount,
            **more,
        )

    def append(self, events: Sequence[NewEvent]) -> Sequence[int]:
        """Append events to the stream, with the money they move."""
        self.written["events"] += len(events)
        return append(self.connection, self.tenant, events, ingested_at=self.ingested_at)


class Writer:
    """Writes for one tenant, a transaction at a time.

    Parameters
    ----------
    engine : Engine
    plan : TenantPlan
        The tenant is made with the first transaction where it is new.
    now : datetime
        Wall time, aware.

    Attributes
    ----------
    written : Counter
        Customers, orders, events and lines that are committed.
    """

    def __init__(self, engine: Engine, plan: TenantPlan, *, now: datetime) -> None:
        self._engine = engine
        self._plan = plan
        self._now = now
        self.written: Counter[str] = Counter()

    @cached_property
    def _clock(self) -> datetime:
        """The tenant's clock before the import."""
        with writing(self._engine) as connection:
            tenant = open_tenant(connection, self._plan, now=self._now)
            return clock(connection, tenant, now=self._now)

    @contextmanager
    def session(self) -> Iterator[ImportSession]:
        """Open one transaction; what it wrote counts once it is committed.

        Until then nothing is computed as of an instant that would need the rows written here.

        Raises
        ------
        SourceError
            "import must be the only one that writes tenant ...; ..."
        """
        before, slug = self._clock, self._plan.slug
        try:
            with writing(self._engine) as connection:
                session = ImportSession(
                    connection=connection,
                    tenant=hold_clock(connection, find_tenant(connection, slug)),
                    clock=before,
                    ingested_at=to_micros(self._now),
                )
                yield session
        except IntegrityError as error:
            raise SourceError(
                f"import must be the only one that writes tenant {slug!r}; another wrote the same"
                " records meanwhile. Run it again: what is in already counts as duplicate."
            ) from error
        self.written.update(session.written)


def hexadecimal(column: ColumnElement[Any], connection: Connection) -> ColumnElement[str]:
    """Read a UUID column as 32 hexadecimal digits, without a UUID per row."""
    if connection.dialect.name == "sqlite":
        return type_coerce(column, Text)
    return func.replace(cast(column, Text), "-", "")


def pages(values: Sequence[str]) -> Iterator[Sequence[str]]:
    """Cut values into lists short enough for one statement."""
    for start in range(0, len(values), _PAGE):
        yield values[start : start + _PAGE]


def known_sources(
    connection: Connection, tenant: Tenant, sources: Sequence[str]
) -> Collection[str]:
    """Tell which sources the stream holds already."""
    return known_ids(connection, tenant, schema.event, sources, "source_key").keys()


def has_events(connection: Connection, tenant: Tenant) -> bool:
    """Tell whether a tenant's stream holds anything."""
    query = select(exists().where(schema.event.c.tenant_id == tenant.id))
    return bool(connection.execute(query).scalar())


def known_ids(
    connection: Connection,
    tenant: Tenant,
    table: Table,
    names: Sequence[str],
    column: str = "external_id",
) -> dict[str, Any]:
    """Find the ids of records by their external ids, or what else names them."""
    found: dict[str, Any] = {}
    for page in pages(names):
        rows = connection.execute(
            select(table.c[column], table.c.id).where(
                table.c.tenant_id == tenant.id, table.c[column].in_(page)
            )
        )
        found.update((name, record) for name, record in rows)
    return found
