"""Events that other systems tell of: they enter the stream as history does, and count from when they are told.

An event that happened a while ago keeps both times: when it happened, and when the shop could know. Nothing follows
from it but its row, and the money that its type moves; what the shop itself does is done by its workflows.
"""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from commerce.records import rows, schema
from commerce.records.arguments import checked
from commerce.records.errors import RecordError, check_choice, existing
from commerce.records.instants import from_micros
from commerce.records.stream import ANNULLED, EVENT_TYPES, NewEvent, append
from commerce.records.stream.event_types import reason_code
from commerce.records.work import Work


class Tracked(NamedTuple):
    """An event of the stream; ``amount_minor`` in minor units of ``currency``."""

    id: int
    type: str
    customer_id: UUID | None
    product_id: UUID | None
    occurred_at: datetime
    recorded_at: datetime
    ingested_at: datetime
    amount_minor: int | None
    currency: str | None
    quantity: int | None
    value: int | None
    method: str | None
    category: str | None
    reason: str | None


@checked
def track(
    work: Work,
    event_type: str,
    occurred_at: int,
    *,
    customer_id: UUID | None = None,
    product_id: UUID | None = None,
    amount: int | None = None,
    quantity: int | None = None,
    value: int | None = None,
    method: str | None = None,
    category: str | None = None,
    reason: str | None = None,
    source_key: str | None = None,
) -> Tracked:
    """Take an event in, or find the one that was taken in under its key before. By who runs the shop.

    Parameters
    ----------
    event_type : str
        Of the stream, but for what takes another event back.
    occurred_at : int
        Microseconds since 1970 UTC, not to come.
    amount : int, optional
        Minor units of the tenant's currency.
    reason : str, optional
        One lower-case word.
    source_key : str, optional
        The teller's own name for it, up to 200 characters; told twice, it is kept once.

    Raises
    ------
    NotFound
    Forbidden
        "role must be one of admin, system for an event from outside; got ..."
    RecordError
        "type must be an event type of the stream; got ...", "occurred_at must not be to come; got ..." and what
        `commerce.records.stream.check` refuses
    Conflict
        "source key must be new; got ..." where two come at once
    """
    work.actor.require("an event from outside", "admin", "system")
    check_choice("type", event_type, [name for name in EVENT_TYPES if name != ANNULLED])
    if source_key is not None and not 1 <= len(source_key) <= _LONGEST:
        raise RecordError(
            f"source key must have 1 to {_LONGEST} characters; got {len(source_key)}. Shorten it."
        )
    if occurred_at > work.now:
        raise RecordError(
            f"occurred_at must not be to come; got {from_micros(occurred_at)}. Tell of it when it has happened."
        )
    key = f"tracked:{source_key or work.new_id().hex}"
    known = rows.first(work, schema.event, source_key=key)
    if known is not None:
        return rows.shown(Tracked, known)
    if customer_id is not None:
        rows.find(work, schema.customer, customer_id)
    if product_id is not None:
        rows.find(work, schema.product, product_id)
    new = NewEvent(
        type=event_type,
        occurred_at=occurred_at,
        recorded_at=work.recorded_at,
        source_key=key,
        customer_id=customer_id,
        actor_id=work.actor.author,
        product_id=product_id,
        amount_minor=amount,
        currency=None if amount is None else work.tenant.currency,
        base_minor=amount,
        quantity=quantity,
        value=value,
        method=method,
        category=category,
        reason=None if reason is None else reason_code(reason),
    )
    with rows.unique("source key", source_key):
        append(work.connection, work.tenant, [new], ingested_at=work.now)
    kept = existing(rows.first(work, schema.event, source_key=key), "event", source_key)
    return rows.shown(Tracked, kept)


@checked
def list_events(
    work: Work,
    *,
    customer_id: UUID | None = None,
    event_type: str | None = None,
    ordering: str | None = None,
    limit: int = 100,
    offset: int = 0,
) -> rows.Part[Tracked]:
    """List events of the stream; for who runs the shop.

    Parameters
    ----------
    ordering : str, optional
        ``recorded_at`` (the last first by default) or ``occurred_at``, ``-`` before it for the other direction.

    Raises
    ------
    NotFound, Forbidden
    RecordError
        "ordering must be one of recorded_at, ...; got ..." or "type must be one of ...; got ..."
    """
    work.actor.require("the stream of events", "admin", "system")
    if customer_id is not None:
        rows.find(work, schema.customer, customer_id)
    if event_type is not None:
        check_choice("type", event_type, EVENT_TYPES)
    event = schema.event
    wanted = rows.asked(event, customer_id=customer_id, type=event_type)
    order = rows.ordered(event, ordering or "-recorded_at", "recorded_at", "occurred_at", "id")
    return rows.part(work, Tracked, event, *wanted, order=order, limit=limit, offset=offset)


_LONGEST = 200
