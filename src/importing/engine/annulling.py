"""Taking back what history brought in: counter-events, and the records that they move.

An event is never removed. A counter-event of type ``event.annulled`` says from when on it counts no more, and a
backfill that it counts from no instant before: features as of earlier ones do not see it either, and what was computed
from it comes out the same by the backfills that were known then. What the event had moved in the ledger is moved back,
and the record that it made comes to its end: an order is cancelled, an item unsold, a review gone, and a payment keeps
no money. An order that it had completed or cancelled, and that stays, is placed again. An order and an auction give
back the name by which the shop knows them, so that it may come in anew.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row, bindparam, or_, select, update

from commerce.records import schema
from commerce.records.annulment import annulling_key
from commerce.records.bulk import insert_rows
from commerce.records.instants import to_micros
from commerce.records.machine import follow
from commerce.records.moves import Machine
from commerce.records.sql import pages
from commerce.records.states import AUCTION, ORDER, PAYMENT, REVIEW
from commerce.records.stream import ANNULLED, NewEvent, append
from commerce.records.stream.backfills import backfill
from commerce.records.tenants import Tenant

_PAGE = 5_000
_ENDED: Mapping[str, Machine] = {
    "order.placed": ORDER,
    "payment.captured": PAYMENT,
    "payment.failed": PAYMENT,
    "auction.sold": AUCTION,
    "auction.unsold": AUCTION,
    "review.posted": REVIEW,
}
"""Events that made a record, or all that there is of it: with them it ends."""
_SETTLING = ("order.completed", "order.cancelled")
_FIRST = "customer.registered"
_AGAIN = ["tenant_id", "payment_id", "event_id", "type", "amount_minor", "occurred_at", "reference"]
_NAMED = ("orders", "auction")
"""Tables whose records give back their names."""

_event = schema.event
_Ended = Mapping[str, int]
"""Records by their 32 hexadecimal digits, each with its counter-event."""


def annul(
    connection: Connection,
    tenant: Tenant,
    spans: Sequence[tuple[int, int]],
    *,
    at: int,
    ingested_at: int,
    records: bool,
    spared: Collection[uuid.UUID],
) -> int:
    """Take back all events of some spans of ids, and give how many there were.

    Parameters
    ----------
    connection : Connection
        Inside a writing transaction, in which nobody else writes to the tenant.
    spans : sequence of (int, int)
        First and last id, of which all are the tenant's; none is taken back yet.
    at, ingested_at : int
        When they cease to count, and wall time; microseconds since 1970 UTC.
    records : bool
        Whether the events made the records that they are about, which then come to their end.
    spared : collection of UUID
        Customers whose registration stays.
    """
    count, orders, settled = 0, dict[str, int](), dict[str, int]()
    gone: list[tuple[int, int]] = []
    for page in _pages(connection, tenant, spans):
        rows = [row for row in page if row.type != _FIRST or row.customer_id not in spared]
        drafts = [_counter_event(row, at) for row in rows]
        ids = append(connection, tenant, drafts, ingested_at=ingested_at)
        count += len(ids)
        gone += [(row.id, max(at, to_micros(row.occurred_at))) for row in rows]
        given = {row.id: number for row, number in zip(rows, ids, strict=True)}
        _repeat_payments(connection, tenant, rows, given, at)
        if not records:
            continue
        ended: dict[str, dict[str, int]] = defaultdict(dict)
        for row in rows:
            if row.type in _SETTLING and _is_id(row.aggregate_id):
                settled[row.aggregate_id] = given[row.id]
            if (machine := _ENDED.get(row.type)) is not None and _is_id(row.aggregate_id):
                ended[machine.kind][row.aggregate_id] = given[row.id]
                if machine is ORDER:
                    orders[row.aggregate_id] = row.id
        for machine in {machine.kind: machine for machine in _ENDED.values()}.values():
            if ended[machine.kind]:
                _end(connection, tenant, machine, ended[machine.kind])
    _end_payments(connection, tenant, orders, at, ingested_at)
    for order, number in settled.items():
        if order not in orders:
            follow(connection, tenant, ORDER, uuid.UUID(order), ANNULLED, number, to="placed")
    backfill(connection, tenant, gone)
    return count


def _pages(
    connection: Connection, tenant: Tenant, spans: Sequence[tuple[int, int]]
) -> Iterator[Sequence[Row[Any]]]:
    """Read the events of some spans, a page at a time."""
    for first, last in spans:
        for start in range(first, last + 1, _PAGE):
            end = min(last, start + _PAGE - 1)
            query = select(_event).where(
                _event.c.tenant_id == tenant.id, _event.c.id.between(start, end)
            )
            yield connection.execute(query.order_by(_event.c.id)).all()


def _counter_event(row: Row[Any], at: int) -> NewEvent:
    return NewEvent(
        type=ANNULLED,
        occurred_at=at,
        recorded_at=at,
        source_key=annulling_key(row.id),
        customer_id=row.customer_id,
        seller_id=row.seller_id,
        product_id=row.product_id,
        aggregate_type=row.aggregate_type,
        aggregate_id=row.aggregate_id,
        amount_minor=row.amount_minor,
        currency=row.currency,
        base_minor=row.base_minor,
        value=row.id,
        method=row.method,
        category=row.type,
    )


def _is_id(text: str | None) -> bool:
    """Tell a record's own id from a name that a file gave it."""
    return text is not None and len(text) == 32 and set(text) <= set("0123456789abcdef")


