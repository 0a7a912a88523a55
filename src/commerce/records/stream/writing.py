"""Appending to the activity stream, under its contract and with the money it moves."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from functools import cache
from operator import attrgetter
from typing import NamedTuple

from sqlalchemy import Connection

from commerce.records.bulk import as_document, insert_rows, inserting, reserve_ids
from commerce.records.errors import RecordError, are_texts, are_whole, check_text, check_whole
from commerce.records.instants import from_micros
from commerce.records.ledger import Transfer, post
from commerce.records.prepared import execute
from commerce.records.stream.event_types import EVENT_TYPES, crossing
from commerce.records.tenants import Tenant
from tabular.errors import did_you_mean


class NewEvent(NamedTuple):
    """A row of the stream about to be appended; its id is given by the stream.

    It says all that is kept of an event: importers and simulations write it whole, and
    `commerce.records.machine.fire` makes it of an `commerce.records.machine.EventDraft`, which leaves out who
    acted, when, and in whose transaction. Instants are microseconds since 1970 UTC, amounts minor units.
    ``source_key`` is unique per tenant: it makes appending the same source twice impossible.
    """

    type: str
    occurred_at: int
    recorded_at: int
    source_key: str
    customer_id: uuid.UUID | None = None
    actor_id: uuid.UUID | None = None
    seller_id: uuid.UUID | None = None
    product_id: uuid.UUID | None = None
    aggregate_type: str | None = None
    aggregate_id: str | None = None
    due_at: int | None = None
    amount_minor: int | None = None
    currency: str | None = None
    base_minor: int | None = None
    quantity: int | None = None
    value: int | None = None
    method: str | None = None
    category: str | None = None
    reason: str | None = None


def append(
    connection: Connection, tenant: Tenant, events: Sequence[NewEvent], *, ingested_at: int
) -> Sequence[int]:
    """Append history, and post the money that it moves: from the world to the shop's sales, or back.

    What is paid from a wallet crosses no border. For what is brought in whole: imports, simulations. What
    happens here and now goes through `commerce.records.machine.fire`. History is not announced: the outbox gets
    none of it.

    Parameters
    ----------
    connection : Connection
        Inside a writing transaction.
    events : sequence of NewEvent
        In the order they are to stand in.
    ingested_at : int
        Wall time, microseconds since 1970 UTC.

    Returns
    -------
    sequence of int
        The ids given, one per event, rising.

    Raises
    ------
    RecordError
        "event must ...; got ..." for an event type or a column the stream does not allow.
    """
    ids = _insert(connection, tenant, events, ingested_at)
    post(
        connection,
        tenant,
        [
            (number, Transfer(str(event.currency), *accounts, event.amount_minor))
            for number, event in zip(ids, events, strict=True)
            if (accounts := crossing(event.type, event.category)) is not None
            and event.amount_minor
            and event.method != "wallet"
        ],
    )
    return ids


def emit(
    connection: Connection, tenant: Tenant, events: Sequence[NewEvent], *, ingested_at: int
) -> Sequence[int]:
    """Append what happens now, and put it in the outbox; `commerce.records.machine.fire` alone does so.

    Parameters and errors are those of `append`; nothing is posted.
    """
    if connection.dialect.name == "postgresql":
        return _emit_on_postgres(connection, tenant, events, ingested_at)
    ids = _insert(connection, tenant, events, ingested_at)
    insert_rows(
        connection, "outbox", ("tenant_id", "event_id"), [(tenant.id, number) for number in ids]
    )
    return ids


def _emit_on_postgres(
    connection: Connection, tenant: Tenant, events: Sequence[NewEvent], ingested_at: int
) -> Sequence[int]:
    """Write events and their place in the outbox on one way to the server and back."""
    _check_all(events)
    given = as_document(_COLUMNS[1:], [(tenant.id, ingested_at, *event) for event in events])
    return sorted(number for (number,) in execute(connection, _emitting(), given).fetchall())


@cache
def _emitting() -> str:
    """Compose the statement that writes events and their rows of the outbox."""
    return " ".join(
        (
            "WITH emitted AS (",
            inserting("event", _COLUMNS[1:]),
            "RETURNING tenant_id, id)",
            "INSERT INTO outbox (tenant_id, event_id) SELECT tenant_id, id FROM emitted",
            "RETURNING event_id",
        )
    )


def _insert(
    connection: Connection, tenant: Tenant, events: Sequence[NewEvent], ingested_at: int
) -> Sequence[int]:
    if not events:
        return ()
    _check_all(events)
    ids = reserve_ids(connection, "event", len(events))
    insert_rows(
        connection,
        "event",
        _COLUMNS,
        [
            (number, tenant.id, ingested_at, *event)
            for number, event in zip(ids, events, strict=True)
        ],
    )
    return ids


_COLUMNS = ("id", "tenant_id", "ingested_at", *NewEvent._fields)


_NUMBERS = ("quantity", "value", "amount_minor", "base_minor", "due_at")
_TEXTS = ("method", "category", "reason", "source_key", "aggregate_id")
_numbers_of, _texts_of = attrgetter(*_NUMBERS), attrgetter(*_TEXTS)


def _check_all(events: Sequence[NewEvent]) -> None:
    """Refuse the first event that breaks the contract; numbers and texts are looked at singly if some are amiss."""
    numbers = [one for event in events for one in _numbers_of(event) if one is not None]
    texts = [one for event in events for one in _texts_of(event) if one is not None]
    sound = are_whole(numbers) and are_texts(texts)
    for event in events:
        check(event, values=not sound)


def check(event: NewEvent, *, values: bool = True) -> None:
    """Refuse an event that breaks the contract of the stream.

    Parameters
    ----------
    values : bool, default True
        Whether its numbers and texts are still to be looked at one by one.

    Raises
    ------
    RecordError
        "event must ...; got ..."
    """
    event_type = EVENT_TYPES.get(event.type)
    if event_type is None:
        raise RecordError(
            f"event type must be one of the stream's; got {event.type!r}."
            f" {did_you_mean(event.type, EVENT_TYPES)}"
        )
    if event_type.about_customer and event.customer_id is None:
        raise RecordError(f"{event.type} must be about a customer; got none. Name the customer.")
    for column in event_type.carries:
        if getattr(event, column) is None:
            raise RecordError(f"{event.type} must carry {column}; got none. Fill it in.")
    if values:
        _check_values(event)
    if event.amount_minor is not None:
        if event.amount_minor < 0:
            raise RecordError(
                f"{event.type} amount must not be negative; got {event.amount_minor}."
                " The type of an event gives the direction."
            )
        if event.currency is None or event.base_minor is None:
            raise RecordError(
                f"{event.type} amount must have a currency and a base amount;"
                f" got {event.currency!r} and {event.base_minor!r}. Give both."
            )
    if event.recorded_at < event.occurred_at:
        raise RecordError(
            f"recorded_at must not be before occurred_at; got {from_micros(event.recorded_at)}"
            f" before {from_micros(event.occurred_at)}. Correct the row."
        )


def _check_values(event: NewEvent) -> None:
    """Refuse what no database keeps."""
    for column in _NUMBERS:
        if (number := getattr(event, column)) is not None:
            check_whole(f"{event.type} {column}", number)
    for column in _TEXTS:
        if (text := getattr(event, column)) is not None:
            check_text(f"{event.type} {column}", text)
