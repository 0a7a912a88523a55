"""Accepted events on their way into the stream: told apart, and in the order of time."""

from __future__ import annotations

from collections.abc import Iterator

from importing.engine.master_data import PartyStore
from importing.events.rows import EventRow
from tabular.rows import repeated_key


class EventStaging(PartyStore):
    """Events of one file.

    Call in this order: `add`, `settle_repeats`, `drop_named`, `people` with `name_people`, `wares` with
    `name_wares`, then `events`.
    """

    PEOPLE = (
        "SELECT customer, min(occurred_at), NULL,"
        " max(CASE WHEN type = 'customer.registered' THEN category END) FROM happening"
        " WHERE customer IS NOT NULL GROUP BY customer ORDER BY min(occurred_at), min(row)"
    )
    """Every customer at his earliest event, with the country he was registered in."""

    WARES = (
        "SELECT product, NULL, NULL FROM happening WHERE product IS NOT NULL"
        " GROUP BY product ORDER BY min(row)"
    )
    """Every product, in the order of the file."""

    def __init__(self) -> None:
        super().__init__("happening", EventRow._fields)

    def settle_repeats(self) -> None:
        """Drop repeated source keys; rows without one that repeat all fields happened more than once."""
        named = "SELECT row FROM happening WHERE named = 1 AND row = ?"
        again, more = [], []
        for row, key, place in self.repeats():
            if self._base.execute(named, (row,)).fetchone():
                again.append(row)
            else:
                more.append((repeated_key(key, place), row))
        self.drop(again)
        self.rename(more)

    def events(self) -> Iterator[list[tuple[EventRow, str | None, str | None]]]:
        """Give every event with the ids of its customer and its product, the earliest first."""
        columns = ", ".join(f"h.{name}" for name in EventRow._fields)
        query = (
            f"SELECT {columns}, p.id, w.id FROM happening h"  # noqa: S608
            " LEFT JOIN person p ON p.name = h.customer LEFT JOIN ware w ON w.name = h.product"
            " ORDER BY h.occurred_at, h.row"
        )
        for batch in self.batches(query):
            yield [(EventRow._make(row[:-2]), *row[-2:]) for row in batch]


def event_source(key: bytes) -> str:
    r"""Name an event in the stream.

    Examples
    --------
    >>> event_source(b"\x01\x02")
    'event:0102'
    """
    return f"event:{key.hex()}"
