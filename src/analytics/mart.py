"""A mart: one tenant's events by kind, in memory, taken from a snapshot and followed up from the record store.

Guarantees: every event that was committed before a question is asked counts in its answer; what is read is as of one
instant, and what arrives later is recorded behind it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import TracebackType
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Engine, func, select, text

from analytics.assortment import Assortment, read_assortment
from analytics.figures import outdate_figures
from analytics.filling import fill, find_links, mart_of
from analytics.view import View
from commerce.records import schema
from commerce.records.database import reading, writing
from commerce.records.stream import ANNULLED, FEATURE_COLUMNS, FeatureRow, count_after, iterate
from commerce.records.stream.backfills import last_backfill, moved_since
from commerce.records.tenants import Tenant, clock, find_tenant, observe, settle_as_of
from features.errors import NoEvents
from features.evaluating.database import Database
from features.snapshots.canonical import to_table
from features.snapshots.snapshot import take_snapshot

_ID, _TYPE, _PRODUCT, _OCCURRED, _RECORDED = (
    FEATURE_COLUMNS.index(name)
    for name in ("id", "type", "product_id", "occurred_at", "recorded_at")
)


class Mart:
    """The events of a tenant, ready for questions; for one thread at a time.

    Parameters
    ----------
    engine : Engine
        The record store.
    tenant : str
        Its slug.
    snapshots : Path
        The folder of snapshots; one is taken when the mart is first asked.

    Examples
    --------
    ::

        with Mart(engine, "acme", settings.snapshots) as mart:
            view = mart.look(now)
            sales_metrics(view, Period.parse("2026-01-01", "2026-01-31"), by="week")
    """

    def __init__(self, engine: Engine, tenant: str, snapshots: Path) -> None:
        self._engine, self._slug, self._snapshots = engine, tenant, snapshots
        self._loaded: _Loaded | None = None

    def __enter__(self) -> Mart:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Give the memory back."""
        if self._loaded is not None:
            self._loaded.database.close()
            self._loaded = None

    def look(self, now: datetime, as_of: str | None = None) -> View:
        """Follow up what was recorded since, and give what counts as of an instant.

        Parameters
        ----------
        now : datetime
            Wall time, aware.
        as_of : str, optional
            As `commerce.records.tenants.settle_as_of` takes it; by default the tenant's clock.

        Raises
        ------
        TenantNotFound
        RecordError
            "as_of must be an ISO date or instant; got ..." or "as_of must not be later than ...; got ..."
        """
        with reading(self._engine) as connection:
            tenant = find_tenant(connection, self._slug)
            instant = settle_as_of(as_of, tenant, clock(connection, tenant, now=now))
            event = schema.event
            asked = select(event.c.id).where(event.c.tenant_id == tenant.id).limit(1)
            has_events = connection.execute(asked).first() is not None
        if has_events and (tenant.observed_at is None or tenant.observed_at < instant):
            with writing(self._engine) as connection:
                observe(connection, tenant, instant)
        loaded = self._follow(tenant)
        return View(
            tenant=tenant,
            as_of=instant,
            backfills=loaded.backfills,
            assortment=loaded.assortment,
            database=loaded.database,
            engine=self._engine,
        )

    def _follow(self, tenant: Tenant) -> _Loaded:
        """Bring what is loaded up to now; load it anew where what was loaded says something else by now."""
        loaded, self._loaded = self._loaded, None  # what breaks off on the way is not gone on from
        if loaded is not None:
            if loaded.tenant_key == (tenant.id, tenant.zone):
                with reading(self._engine) as connection:
                    if loaded.follow(connection):
                        self._loaded = loaded
                        return loaded
            loaded.database.close()
        self._loaded = _load(self._engine, tenant, self._snapshots)
        return self._loaded


