"""Reading the activity stream: how far it has come, one customer's rows, or all in order."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Connection,
    Select,
    Uuid,
    bindparam,
    func,
    select,
    text,
)

from commerce.records import schema
from commerce.records.prepared import Prepared
from commerce.records.sql import bound, hexadecimal, micros
from commerce.records.stream.backfills import ALL, counts_from, last_backfill

FEATURE_COLUMNS = (
    "id",
    "type",
    "customer_id",
    "seller_id",
    "product_id",
    "aggregate_type",
    "aggregate_id",
    "occurred_at",
    "recorded_at",
    "due_at",
    "base_minor",
    "quantity",
    "value",
    "method",
    "category",
    "reason",
)
"""The columns a feature may read, in the order of the rows that readers here give; ``recorded_at`` is the instant
from which an event counts, where it was backfilled another one than its row has."""

FeatureRow = tuple[Any, ...]
"""One event as `FEATURE_COLUMNS`: instants in microseconds, ids as 32 hexadecimal digits."""


@dataclass(frozen=True, kw_only=True)
class StreamState:
    """How far a tenant's stream has come.

    Attributes
    ----------
    events : int
        Rows of this tenant.
    last_id : int
        Highest event id, 0 for an empty stream.
    first_occurred, last_recorded : int or None
        Microseconds since 1970 UTC.
    backfills : int
        The number of the last backfill.
    """

    events: int
    last_id: int
    first_occurred: int | None
    last_recorded: int | None
    backfills: int


def stream_state(connection: Connection, tenant_id: int) -> StreamState:
    """Tell how far a tenant's stream has come."""
    table = schema.event
    row = connection.execute(
        select(
            func.count(),
            func.coalesce(func.max(table.c.id), 0),
            func.min(micros(table.c.occurred_at)),
            func.max(micros(table.c.recorded_at)),
        ).where(table.c.tenant_id == tenant_id)
    ).one()
    return StreamState(
        events=row[0],
        last_id=row[1],
        first_occurred=row[2],
        last_recorded=row[3],
        backfills=last_backfill(connection, tenant_id),
    )


def stream_version(connection: Connection, tenant_id: int) -> tuple[int, int, str]:
    """Give what is the same at two instants only if nothing was recorded, or backfilled, between them.

    It is the last event and the last backfill, to which indexes lead. On PostgreSQL transactions are committed in
    another order than they draw ids in: while any is on its way, what is committed is told by the snapshot, too.
    """
    table = schema.event
    query = select(func.coalesce(func.max(table.c.id), 0)).where(table.c.tenant_id == tenant_id)
    last = int(connection.execute(query).scalar_one())
    committed = ""
    if connection.dialect.name == "postgresql":
        committed = str(connection.execute(_COMMITTED).scalar_one())
    return last, last_backfill(connection, tenant_id), committed


def count_after(connection: Connection, tenant_id: int, after_id: int) -> int:
    """Count a tenant's events with a higher id."""
    table = schema.event
    rows = select(func.count()).where(table.c.tenant_id == tenant_id, table.c.id > after_id)
    return int(connection.execute(rows).scalar_one())


def customer_rows(
    connection: Connection,
    tenant_id: int,
    customer_id: uuid.UUID,
    before: int,
    *,
    backfills: int | None = None,
) -> list[FeatureRow]:
    """Fetch what was known of a customer before an instant, by one indexed query, ordered by ``(occurred_at, id)``.

    Parameters
    ----------
    before : int
        Microseconds since 1970 UTC; only events that occurred and were recorded before it are given.
    backfills : int, optional
        The last backfill that counts: the stream as it was known then. All by default.
    """
    given = {"tenant": tenant_id, "customer_id": customer_id, "before": before}
    if backfills != 0:
        given["backfills"] = ALL if backfills is None else backfills
    return _own_rows(backfilled=backfills != 0).plain(connection, given)


def iterate(
    connection: Connection,
    tenant_id: int,
    *,
    after_id: int = 0,
    up_to_id: int | None = None,
    batch: int = 50_000,
) -> Iterator[list[FeatureRow]]:
    """Read a tenant's stream in the order of its ids, a batch at a time, in bounded memory.

    Parameters
    ----------
    after_id : int, default 0
        Only events with a higher id.
    up_to_id : int, optional
        Only events with no higher id.
    batch : int, default 50,000
        Rows at most in one list.
    """
    table = schema.event
    _, features = _BACKFILLED if last_backfill(connection, tenant_id) else _AS_RECORDED
    query = features.where(table.c.tenant_id == tenant_id).order_by(table.c.id).limit(batch)
    if up_to_id is not None:
        query = query.where(table.c.id <= up_to_id)
    while rows := connection.execute(query.where(table.c.id > after_id)).all():
        yield [tuple(row) for row in rows]
        after_id = rows[-1][0]


def _plain(column: Column[Any]) -> Any:
    """Take a column as a reader wants it, so that no value is converted one by one here."""
    if isinstance(column.type, schema.Instant):
        return micros(column)
    return hexadecimal(column) if isinstance(column.type, Uuid) else column


def _features(recorded: ColumnElement[int]) -> tuple[ColumnElement[int], Select[Any]]:
    """Select the feature columns, with what says from when on an event counts."""
    columns = (
        (recorded if name == "recorded_at" else _plain(schema.event.c[name])).label(name)
        for name in FEATURE_COLUMNS
    )
    return recorded, select(*columns)


@cache
def _own_rows(*, backfilled: bool) -> Prepared:
    """Prepare the query of one customer's rows; where nothing was backfilled, it looks up no event."""
    event, before = schema.event, bindparam("before", type_=BigInteger)
    recorded, features = _BACKFILLED if backfilled else _AS_RECORDED
    return Prepared(
        features.where(
            *bound(event, customer_id="customer_id"),
            recorded < before,
            micros(event.c.occurred_at) < before,
        ).order_by(event.c.occurred_at, event.c.id)
    )


_COMMITTED = text(
    "SELECT CASE WHEN EXISTS (SELECT FROM pg_locks WHERE locktype = 'transactionid' AND mode = 'ExclusiveLock')"
    " THEN CAST(pg_current_snapshot() AS text) ELSE '' END"
)
"""Whoever writes holds a lock on the number of its own transaction."""
_BACKFILLED = _features(counts_from())
_AS_RECORDED = _features(micros(schema.event.c.recorded_at))
"""Where nothing was backfilled, no event is looked up."""
