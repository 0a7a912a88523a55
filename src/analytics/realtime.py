"""The last minutes of a shop, asked of the record store by an index: no snapshot, no DuckDB."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, and_, func, or_, select
from sqlalchemy.orm import aliased

from commerce.records import schema
from commerce.records.errors import check_range
from commerce.records.instants import from_micros, to_micros
from commerce.records.sql import micros, total
from commerce.records.stream import ANNULLED
from commerce.records.stream.backfills import counts_from, last_backfill
from commerce.records.tenants import Tenant

MINUTE = 60_000_000
MOST_MINUTES = 24 * 60


@dataclass(frozen=True, kw_only=True)
class Recent:
    """What happened in the minutes before an instant; money in minor units, each event by itself."""

    as_of: datetime
    since: datetime
    orders: int
    units: int
    sold_minor: int
    """What the orders came to that were placed."""
    orders_called_off: int
    captured_minor: int
    refunded_minor: int
    failed_payments: int
    new_customers: int
    active_customers: int
    """Different customers whom anything was about."""
    events: Mapping[str, int]
    """How many of each type."""


def recent(connection: Connection, tenant: Tenant, as_of: datetime, *, minutes: int = 5) -> Recent:
    """Count what happened within some minutes before an instant, as far as it was recorded by then.

    Parameters
    ----------
    connection : Connection
        Of a transaction that reads.
    as_of : datetime
        Aware.
    minutes : int, 1 to 1440, default 5

    Raises
    ------
    RecordError
        "minutes must be 1 to 1440; got ..."
    """
    check_range("minutes", minutes, 1, MOST_MINUTES)
    event, backfill = schema.event, schema.backfill
    end = to_micros(as_of)
    since = end - minutes * MINUTE
    # what happened in these minutes was recorded in them or later, or a backfill says so: an index leads to either
    recorded = and_(event.c.recorded_at >= from_micros(since), event.c.recorded_at < as_of)
    known = recorded
    if last_backfill(connection, tenant.id):
        moved = select(backfill.c.event_id).where(
            backfill.c.tenant_id == tenant.id,
            backfill.c.recorded_at >= from_micros(since),
            backfill.c.recorded_at < as_of,
        )
        known = and_(or_(recorded, event.c.id.in_(moved)), counts_from() < end)
    undoing = aliased(event)
    annulled = select(undoing.c.value).where(
        undoing.c.tenant_id == tenant.id,
        undoing.c.type == ANNULLED,
        undoing.c.recorded_at >= from_micros(since),
        undoing.c.recorded_at < as_of,
        undoing.c.value.is_not(None),
    )
    happened = and_(
        event.c.tenant_id == tenant.id,
        known,
        micros(event.c.occurred_at) >= since,
        micros(event.c.occurred_at) < end,
        event.c.type != ANNULLED,
        event.c.id.not_in(annulled),
    )
    rows = connection.execute(
        select(
            event.c.type,
            func.count(),
            total(event.c.base_minor),
            total(event.c.quantity),
        )
        .where(happened)
        .group_by(event.c.type)
        .order_by(event.c.type)
    ).all()
    counts = {row[0]: int(row[1]) for row in rows}
    money = {row[0]: int(row[2]) for row in rows}
    units = {row[0]: int(row[3]) for row in rows}
    active = connection.scalar(select(func.count(event.c.customer_id.distinct())).where(happened))
    return Recent(
        as_of=from_micros(end),
        since=from_micros(since),
        orders=counts.get("order.placed", 0),
        units=units.get("order.placed", 0),
        sold_minor=money.get("order.placed", 0),
        orders_called_off=counts.get("order.cancelled", 0),
        captured_minor=money.get("payment.captured", 0),
        refunded_minor=money.get("payment.refunded", 0),
        failed_payments=counts.get("payment.failed", 0),
        new_customers=counts.get("customer.registered", 0),
        active_customers=int(active or 0),
        events=counts,
    )
