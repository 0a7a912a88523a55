"""One transaction of an import: it collects events and the rows they brought about, and writes them together."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from commerce.records import schema
from commerce.records.bulk import insert_rows
from commerce.records.identity import imported_id, reserve_numbers
from commerce.records.instants import to_micros
from commerce.records.machine import follow
from commerce.records.moves import Machine
from commerce.records.stream import NewEvent, append
from commerce.records.stream.backfills import backfill
from commerce.records.tenants import Tenant, recording_instant
from importing.engine.known import source_key
from importing.engine.late import Late
from importing.engine.tenancy import origin

_REFERRED_TO = ("customer", "category", "product")
"""Tables whose rows events refer to; rows of all others come after their events."""


class ImportSession:
    """One transaction of an import: what is given to `emit` and `keep` is written at its end.

    Parameters
    ----------
    connection : Connection
        Inside a writing transaction.
    tenant : Tenant
        As read in this transaction, with its clock held.
    clock : datetime
        The tenant's clock before the import.
    ingested_at : int
        Wall time, microseconds since 1970 UTC.
    undone : int, default 0
        How many of the tenant's imports were undone: keys and ids differ from those that they took.
    backfills : bool, default False
        Whether what comes in behind something that was computed counts from when it was known all the same.

    Attributes
    ----------
    written : Counter
        Customers, orders, events and lines of this transaction.
    earlier : list of (int, int)
        Late events, by id, and the instant from which they are to count: written as a backfill at the end.
    late : Late
        What came in behind something that was computed.
    """

    def __init__(
        self,
        connection: Connection,
        tenant: Tenant,
        clock: datetime,
        ingested_at: int,
        undone: int = 0,
        *,
        backfills: bool = False,
    ) -> None:
        self.connection = connection
        self.tenant = tenant
        self.written: Counter[str] = Counter()
        self.earlier: list[tuple[int, int]] = []
        self.late = Late()
        self._backfills = backfills
        self._clock = clock
        self._ingested_at = ingested_at
        self._undone = undone
        self._events: list[NewEvent] = []
        self._rows: dict[str, tuple[list[str], list[list[Any]]]] = {}
        self._moved: list[tuple[Machine, uuid.UUID, int]] = []

    def id_of(self, kind: str, name: str) -> uuid.UUID:
        """Derive the id of a record from its name in the file."""
        return imported_id(origin(self.tenant.slug, self._undone), kind, name)

    def seller_id(self, name: str) -> uuid.UUID:
        """Derive the id of a seller, who has no record of his own."""
        return imported_id(self.tenant.slug, "seller", name)

    def recorded(self, occurred: int, recorded: int | None) -> int:
        """Tell when a row was known; what comes in behind something that was computed is recorded later."""
        return occurred if recorded is None else max(occurred, recorded)

    def arrival(self, told: int) -> int:
        """Give the instant of what a source tells of that instant, and that happened to what is recorded already.

        It counts from now on: behind all that is recorded, and behind whatever was computed.
        """
        seen = self.tenant.observed_at
        return max(told, to_micros(self._clock), 0 if seen is None else to_micros(seen))

    def event(
        self,
        kind: str,
        at: int,
        source_key: str,
        amount: int | None = None,
        *,
        known: int | None = None,
        **more: Any,
    ) -> NewEvent:
        """Make an event of an instant and the amount in the tenant's currency; ``known`` is when it was recorded."""
        return NewEvent(
            type=kind,
            occurred_at=at,
            recorded_at=self.recorded(at, known),
            source_key=source_key,
            amount_minor=amount,
            currency=None if amount is None else self.tenant.currency,
            base_minor=amount,
            **more,
        )

    def emit(self, event: NewEvent, payment: uuid.UUID | None = None) -> int:
        """Take an event, which may be one of a payment, and give its place for `keep`."""
        self._events.append(event)
        place = len(self._events) - 1
        if payment is not None:
            self.keep(
                "payment_event",
                payment_id=payment,
                event_id=place,
                type=event.type,
                amount_minor=event.amount_minor,
                occurred_at=event.occurred_at,
            )
        return place

    def keep(self, table: str, **values: Any) -> None:
        """Take a row: the same columns for each of a table, in the same order.

        The tenant is filled in, and the ``number`` of what is numbered; ``event_id`` is a place from `emit`.
        """
        kept = self._rows.get(table)
        if kept is None:
            kept = self._rows[table] = (["tenant_id", *values], [])
        kept[1].append([self.tenant.id, *values.values()])

    def move(self, machine: Machine, record: uuid.UUID, place: int) -> None:
        """Let a record that is there follow an event, by its place from `emit`."""
        self._moved.append((machine, record, place))

    def flush(self) -> Sequence[int]:
        """Write what was taken, what is referred to before what refers to it; give the ids of the events."""
        for table in _REFERRED_TO:
            self._insert(table, ())
        known = self._record_late()
        events = self._events
        if self._undone:
            events = [
                event._replace(source_key=source_key(event.source_key, self._undone))
                for event in events
            ]
        ids = append(self.connection, self.tenant, events, ingested_at=self._ingested_at)
        if self._backfills:
            self.earlier += [(ids[place], instant) for place, instant in known.items()]
        backfill(self.connection, self.tenant, self.earlier)
        self.written["backfilled"] += len(self.earlier)
        instants = [*known.values(), *(instant for _, instant in self.earlier)]
        if instants:
            self.late = Late(len(known), min(instants), self.tenant.observed_at)
        self.written["events"] += len(ids)
        for sorted_table in schema.metadata.sorted_tables:
            self._insert(sorted_table.name, ids)
        for machine, record, place in self._moved:
            event = self._events[place].type
            follow(self.connection, self.tenant, machine, record, event, ids[place])
        return ids

    def _record_late(self) -> dict[int, int]:
        """Record events by the two-clock rule; give the place of each late one, and when it was known."""
        known = dict[int, int]()
        if self.tenant.observed_at is None:
            return known
        for place, event in enumerate(self._events):
            at = event.recorded_at
            instant = recording_instant(self.tenant, self._clock, event.occurred_at, at)
            if instant != at:
                known[place] = at
                self._events[place] = event._replace(recorded_at=instant)
        return known

    def _insert(self, table: str, ids: Sequence[int]) -> None:
        if table not in self._rows:
            return
        columns, rows = self._rows.pop(table)
        if "event_id" in columns:
            place = columns.index("event_id")
            for row in rows:
                row[place] = ids[row[place]]
        if "number" in schema.metadata.tables[table].c:
            first = reserve_numbers(self.connection, self.tenant, table, len(rows))
            columns.append("number")
            for number, row in enumerate(rows, first):
                row.append(number)
        insert_rows(self.connection, table, columns, rows)
