"""Writing a simulated shop into the record store, whole or not at all."""

from __future__ import annotations

import gc
import hashlib
import marshal
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from itertools import chain, islice
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import Connection, Engine, select

from commerce.records import schema
from commerce.records.bulk import insert_rows
from commerce.records.database import writing
from commerce.records.errors import TenantNotFound
from commerce.records.identity import imported_id, reserve_numbers
from commerce.records.instants import find_zone, from_micros, to_micros
from commerce.records.ledger import Transfer, post
from commerce.records.stream import NewEvent, append, stream_state
from commerce.records.tenants import Tenant, create_tenant, find_tenant
from commerce.rewards import POINTS
from simulation.auctions import Bidder, bidder, hold_auctions
from simulation.behaviour import Behaviour
from simulation.calendar import Calendar
from simulation.event_log import EventLog
from simulation.external_sort import ExternalSort
from simulation.options import SimulationOptions, SimulationRefused, SimulationSummary
from simulation.population import Population
from simulation.postings import MOVES, moved
from simulation.records import SHELVES, Order, Row
from simulation.truth import TruthFile
from tabular.progress import Progress, silent

SIGNED = "simulator:shop"
"""Source key of the last event of a simulated stream, which names the shop and its digest."""

_PAYMENT_EVENT = ("payment_id", "event_id", "type", "amount_minor", "occurred_at")
_BID = ("auction_id", "customer_id", "event_id", "amount_minor", "maximum_minor", "placed_at")
_CHUNK = 500
_BATCH = 10_000
_TOGETHER = 12
"""Transfers in one call: the ledger prepares a statement for each number of accounts looked up at once."""


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
    with _without_collection(), writing(engine) as connection:
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
            shop = _Shop(tenant, options, calendar, ExternalSort(Path(folder)), progress)
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


@contextmanager
def _without_collection() -> Iterator[None]:
    """Leave the garbage collector out: rows form no cycles, and looking for some costs a tenth of the time."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


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


class _Shop:
    """One simulation under way."""

    def __init__(
        self,
        tenant: Tenant,
        options: SimulationOptions,
        calendar: Calendar,
        external_sort: ExternalSort,
        progress: Progress,
    ) -> None:
        self.tenant = tenant
        self.calendar = calendar
        self.external_sort = external_sort
        self.progress = progress
        self.options = options
        self.population = Population(options, tenant.slug, calendar, Behaviour())
        self.digest = hashlib.sha256()
        self.customers: list[Row] = []
        self.placed: list[tuple[int, str]] = []
        self.events = 0

    def let_live(self) -> TruthFile:
        """Simulate everybody, and the auctions between them, into the spool."""
        truth = TruthFile()
        bidders: list[Bidder] = []

        def lives() -> Iterator[EventLog]:
            for person in self.population.people():
                truth.add(person)
                if (tempted := bidder(person)) is not None:
                    bidders.append(tempted)
                yield person.shopper.event_log
            yield from hold_auctions(self.population, bidders)

        event_logs = lives()
        while chunk := list(islice(event_logs, _CHUNK)):
            self._put_down(chunk)
            self.progress("customers", len(self.customers), self.options.customers)
        return truth

    def _put_down(self, event_logs: list[EventLog]) -> None:
        """Spool what stands in some diaries, and sign it."""
        events: list[Row] = []
        tables: dict[str, list[Row]] = {shelf.table: [] for shelf in SHELVES.values()}
        for event_log in event_logs:
            self.digest.update(marshal.dumps(event_log.notes, 2))
            events += event_log.notes
            for record in event_log.records:
                shelf = SHELVES[record.__class__]
                tables[shelf.table].append(shelf.row(record))
                if record.__class__ is Order:
                    self.placed.append((record.placed_at, record.id))
        self.customers += tables.pop("customer")
        self.events += len(events)
        self.external_sort.put(events, tables)

    def write_records(self, connection: Connection) -> None:
        """Write everything but the stream; orders are numbered by the instant they were placed."""
        self.placed.sort()
        first = reserve_numbers(connection, self.tenant, "orders", max(1, len(self.placed)))
        numbers = {key: first + place for place, (_, key) in enumerate(self.placed)}
        goods: dict[str, list[Row]] = {"customer": self.customers}
        for record in self.population.assortment.records():
            shelf = SHELVES[record.__class__]
            goods.setdefault(shelf.table, []).append(shelf.row(record))
        for tables in chain([goods], self.external_sort.tables()):
            for shelf in SHELVES.values():
                rows, columns = tables.get(shelf.table, []), shelf.columns
                if rows and shelf.table in ("customer", "product"):
                    start = reserve_numbers(connection, self.tenant, shelf.table, len(rows))
                    columns = ("number", *columns)
                    rows = [(number, *row) for number, row in enumerate(rows, start)]
                elif shelf.table == "orders":
                    columns = ("number", *columns)
                    rows = [(numbers[row[0]], *row) for row in rows]
                self._insert(connection, shelf.table, columns, rows)

    def _insert(
        self, connection: Connection, table: str, columns: tuple[str, ...], rows: list[Row]
    ) -> None:
        tenant = self.tenant.id
        insert_rows(connection, table, ("tenant_id", *columns), [(tenant, *row) for row in rows])

    def write_stream(self, connection: Connection, ingested_at: int) -> str:
        """Append every event in the order it was recorded, sign the stream, and give its digest."""
        merged = self.external_sort.events()
        done = 0
        while batch := list(islice(merged, _BATCH)):
            events = [NewEvent._make(row[3:]) for row in batch]
            ids = append(connection, self.tenant, events, ingested_at=ingested_at)
            self._follow(connection, ids, events)
            done += len(batch)
            self.progress("events", done, self.events)
        digest = self.digest.hexdigest()
        self._sign(connection, ingested_at, digest)
        self.events += 1
        return digest

    def _follow(self, connection: Connection, ids: Sequence[int], events: list[NewEvent]) -> None:
        """Tie payments and bids to their events, and post what wallets and points move."""
        payments: list[Row] = []
        bids: list[Row] = []
        transfers: list[tuple[int, Transfer]] = []
        for number, event in zip(ids, events, strict=True):
            key, amount = event.aggregate_id, event.amount_minor
            if event.aggregate_type == "payment":
                payments.append((key, number, event.type, amount, event.occurred_at))
            if event.type in MOVES:
                transfers.append((number, moved(event)))
            elif event.type == "auction.bid":
                bids.append(
                    (key, event.customer_id, number, amount, event.value, event.occurred_at)
                )
        self._insert(connection, "payment_event", _PAYMENT_EVENT, payments)
        self._insert(connection, "bid", _BID, bids)
        post(connection, self.tenant, [each for each in transfers if each[1].asset == POINTS])
        money = [each for each in transfers if each[1].asset != POINTS]
        for start in range(0, len(money), _TOGETHER):
            post(connection, self.tenant, money[start : start + _TOGETHER])

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
