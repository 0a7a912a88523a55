"""What earlier imports of the same rows recorded late, let count from when it was known."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from sqlalchemy import Connection, Engine, exists, select

from commerce.records import schema
from commerce.records.database import reading
from commerce.records.sql import hexadecimal, linked, micros
from commerce.records.tenants import Tenant
from importing.engine.known import plain_key
from importing.engine.staging import Staging
from importing.engine.writing import Writer

_REGISTERED = "registered:"
_PAGE = 5_000


class _Late(NamedTuple):
    """An event that was recorded later than it occurred, in microseconds; its customer in 32 hexadecimal digits."""

    id: int
    source_key: str
    customer_id: str | None
    occurred_at: int
    recorded_at: int


def backfill_written(
    engine: Engine,
    tenant: Tenant,
    writer: Writer,
    staging: Staging,
    source_of: Callable[[str], str],
) -> None:
    """Backfill the late events of the rows that a staging noted by `Staging.note_sources`.

    A customer whose events were late was registered late: that is taken back with the first of them.

    Parameters
    ----------
    source_of : callable
        Gives, for the source key of an event, the name that its row was noted by.
    """
    earlier: list[tuple[int, int]] = []
    registered: list[_Late] = []
    customers: dict[str | None, int] = {}
    with reading(engine) as connection:
        for events in _late_events(connection, tenant.id):
            registered += [one for one in events if one.source_key.startswith(_REGISTERED)]
            sources = {one.id: source_of(plain_key(one.source_key)) for one in events}
            known = staging.known_when([*sources.values()])
            for event in events:
                if (source := sources[event.id]) not in known:
                    continue
                when = known[source]
                at = event.occurred_at if when is None else max(when, event.occurred_at)
                if at < event.recorded_at:
                    earlier.append((event.id, at))
                    customers[event.customer_id] = min(at, customers.get(event.customer_id, at))
    for event in registered:
        at = max(event.occurred_at, customers.get(event.customer_id, event.recorded_at))
        if at < event.recorded_at:
            earlier.append((event.id, at))
    if earlier:
        with writer.session() as session:
            session.earlier += earlier


def _late_events(connection: Connection, tenant_id: int) -> Iterator[list[_Late]]:
    """Give the events that were recorded later than they occurred and that no backfill names, in pages."""
    event, table = schema.event, schema.backfill
    query = (
        select(
            event.c.id,
            event.c.source_key,
            hexadecimal(event.c.customer_id),
            micros(event.c.occurred_at),
            micros(event.c.recorded_at),
        )
        .where(
            event.c.tenant_id == tenant_id,
            event.c.recorded_at > event.c.occurred_at,
            ~exists().where(linked(table, event)),
        )
        .order_by(event.c.id)
        .limit(_PAGE)
    )
    last = 0
    while page := [_Late(*row) for row in connection.execute(query.where(event.c.id > last))]:
        yield page
        last = page[-1].id
