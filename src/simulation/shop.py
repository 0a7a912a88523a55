"""Writing a simulated shop: records in bulk, then the stream with the postings and rows that follow its events."""

from __future__ import annotations

import hashlib
import marshal
from collections.abc import Iterator, Sequence
from itertools import chain, islice

from sqlalchemy import Connection

from commerce.records.bulk import insert_rows
from commerce.records.identity import imported_id, reserve_numbers
from commerce.records.ledger import Transfer, post
from commerce.records.stream import NewEvent, append
from commerce.records.tenants import Tenant
from commerce.rewards import POINTS
from simulation.auctions import Bidder, bidder, hold_auctions
from simulation.behaviour import Behaviour
from simulation.calendar import Calendar
from simulation.event_log import EventLog
from simulation.external_sort import ExternalSort
from simulation.offers import MadeOffers
from simulation.options import SimulationOptions
from simulation.population import Population
from simulation.postings import MOVES, moved
from simulation.records import LAYOUTS, Order, Row
from simulation.truth import TruthFile
from tabular.progress import Progress

SIGNED = "simulator:shop"
"""Source key of the last event of a simulated stream, which names the shop and its digest."""

_PAYMENT_EVENT = ("payment_id", "event_id", "type", "amount_minor", "occurred_at")
_BID = ("auction_id", "customer_id", "event_id", "amount_minor", "maximum_minor", "placed_at")
_CHUNK = 500
_BATCH = 10_000
_TOGETHER = 12
"""Transfers in one call: the ledger prepares a statement for each number of accounts looked up at once."""


def fingerprint(options: SimulationOptions, offers: MadeOffers | None) -> str:
    """Everything the records depend on; a shop without offers is named by its options alone."""
    if offers is None:
        return options.fingerprint
    return f"{options.fingerprint}:offers-{offers.fingerprint}"


class Shop:
    """A simulated shop under way: simulated whole, then written table by table, and its stream last.

    Call in this order: `simulate`, `write_records`, `write_stream`.

    Parameters
    ----------
    tenant : Tenant
        Without records.
    external_sort : ExternalSort
        Keeps what is simulated until it is written.
    offers : MadeOffers, optional
        What is offered to customers on the way.

    Attributes
    ----------
    placed : list of (int, str)
        Instant and id of every order.
    """

    def __init__(
        self,
        tenant: Tenant,
        options: SimulationOptions,
        calendar: Calendar,
        external_sort: ExternalSort,
        progress: Progress,
        offers: MadeOffers | None = None,
    ) -> None:
        self.offers = offers
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

    def simulate(self) -> TruthFile:
        """Simulate everybody, and the auctions between them, into the external sort; gives the truth."""
        truth = TruthFile()
        bidders: list[Bidder] = []

        def lives() -> Iterator[EventLog]:
            for person in self.population.people(self.offers):
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
        """Put down what stands in some logs, and count it into the digest."""
        events: list[Row] = []
        tables: dict[str, list[Row]] = {layout.table: [] for layout in LAYOUTS.values()}
        for event_log in event_logs:
            self.digest.update(marshal.dumps(event_log.events, 2))
            events += event_log.events
            for record in event_log.records:
                layout = LAYOUTS[record.__class__]
                tables[layout.table].append(layout.row(record))
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
        catalogue: dict[str, list[Row]] = {"customer": self.customers}
        for record in self.population.assortment.records():
            layout = LAYOUTS[record.__class__]
            catalogue.setdefault(layout.table, []).append(layout.row(record))
        for tables in chain([catalogue], self.external_sort.tables()):
            for layout in LAYOUTS.values():
                rows, columns = tables.get(layout.table, []), layout.columns
                if rows and layout.table in ("customer", "product"):
                    start = reserve_numbers(connection, self.tenant, layout.table, len(rows))
                    columns = ("number", *columns)
                    rows = [(number, *row) for number, row in enumerate(rows, start)]
                elif layout.table == "orders":
                    columns = ("number", *columns)
                    rows = [(numbers[row[0]], *row) for row in rows]
                self._insert(connection, layout.table, columns, rows)

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
            reason=fingerprint(self.options, self.offers),
        )
        append(connection, self.tenant, [signature], ingested_at=ingested_at)