@dataclass(kw_only=True)
class _Loaded:
    """A filled mart, and how far it has come."""

    tenant_key: tuple[int, ZoneInfo]
    database: Database
    assortment: Assortment
    backfills: int
    settled: int
    """Every event with this id or a lower one is held, or will never be."""
    pending: list[tuple[int, int]]
    """Transactions on their way: once none below the first number is, ids up to the second are settled."""
    above: set[int]
    """Ids above `settled` that are held."""
    below: int | None
    """Events held with ids up to `settled`, while transactions might still add to them."""

    def follow(self, connection: Connection) -> bool:
        """Take in what was recorded since; False where what is held must be read anew."""
        tenant_id, zone = self.tenant_key
        backfills = last_backfill(connection, tenant_id)
        last = max(self.above, default=self.settled)
        if backfills != self.backfills and moved_since(
            connection, tenant_id, self.backfills, up_to_id=last
        ):
            return False
        if self.below is not None:
            held = count_after(connection, tenant_id, 0) - count_after(
                connection, tenant_id, self.settled
            )
            if held != self.below:
                return False
        self.backfills = backfills
        for rows in iterate(connection, tenant_id, after_id=self.settled):
            fresh = [row for row in rows if row[_ID] not in self.above]
            if any(row[_TYPE] == ANNULLED for row in fresh):
                return False
            if fresh:
                self._take(connection, fresh, tenant_id, zone)
            self.above.update(row[_ID] for row in fresh)
        self._settle(connection)
        return True

    def _take(
        self, connection: Connection, rows: Sequence[FeatureRow], tenant_id: int, zone: ZoneInfo
    ) -> None:
        self.database.register("arrived", to_table(rows))
        outdate_figures(self.database, min(max(row[_OCCURRED], row[_RECORDED]) for row in rows))
        find_links(self.database, connection, tenant_id)
        fill(self.database, zone)
        self.database.unregister("arrived")
        products = {row[_PRODUCT] for row in rows if row[_PRODUCT] is not None}
        self.assortment = read_assortment(
            connection, tenant_id, self.database, self.assortment, products
        )

    def _settle(self, connection: Connection) -> None:
        first, beyond = _transactions(connection)
        self.pending.append((beyond, max(self.above, default=self.settled)))
        done = [last for limit, last in self.pending if limit <= first]
        if done:
            self.settled, self.below = max(self.settled, *done), None
            self.pending = [each for each in self.pending if each[0] > first]
            self.above = {each for each in self.above if each > self.settled}


def _load(engine: Engine, tenant: Tenant, snapshots: Path) -> _Loaded:
    """Fill a mart from the snapshot as it is once all is copied that is committed."""
    with reading(engine) as connection:
        event = schema.event
        last = select(func.coalesce(func.max(event.c.id), 0)).where(event.c.tenant_id == tenant.id)
        first, beyond = _transactions(connection)
        settled = int(connection.execute(last).scalar_one())
    try:
        snapshot = take_snapshot(engine, tenant, snapshots)
    except NoEvents:
        snapshot, settled = None, 0
    above = set[int]()
    with reading(engine) as connection:

        def look_up(database: Database) -> None:
            later = database.execute("SELECT id FROM arrived WHERE id > ?", [settled])
            above.update(number for (number,) in later.fetchall())
            find_links(database, connection, tenant.id)

        database = mart_of(snapshot, tenant.zone, look_up)
        assortment = read_assortment(connection, tenant.id, database)
    return _Loaded(
        tenant_key=(tenant.id, tenant.zone),
        database=database,
        assortment=assortment,
        backfills=snapshot.backfills if snapshot else 0,
        settled=settled,
        pending=[(beyond, settled)],
        above=above,
        below=None if first >= beyond or snapshot is None else snapshot.events - len(above),
    )


def _transactions(connection: Connection) -> tuple[int, int]:
    """Tell below which number no transaction is on its way, and below which every one lies that is.

    The latter is a number of our own, drawn for it: the snapshot's end leaves out who began last. SQLite has one writer
    at a time: what is committed later has higher ids.
    """
    if connection.dialect.name != "postgresql":
        return 0, 0
    found = connection.execute(
        text(
            "SELECT CAST(CAST(pg_snapshot_xmin(pg_current_snapshot()) AS text) AS bigint),"
            " CAST(CAST(pg_current_xact_id() AS text) AS bigint)"
        )
    ).one()
    return int(found[0]), int(found[1])
