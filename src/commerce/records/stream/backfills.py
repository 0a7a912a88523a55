"""Backfills: events that count from another instant than they were recorded at.

What arrives behind something that was computed is recorded then, and its row stays so. A backfill says beside the
stream from which instant some events count: late history from when it was known, and history that was undone from no
instant before that. Backfills are numbered per tenant; whatever is computed keeps the number of the last one it knew,
and comes out the same later by looking at the stream as it stood after that one.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from sqlalchemy import ColumnElement, Connection, Integer, bindparam, func, or_, select

from commerce.records import schema
from commerce.records.bulk import insert_rows
from commerce.records.prepared import Prepared
from commerce.records.sql import bound, linked, micros
from commerce.records.tenants import Tenant

ALL = 2**31 - 1
"""Later than any backfill."""


def counts_from() -> ColumnElement[int]:
    """Give the instant from which an event counts, in microseconds, for queries of the stream.

    Who executes the query may bind ``backfills``, the last that is looked at; by default all are.
    """
    event, table = schema.event, schema.backfill
    last = (
        select(micros(table.c.recorded_at))
        .where(linked(table, event), table.c.number <= bindparam("backfills", ALL, Integer))
        .order_by(table.c.number.desc())
        .limit(1)
        .correlate(event)
        .scalar_subquery()
    )
    return func.coalesce(last, micros(event.c.recorded_at))


def last_backfill(connection: Connection, tenant_id: int) -> int:
    """Give the number of a tenant's last backfill, 0 before the first.

    What is computed asks this first and reads the stream up to that number: a backfill that is committed in between is
    left out then as it is later.
    """
    ((last,),) = _last().plain(connection, {"tenant": tenant_id})
    return int(last)


@cache
def _last() -> Prepared:
    table = schema.backfill
    last = func.coalesce(func.max(table.c.number), 0).label("last")
    return Prepared(select(last).where(*bound(table)))


def backfill(connection: Connection, tenant: Tenant, events: Sequence[tuple[int, int]]) -> None:
    """Let events count from other instants, under the next number.

    Parameters
    ----------
    connection : Connection
        Inside a writing transaction that holds the tenant's clock alone: numbers are committed in their order.
    events : sequence of (int, int)
        Their ids, and the instant of each, in microseconds, no sooner than it occurred.
    """
    if events:
        number = last_backfill(connection, tenant.id) + 1
        columns = ("tenant_id", "event_id", "number", "recorded_at")
        rows = [(tenant.id, event, number, instant) for event, instant in events]
        insert_rows(connection, "backfill", columns, rows)


def moved_since(connection: Connection, tenant_id: int, backfills: int, *, up_to_id: int) -> bool:
    """Whether a later backfill names an event of which an older copy may say something else."""
    table = schema.backfill
    query = select(table.c.event_id).where(
        table.c.tenant_id == tenant_id,
        table.c.number > backfills,
        table.c.event_id <= up_to_id,
    )
    return connection.execute(query.limit(1)).first() is not None


def count_backfilled(connection: Connection, tenant_id: int, backfills: int, before: int) -> int:
    """Count the events of before an instant, in microseconds, that later backfills brought there or took from there."""
    table, event = schema.backfill, schema.event
    query = (
        select(func.count(table.c.event_id.distinct()))
        .join_from(table, event, linked(table, event))
        .where(
            table.c.tenant_id == tenant_id,
            table.c.number > backfills,
            or_(micros(table.c.recorded_at) < before, micros(event.c.recorded_at) < before),
        )
    )
    return int(connection.execute(query).scalar_one())
