"""What one transaction of an import writes: events, and the rows that they brought about."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from commerce.records import schema
from commerce.records.bulk import insert_rows
from commerce.records.identity import reserve_numbers
from commerce.records.stream import NewEvent
from importing.engine.writing import ImportSession

_TOLD_OF = ("customer", "category", "product")
"""Tables whose rows events refer to; rows of all others come after their events."""


class Bundle:
    """Collects events and rows, and writes them together.

    Parameters
    ----------
    session : ImportSession
    """

    def __init__(self, session: ImportSession) -> None:
        self.session = session
        self._events: list[NewEvent] = []
        self._rows: dict[str, list[dict[str, Any]]] = {}

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
        self._rows.setdefault(table, []).append(values)

    def write(self) -> None:
        """Write all, what is referred to before what refers to it."""
        for table in _TOLD_OF:
            self._insert(table, ())
        ids = self.session.append(self._events)
        for sorted_table in schema.metadata.sorted_tables:
            self._insert(sorted_table.name, ids)

    def _insert(self, table: str, ids: Sequence[int]) -> None:
        rows = self._rows.pop(table, None)
        if not rows:
            return
        session, columns = self.session, ["tenant_id", *rows[0]]
        values: list[list[Any]] = [[session.tenant.id, *row.values()] for row in rows]
        if "event_id" in columns:
            place = columns.index("event_id")
            for row in values:
                row[place] = ids[row[place]]
        if "number" in schema.metadata.tables[table].c:
            first = reserve_numbers(session.connection, session.tenant, table, len(rows))
            columns.append("number")
            for number, row in enumerate(values, first):
                row.append(number)
        insert_rows(session.connection, table, columns, values)
