"""Writing a simulated shop into the record store, whole or not at all."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID

from sqlalchemy import Connection, Engine, select

from commerce import schema
from commerce.bulk import insert_rows
from commerce.database import writing
from commerce.errors import TenantNotFound
from commerce.identity import imported_id, reserve_numbers
from commerce.instants import find_zone, from_micros, to_micros
from commerce.sources.summary import Progress, silent
from commerce.stream import NewEvent, append, stream_state
from commerce.tenants import Tenant, create_tenant, find_tenant
from simulation.assortment import stock_the_shop
from simulation.behaviour import Behaviour
from simulation.calendar import Calendar
from simulation.options import (
    SimulationOptions,
    SimulationRefused,
    SimulationSummary,
)
from simulation.population import joining_days, people
from simulation.rows import COLUMNS, RowMaker, is_id, with_ids
from simulation.spool import Row, Spool
from simulation.truth import TruthFile

SIGNED = "simulator:shop"
"""Source key of the last event of a simulated stream, which names the shop and its digest."""

_CHUNK = 500
_BATCH = 10_000


def simulate(
    engine: Engine,
    tenant_slug: str,
    options: SimulationOptions,
    *,
    now: datetime,
    truth_folder: Path,
    progress: Progress = silent,
) -> SimulationSummary:
    """Fill a tenant with the records of a simulated shop.

    The same options give the same stream and the same truth file, byte for byte; asking for them again
    writes nothing. One transaction: a simulation that is killed leaves nothing.

    Parameters
    ----------
    engine : Engine
        A migrated record store.
    tenant_slug : str
        Created if it does not exist; it must have no events yet.
    options : SimulationOptions
    now : datetime
        Wall time, aware: when the records came in.
    truth_folder : Path
        Where ``<tenant>.csv`` with the latent traits goes; nothing of it is in the record store.
    progress : Progress, optional
        Told the stage, customers or events done, and how many there are.

    Returns
    -------
    SimulationSummary

    Raises
    ------
    SimulationRefused
        "tenant must have no other records; got ..." or "tenant must have ... as its currency; got ..."
    """
    truth = truth_folder / f"{tenant_slug}.csv"
    with writing(engine) as connection:
        tenant = _tenant(connection, tenant_slug, options, now)
        signature = _signature(connection, tenant)
        calendar = Calendar(options.first_day, options.days, find_zone(options.zone))
        if signature is not None and signature[0] == options.fingerprint:
            return SimulationSummary(
                customers=0, orders=0, events=0, clock=from_micros(calendar.end),
                truth=truth, digest=signature[1],
            )  # fmt: skip
        _refuse_other_records(connection, tenant, signature, options)
        truth_folder.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(dir=truth_folder, prefix=".spool-") as folder:
            shop = _Shop(tenant, options, calendar, Spool(Path(folder)), progress)
            latent = shop.let_live()
            shop.write_records(connection)
            digest = shop.write_stream(connection, to_micros(now))
        latent.write(truth)
    return SimulationSummary(
        customers=options.customers,
        orders=len(shop.placed),
        events=shop.events,
        clock=from_micros(calendar.end),
        truth=truth,
        digest=digest,
    )


def _tenant(connection: Connection, slug: str, options: SimulationOptions, now: datetime) -> Tenant:
    """Find or create the tenant; one that exists must agree on zone, currency and clock."""
    try:
        tenant = find_tenant(connection, slug)
    except TenantNotFound:
        return create_tenant(
            connection,
            slug,
            zone=options.zone,
            currency=options.currency,
            clock_mode="recorded",
            now=now,
        )
    for name, has, asked in (
        ("currency", tenant.currency, options.currency),
        ("time zone", tenant.zone.key, options.zone),
        ("clock", tenant.clock_mode, "recorded"),
    ):
        if has != asked:
            raise SimulationRefused(
                f"tenant {slug!r} must have {asked} as its {name}; got {has}."
                " Simulate into another tenant."
            )
    return tenant


def _signature(connection: Connection, tenant: Tenant) -> tuple[str, str] | None:
    """Read which shop was simulated into a tenant, if any."""
    row = connection.execute(
        select(schema.event.c.reason, schema.event.c.category).where(
            schema.event.c.tenant_id == tenant.id, schema.event.c.source_key == SIGNED
        )
    ).first()
    return None if row is None else (row.reason, row.category)


def _refuse_other_records(
    connection: Connection,
    tenant: Tenant,
    signature: tuple[str, str] | None,
    options: SimulationOptions,
) -> None:
    events = stream_state(connection, tenant.id).events
    if events:
        found = f"{events:,} events" + (
            f" of the simulated shop {signature[0]}" if signature is not None else ""
        )
        raise SimulationRefused(
            f"tenant {tenant.slug!r} must have no other records to take the shop"
            f" {options.fingerprint}; got {found}. Simulate into another tenant."
        )


@dataclass
class _Shop:
    """One simulation under way."""

    tenant: Tenant
    options: SimulationOptions
    calendar: Calendar
    spool: Spool
    progress: Progress
    events: int = 0

    def __post_init__(self) -> None:
        assortment = stock_the_shop(self.options.seed, self.options.currency)
        self.assortment = assortment
        self.rows = RowMaker(self.tenant.slug, self.options.currency, assortment)
        self.customers: list[tuple[UUID, str]] = []
        self.placed: list[tuple[int, str]] = []

    def let_live(self) -> TruthFile:
        """Simulate everybody into the spool."""
        options, behaviour = self.options, Behaviour()
        truth = TruthFile()
        joined = joining_days(options.seed, options.customers, self.calendar, behaviour)
        lives = people(
            options.seed, self.tenant.slug, joined, self.calendar, self.assortment, behaviour
        )
        while chunk := list(islice(lives, _CHUNK)):
            events: list[Row] = []
            tables: dict[str, list[Row]] = {table: [] for table in COLUMNS}
            for person in chunk:
                number = len(self.customers)
                self.customers.append((person.diary.identity(), person.diary.customer))
                self.placed.extend((order.placed, order.key) for order in person.diary.orders)
                self.rows.records(person, tables)
                events.extend(self.rows.spooled(person.diary, number))
                truth.add(person)
            self.events += len(events)
            self.spool.put(events, tables)
            self.progress("customers", len(self.customers), options.customers)
        return truth

    def write_records(self, connection: Connection) -> None:
        """Write everything but the stream; orders are numbered by the instant they were placed."""
        first_order = reserve_numbers(connection, self.tenant, "orders", max(1, len(self.placed)))
        self.placed.sort()
        order_numbers = {key: first_order + place for place, (_, key) in enumerate(self.placed)}
        first_customer = reserve_numbers(connection, self.tenant, "customer", len(self.customers))
        shelves = self.rows.shelves()
        first_product = reserve_numbers(connection, self.tenant, "product", len(shelves["product"]))
        for table, rows in shelves.items():
            first = first_product if table == "product" else None
            self._insert(connection, table, rows, first)
        for tables in self.spool.tables():
            for table, rows in tables.items():
                if table == "orders":
                    numbered = [(*row, order_numbers[row[0]]) for row in rows]
                    self._insert_as(connection, table, (*COLUMNS[table], "number"), numbered)
                elif table == "customer":
                    self._insert(connection, table, rows, first_customer)
                    first_customer += len(rows)
                else:
                    self._insert(connection, table, rows)

    def _insert(
        self, connection: Connection, table: str, rows: list[Row], first: int | None = None
    ) -> None:
        columns = COLUMNS[table]
        if first is not None:
            columns = (*columns, "number")
            rows = [(*row, number) for number, row in enumerate(rows, start=first)]
        self._insert_as(connection, table, columns, rows)

    def _insert_as(
        self, connection: Connection, table: str, columns: tuple[str, ...], rows: list[Row]
    ) -> None:
        own = schema.metadata.tables[table].c
        ids = frozenset(place for place, name in enumerate(columns) if is_id(own[name]))
        insert_rows(
            connection,
            table,
            ("tenant_id", *columns),
            [(self.tenant.id, *with_ids(row, ids)) for row in rows],
        )

    def write_stream(self, connection: Connection, ingested_at: int) -> str:
        """Append every event in the order it was recorded, sign the stream, and give its digest."""
        digest = hashlib.sha256()
        merged: Iterator[Row] = self.spool.events()
        done = 0
        while batch := list(islice(merged, _BATCH)):
            events = []
            for row in batch:
                digest.update(repr(row).encode())
                events.append(self.rows.event(row, *self.customers[row[1]]))
            ids = append(connection, self.tenant, events, ingested_at=ingested_at)
            self._follow_payments(connection, ids, events)
            done += len(batch)
            self.progress("events", done, self.events)
        self._sign(connection, ingested_at, digest.hexdigest())
        self.events += 1
        return digest.hexdigest()

    def _follow_payments(self, connection: Connection, ids: Sequence[int], events: list[NewEvent]) -> None:
        """Tie each payment's events to the payment."""
        rows = [
            (event.aggregate_id, number, event.type, event.amount_minor, event.occurred_at)
            for number, event in zip(ids, events, strict=True)
            if event.aggregate_type == "payment"
        ]
        if rows:
            columns = ("payment_id", "event_id", "type", "amount_minor", "occurred_at")
            self._insert_as(connection, "payment_event", columns, rows)

    def _sign(self, connection: Connection, ingested_at: int, digest: str) -> None:
        """Close the stream at the shop's clock, naming the shop and the digest of its stream."""
        last = self.calendar.end - 1
        signature = NewEvent(
            type="tenant.simulated",
            occurred_at=last,
            recorded_at=last,
            source_key=SIGNED,
            aggregate_type="tenant",
            aggregate_id=imported_id(self.tenant.slug, "tenant", self.tenant.slug).hex,
            category=digest,
            reason=self.options.fingerprint,
        )
        append(connection, self.tenant, [signature], ingested_at=ingested_at)
