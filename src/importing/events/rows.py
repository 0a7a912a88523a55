"""One row of a file as one event of the stream, or the reason why it is none."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

from commerce.records.errors import RecordError
from commerce.records.stream import ANNULLED, EVENT_TYPES, NewEvent, check
from importing.engine.identity import line_key
from importing.engine.money_rows import MoneyReader
from tabular.errors import Refused, did_you_mean
from tabular.rows import LIMIT
from tabular.times import TimeReader

EVENT_COLUMNS: Final[Mapping[str, tuple[str, ...]]] = {
    "type": (),
    "customer": ("customer_id",),
    "occurred_at": (),
    "recorded_at": (),
    "due_at": (),
    "amount": (),
    "amount_minor": (),
    "currency": (),
    "quantity": (),
    "value": (),
    "method": (),
    "category": (),
    "reason": (),
    "aggregate_type": (),
    "aggregate_id": (),
    "product": ("product_id",),
    "seller": ("seller_id",),
    "source_key": (),
}
"""Columns of a file of events, each with its other names. ``amount`` is in major units (19.99),
``amount_minor`` in minor units (1999); a file has one of them. Customer, product and seller are the shop's own
ids; customers and products that are there may be named by our UUID or ``number:17`` too."""

REQUIRED: Final = ("type", "occurred_at")
"""Columns that no file of events can do without."""

_SOMEBODY = uuid.UUID(int=0)


class EventRow(NamedTuple):
    """An event of the file, from its reading to its writing; instants are microseconds, amounts minor units."""

    key: bytes
    """Stands for the row: its source key, else all of its fields."""
    named: int
    """1 where the row has a source key."""
    type: str
    occurred_at: int
    recorded_at: int | None
    due_at: int | None
    customer: str | None
    product: str | None
    seller: str | None
    aggregate_type: str | None
    aggregate_id: str | None
    amount_minor: int | None
    quantity: int | None
    value: int | None
    method: str | None
    category: str | None
    reason: str | None
    customer_id: str | None = None
    product_id: str | None = None
    """`customer_id`, `product_id`: 32 hexadecimal digits; None until staging gives the row back."""


class EventReader(MoneyReader):
    """Reads rows into events.

    Parameters
    ----------
    places : mapping of str to int
        Where each of `EVENT_COLUMNS` stands.
    **conventions
        As of `MoneyReader`; its times are of what has happened.
    """

    def __init__(self, places: Mapping[str, int], *, due: TimeReader, **conventions: Any) -> None:
        super().__init__(**conventions)
        self._places = places
        self._due = due

    def __call__(self, cells: list[str]) -> EventRow:
        """Read one row.

        Raises
        ------
        Refused
            With a reason and a sentence for the rejects file.
        """
        self.check_width(cells)
        said = {name: cells[place].strip() or None for name, place in self._places.items()}
        kind = said["type"] or ""
        if kind not in EVENT_TYPES or kind == ANNULLED:  # what is undone here, no file says
            raise Refused(
                "unknown type",
                f"type must be an event type of the stream; got {kind!r}. {did_you_mean(kind, EVENT_TYPES)}",
                is_word=True,
            )
        customer = said.get("customer")
        if EVENT_TYPES[kind].about_customer and customer is None:
            raise Refused("no customer", f"{kind} must name a customer; got a blank cell.")
        occurred = self.instant(
            "occurred_at",
            self.given("occurred_at", said["occurred_at"], "no time"),
            "no time",
            beside=self.beside(cells),
        )
        zone = self.beside(cells, clock=False)
        recorded = self._instant("recorded_at", said.get("recorded_at"), zone)
        if recorded is not None and recorded < occurred:
            raise Refused(
                "recorded before occurred",
                f"recorded_at must not be before occurred_at; got {said['recorded_at']!r}"
                f" before {said['occurred_at']!r}.",
            )
        source = said.get("source_key")
        row = EventRow(
            key=line_key([source] if source else cells),
            named=int(source is not None),
            type=kind,
            occurred_at=occurred,
            recorded_at=recorded,
            due_at=self._instant("due_at", said.get("due_at"), zone),
            customer=self.identifier("customer", customer) if customer else None,
            product=said.get("product"),
            seller=said.get("seller"),
            aggregate_type=said.get("aggregate_type"),
            aggregate_id=said.get("aggregate_id"),
            amount_minor=self._amount(said),
            quantity=self._count("quantity", said.get("quantity")),
            value=self._count("value", said.get("value"), least=1 - LIMIT),
            method=said.get("method"),
            category=said.get("category"),
            reason=said.get("reason"),
        )
        try:
            check(
                new_event(
                    row,
                    currency=self._currency,
                    recorded_at=recorded or occurred,
                    customer_id=_SOMEBODY if row.customer else None,
                )
            )
        except RecordError as error:
            raise Refused("incomplete", str(error)) from error
        return row

    def _instant(self, name: str, text: str | None, zone: Sequence[str | None]) -> int | None:
        if text is None:
            return None
        return self.instant(name, text, "no time", self._due if name == "due_at" else None, zone)

    def _amount(self, said: Mapping[str, str | None]) -> int | None:
        major, minor = said.get("amount"), said.get("amount_minor")
        if major is None and minor is None:
            return None
        code = said.get("currency")
        if code is None:
            raise Refused(
                "no currency", f"amount must have a currency; got {major or minor!r} alone."
            )
        self.check_currency(code)
        if major is None:
            return self._count("amount_minor", minor)
        return self.money("amount", major)

    def _count(self, name: str, text: str | None, least: int = 0) -> int | None:
        return None if text is None else self.whole(name, text, least)


def new_event(
    row: EventRow,
    *,
    currency: str,
    recorded_at: int,
    source_key: str = "",
    customer_id: uuid.UUID | None = None,
    product_id: uuid.UUID | None = None,
    seller_id: uuid.UUID | None = None,
) -> NewEvent:
    """Give the event of a row, its names replaced by ids."""
    return NewEvent(
        type=row.type,
        occurred_at=row.occurred_at,
        recorded_at=recorded_at,
        source_key=source_key,
        customer_id=customer_id,
        seller_id=seller_id,
        product_id=product_id,
        aggregate_type=row.aggregate_type,
        aggregate_id=row.aggregate_id,
        due_at=row.due_at,
        amount_minor=row.amount_minor,
        currency=None if row.amount_minor is None else currency,
        base_minor=row.amount_minor,
        quantity=row.quantity,
        value=row.value,
        method=row.method,
        category=row.category,
        reason=row.reason,
    )
