"""What earlier imports of the same rows recorded late, let count from when it was known."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import Engine

from commerce.records.database import reading
from commerce.records.stream.backfills import LateEvent, late_events
from commerce.records.tenants import Tenant
from importing.engine.known import plain_key
from importing.engine.staging import Staging
from importing.engine.writing import Writer

_REGISTERED = "registered:"


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
    registered: list[LateEvent] = []
    customers: dict[str | None, int] = {}
    with reading(engine) as connection:
        for events in late_events(connection, tenant.id):
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
