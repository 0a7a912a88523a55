"""Events of one file between reading and writing: told apart, and put in the order of time."""

from __future__ import annotations

from collections.abc import Iterator

from importing.engine.identity import repeated_key
from importing.engine.staging import Staging, staged
from importing.engine.summary import Content
from importing.events.rows import EventRow


class EventStaging(Staging):
    """Events of one file.

    Call in this order: `stage`, `settle_repeats`, `drop_written`,
    `importing.engine.master_data.write_master_data`, then `events`.
    """

    CUSTOMERS = (
        "SELECT customer, min(occurred_at), NULL,"
        " max(CASE WHEN type = 'customer.registered' THEN category END) FROM event_row"
        " WHERE customer IS NOT NULL GROUP BY customer ORDER BY min(occurred_at), min(row)"
    )
    """Every customer at his earliest event, with the country he was registered in."""

    PRODUCTS = (
        "SELECT product, NULL, NULL FROM event_row WHERE product IS NOT NULL"
        " GROUP BY product ORDER BY min(row)"
    )
    """Every product, in the order of the file."""

    def __init__(self) -> None:
        super().__init__("event_row", EventRow)

    def content(self) -> Content | None:
        """Say what the events hold, known ones among them: their sales are orders placed, less returned."""
        return self.held(
            "event_row",
            at="occurred_at",
            amount="CASE type WHEN 'order.placed' THEN amount_minor WHEN 'order.returned' THEN -amount_minor END",
        )

    def settle_repeats(self) -> None:
        """Drop repeated source keys; rows without one that repeat all fields happened more than once."""
        named = "SELECT row FROM event_row WHERE named = 1 AND row = ?"
        again, more = [], []
        for row, key, place in self.repeats():
            if self._base.execute(named, (row,)).fetchone():
                again.append(row)
            else:
                more.append((repeated_key(key, place), row))
        self.drop(again)
        self.rename(more)

    def sources(self) -> Iterator[tuple[str, int | None]]:
        """Give the source key of each event, and when it was recorded, if the file says so."""
        for key, known in self._base.execute("SELECT key, recorded_at FROM event_row"):
            yield event_source(key), known

    def events(self) -> Iterator[list[EventRow]]:
        """Give every event, the earliest first, some at a time."""
        return self.each(
            EventRow,
            f"SELECT {staged(EventRow, 'e')}, c.id, p.id FROM event_row e"  # noqa: S608
            " LEFT JOIN customer_ids c ON c.name = e.customer"
            " LEFT JOIN product_ids p ON p.name = e.product ORDER BY e.occurred_at, e.row",
        )


def event_source(key: bytes) -> str:
    r"""Name an event in the stream.

    Examples
    --------
    >>> event_source(b"\x01\x02")
    'event:0102'
    """
    return f"event:{key.hex()}"
