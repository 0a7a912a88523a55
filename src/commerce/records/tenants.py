"""Tenants: whose records these are, and what time it is for them.

Two clocks run for every tenant. ``occurred_at`` is when a thing happened, ``recorded_at`` when the tenant could
have known it. Once anything was computed as of some instant, a row that arrives later is recorded no earlier
than that instant, so that what was computed stays true. What is history, and not news, is said beside the stream to
count from earlier: `commerce.records.stream.backfills`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal, cast
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Row, func, insert, select, update

from commerce.records import schema
from commerce.records.errors import RecordError, TenantConflict, TenantNotFound
from commerce.records.instants import find_zone, from_micros, midnight, parse_as_of, to_micros
from commerce.records.money import currency_code
from commerce.records.sql import micros

ClockMode = Literal["wall", "recorded"]

SHARED = "shared"
"""The slug of no shop: models of tables that somebody brings go by it, and every shop may ask them."""

SLUG = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}")
"""What a tenant, a model or a saved import may be called; a name becomes a folder, so it must never be a path."""


@dataclass(frozen=True, kw_only=True)
class Tenant:
    """A shop whose records are kept apart from every other's.

    Attributes
    ----------
    id : int
        Key inside this record store.
    slug : str
        The name people type: lower-case letters, digits, ``-`` and ``_``.
    zone : ZoneInfo
        Where its days begin.
    currency : str
        ISO 4217; features count in it.
    clock_mode : {"wall", "recorded"}
        Whether its time is the wall's or stands behind its last recorded event.
    observed_at : datetime or None
        The latest instant as of which a snapshot, label or score was made.
    settings : mapping
        The shop's own rules where they differ from the defaults of `commerce.records.policy`.
    closed_at : datetime or None
        Since when nobody works for it any more.
    """

    id: int
    slug: str
    zone: ZoneInfo
    currency: str
    clock_mode: ClockMode
    observed_at: datetime | None
    settings: Mapping[str, Any] = field(default_factory=dict)
    closed_at: datetime | None = None

    def was_observed(self, instant: datetime) -> bool:
        """Whether it is on record that something was computed as of an instant, or a later one."""
        return self.observed_at is not None and self.observed_at >= instant


def tenant_of(row: Row[Any]) -> Tenant:
    """Read a tenant from its row."""
    return Tenant(
        id=row.id,
        slug=row.slug,
        zone=ZoneInfo(row.zone),
        currency=row.currency,
        clock_mode=cast(ClockMode, row.clock_mode),
        observed_at=row.observed_at,
        settings=row.settings or {},
        closed_at=row.closed_at,
    )


def list_tenants(connection: Connection) -> list[Tenant]:
    """List every tenant by slug."""
    rows = connection.execute(select(schema.tenant).order_by(schema.tenant.c.slug))
    return [tenant_of(row) for row in rows]


def find_tenant(connection: Connection, slug: str) -> Tenant:
    """Find a tenant by its slug.

    Raises
    ------
    TenantNotFound
    """
    row = connection.execute(select(schema.tenant).where(schema.tenant.c.slug == slug)).first()
    if row is None:
        raise TenantNotFound(slug, [tenant.slug for tenant in list_tenants(connection)])
    return tenant_of(row)


def tenant_with(connection: Connection, tenant_id: int) -> Tenant:
    """Read the tenant that has an id, which a record names."""
    query = select(schema.tenant).where(schema.tenant.c.id == tenant_id)
    return tenant_of(connection.execute(query).one())


def check_slug(slug: str) -> None:
    """Refuse a name that a tenant cannot have.

    Raises
    ------
    RecordError
        "tenant must be lower-case letters, digits, - and _; got ...", or "tenant must not be 'shared' ..."
    """
    if slug == SHARED:
        raise RecordError(
            f"tenant must not be {SHARED!r}, by which models of tables go; got that name. Choose another."
        )
    if not SLUG.fullmatch(slug):
        raise RecordError(
            f"tenant must be lower-case letters, digits, - and _; got {slug!r}."
            " It names folders and models: choose one like acme-uk."
        )


def create_tenant(
    connection: Connection,
    slug: str,
    *,
    zone: str,
    currency: str,
    clock_mode: ClockMode,
    now: datetime,
) -> Tenant:
    """Create a tenant.

    Parameters
    ----------
    connection : Connection
        Inside a writing transaction.
    slug : str
        Lower-case letters, digits, ``-`` and ``_``; at most 63 characters.
    zone : str
        IANA name.
    currency : str
        ISO 4217.
    clock_mode : {"wall", "recorded"}
        ``recorded`` for imported and simulated records.
    now : datetime
        Wall time, aware.

    Raises
    ------
    RecordError
        "tenant must be lower-case letters, digits, - and _; got ...", "time zone must be an IANA name; got ..."
    TenantConflict
        "tenant must be new; got ..."
    """
    check_slug(slug)
    if connection.execute(select(schema.tenant.c.id).where(schema.tenant.c.slug == slug)).first():
        raise TenantConflict(f"tenant must be new; got {slug!r}, which exists. Choose another.")
    connection.execute(
        insert(schema.tenant).values(
            slug=slug,
            zone=find_zone(zone).key,
            currency=currency_code(currency),
            clock_mode=clock_mode,
            created_at=now,
        )
    )
    return find_tenant(connection, slug)


def last_recorded(connection: Connection, tenant: Tenant) -> datetime | None:
    """Give the latest instant at which anything of this tenant was recorded."""
    event = schema.event
    last = select(func.max(micros(event.c.recorded_at))).where(event.c.tenant_id == tenant.id)
    found = connection.scalar(last)
    return None if found is None else from_micros(found)


def clock(connection: Connection, tenant: Tenant, *, now: datetime) -> datetime:
    """Tell what time it is for a tenant, given the wall's: the default ``as_of`` of everything.

    Returns
    -------
    datetime
        Wall time, or for imported and simulated tenants one microsecond after their last recorded event.
    """
    if tenant.clock_mode == "wall":
        return now
    last = last_recorded(connection, tenant)
    return now if last is None else last + timedelta(microseconds=1)


def settle_as_of(asked: str | None, tenant: Tenant, clock: datetime) -> datetime:
    """Decide which instant a question is about.

    Parameters
    ----------
    asked : str or None
        ISO date or instant, in the tenant's zone where it has no offset; None for the clock.
    clock : datetime
        What time it is for the tenant.

    Raises
    ------
    RecordError
        "as_of must be an ISO date or instant; got ..." or "as_of must not be later than ...; got ...": what
        is computed as of the future cannot be replayed, and would push every later arrival behind it.
        Where the clock stands behind the records, the rest of that day counts as now.

    Examples
    --------
    >>> from datetime import UTC
    >>> shop = {"slug": "acme", "currency": "EUR", "clock_mode": "wall"}
    >>> acme = Tenant(id=1, zone=ZoneInfo("UTC"), observed_at=None, **shop)
    >>> settle_as_of("2031-01-01", acme, datetime(2026, 1, 1, tzinfo=UTC))  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    ...
    commerce.records.errors.RecordError: as_of must not be later than 2026-01-01T00:00:00+00:00...
    """
    if asked is None:
        return clock
    as_of = parse_as_of(asked, tenant.zone)
    latest = clock
    if tenant.clock_mode == "recorded":
        latest = midnight(clock.astimezone(tenant.zone).date() + timedelta(days=1), tenant.zone)
    if as_of > latest:
        raise RecordError(
            f"as_of must not be later than {latest.astimezone(tenant.zone).isoformat()} for tenant"
            f" {tenant.slug!r}; got {asked!r}. Leave it out to ask about now."
        )
    return as_of


def hold_clock(connection: Connection, tenant: Tenant, *, alone: bool = False) -> Tenant:
    """Keep others from computing as of later instants while rows are being recorded; give the tenant anew.

    On PostgreSQL a writer of the stream shares a lock on the tenant's row with other writers, and `observe`
    waits for them; SQLite has one writer at a time anyway.

    Parameters
    ----------
    connection : Connection
        Inside a writing transaction; the lock lasts until it ends.
    alone : bool, default False
        Whether to keep other writers of the stream out, too: backfills are committed in the order of their numbers.
    """
    row = connection.execute(
        select(schema.tenant)
        .where(schema.tenant.c.id == tenant.id)
        .with_for_update(read=not alone, key_share=alone)
    ).one()
    return tenant_of(row)


def observe(connection: Connection, tenant: Tenant, cutoff: datetime) -> None:
    """Record that something was computed as of an instant; later arrivals go behind it.

    To be called before the stream is read: on PostgreSQL it waits for writers that hold the clock, and what
    they wrote is seen after it. Does nothing where a later instant is on record already.
    """
    table, instant = schema.tenant, to_micros(cutoff)
    seen = select(micros(table.c.observed_at)).where(table.c.id == tenant.id)
    # whoever recorded rows under an earlier instant had committed before the later one was put on record
    for look in (seen, seen.with_for_update()):
        if (connection.execute(look).scalar_one() or 0) >= instant:
            return
    connection.execute(update(table).where(table.c.id == tenant.id).values(observed_at=instant))


def recording_instant(
    tenant: Tenant, clock: datetime, occurred: int, recorded: int | None = None
) -> int:
    """Decide when a row that arrives now counts as recorded.

    Parameters
    ----------
    tenant : Tenant
        As read in this transaction.
    clock : datetime
        The tenant's clock before this arrival.
    occurred : int
        When it happened, in microseconds since 1970 UTC.
    recorded : int, optional
        When the source says it was recorded.

    Returns
    -------
    int
        Microseconds: the source's instant or else ``occurred``; but where something was computed as of a
        later instant already, the later of the clock and that instant.

    Raises
    ------
    RecordError
        "recorded_at must not be before occurred_at; got ..."
    """
    known = occurred if recorded is None else recorded
    if known < occurred:
        raise RecordError(
            f"recorded_at must not be before occurred_at; got {from_micros(known).isoformat()}"
            f" before {from_micros(occurred).isoformat()}. Correct the row."
        )
    if tenant.observed_at is None or known >= to_micros(tenant.observed_at):
        return known
    return max(known, to_micros(clock), to_micros(tenant.observed_at))