def _repeat_payments(
    connection: Connection,
    tenant: Tenant,
    rows: Sequence[Row[Any]],
    given: Mapping[int, int],
    at: int,
) -> None:
    """Count what was taken back in its payment, too."""
    table, money = schema.payment_event, [row.id for row in rows if row.aggregate_type == "payment"]
    for page in pages(money):
        found = connection.execute(
            select(table.c.payment_id, table.c.event_id, table.c.amount_minor, table.c.type).where(
                table.c.tenant_id == tenant.id, table.c.event_id.in_(page)
            )
        )
        rows_again = [
            (tenant.id, payment, given[event], ANNULLED, amount, at, f"{kind}/{event}")
            for payment, event, amount, kind in found
        ]
        insert_rows(connection, table.name, _AGAIN, rows_again)


def _end(connection: Connection, tenant: Tenant, machine: Machine, ended: _Ended) -> None:
    """Bring records to their end, each by its counter-event."""
    assert machine.table is not None, "what ends has a status"
    table, move = schema.metadata.tables[machine.table], machine.moves[ANNULLED]
    if machine is REVIEW:
        _take_stars(connection, tenant, ended)
    end = move.targets[0]
    values: dict[str, Any] = {"status": end, "event_id": bindparam("event")}
    if table.name in _NAMED:
        values["external_id"] = None
    # by status one by one, as a list cannot be bound in many statements; what ended before, by an event of its own, too
    there = or_(*(table.c.status == each for each in dict.fromkeys((*move.sources, end))))
    key = (table.c.tenant_id == tenant.id, table.c.id == bindparam("record"))
    connection.execute(
        update(table).where(*key, there).values(values),
        [{"record": uuid.UUID(record), "event": number} for record, number in ended.items()],
    )


def _take_stars(connection: Connection, tenant: Tenant, ended: _Ended) -> None:
    """Take the stars of reviews that end from their products."""
    review, product, records = schema.review, schema.product, [uuid.UUID(each) for each in ended]
    for page in pages(records):
        found = connection.execute(
            select(review.c.product_id, review.c.stars).where(
                review.c.tenant_id == tenant.id,
                review.c.status == "posted",
                review.c.id.in_(page),
            )
        ).all()
        if found:
            connection.execute(
                update(product)
                .where(product.c.tenant_id == tenant.id, product.c.id == bindparam("product"))
                .values(
                    ratings_count=product.c.ratings_count - 1,
                    ratings_sum=product.c.ratings_sum - bindparam("taken"),
                ),
                [{"product": row.product_id, "taken": row.stars} for row in found],
            )


def _end_payments(
    connection: Connection, tenant: Tenant, orders: Mapping[str, int], at: int, ingested_at: int
) -> None:
    """End the payments of orders that ended, of which nothing has been told: no event made them."""
    payment, records = schema.payment, [uuid.UUID(each) for each in orders]
    for page in pages(records):
        found = connection.execute(
            select(payment.c.id, payment.c.order_id, payment.c.customer_id).where(
                payment.c.tenant_id == tenant.id,
                payment.c.status.in_(PAYMENT.moves[ANNULLED].sources),
                payment.c.order_id.in_(page),
            )
        ).all()
        drafts = [
            NewEvent(
                type=ANNULLED,
                occurred_at=at,
                recorded_at=at,
                source_key=annulling_key(row.id.hex),
                customer_id=row.customer_id,
                aggregate_type=PAYMENT.kind,
                aggregate_id=row.id.hex,
                value=orders[row.order_id.hex],
                category="order.placed",
            )
            for row in found
        ]
        ids = append(connection, tenant, drafts, ingested_at=ingested_at)
        ended = {row.id.hex: number for row, number in zip(found, ids, strict=True)}
        if ended:
            _end(connection, tenant, PAYMENT, ended)
