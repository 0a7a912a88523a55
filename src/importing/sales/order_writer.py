"""Writing orders: the rows and events of what was placed, line by line, and of what became of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from commerce.records.stream import NewEvent
from importing.engine.identity import uuid_of
from importing.engine.session import ImportSession
from importing.sales.lines import Line
from importing.sales.order import Order
from importing.sales.statuses import CAPTURED


def write_orders(session: ImportSession, orders: Sequence[Order]) -> None:
    """Write whole orders: rows, events, payments and postings, in the session's transaction."""
    for order in orders:
        _keep(session, order)
        for event in _events(session, order):
            session.emit(event, order.payment_id if event.aggregate_type == "payment" else None)
    session.written["orders"] += len(orders)
    session.written["lines"] += sum(map(len, orders))


def _keep(session: ImportSession, order: Order) -> None:
    """Keep the rows of an order, of its lines, and of the payment that captures them."""
    currency = session.tenant.currency
    session.keep(
        "orders",
        id=order.id,
        external_id=order.external_id,
        customer_id=order.customer_id,
        status=order.status,
        total_minor=order.total,
        currency=currency,
        placed_at=order.at,
    )
    for position, line in enumerate(order.lines, 1):
        session.keep(
            "order_line",
            order_id=order.id,
            position=position,
            product_id=uuid_of(line.product_id),
            quantity=line.quantity,
            returned_quantity=line.quantity if line.state == "returned" else 0,
            unit_price=line.price,
            amount_minor=line.amount,
        )
    arrived = order.captured is not None
    if arrived or order.failed is not None:
        session.keep(
            "payment",
            id=order.payment_id,
            order_id=order.id,
            customer_id=order.customer_id,
            method=order.method,
            status="succeeded" if arrived else "requires_payment_method",
            amount_minor=order.captured if arrived else order.failed,
            currency=currency,
            created_at=order.at,
        )


def _events(session: ImportSession, order: Order) -> Iterator[NewEvent]:
    """Make an order's events: that it was placed, then what became of it."""
    first, whose = order.lines[0], {False: order.id.hex, True: order.payment_id.hex}

    def event(
        kind: str,
        amount: int | None,
        at: int,
        known: int | None,
        line: Line = first,
        **more: Any,
    ) -> NewEvent:
        payment = kind.startswith("payment.")
        # not by `ImportSession.event`: it is the one event of which there are hundreds of thousands
        return NewEvent(
            type=kind,
            occurred_at=at,
            recorded_at=session.recorded(at, known),
            source_key=f"{kind.partition('.')[2]}:{line.stamp}",
            customer_id=order.customer_id,
            aggregate_type="payment" if payment else "order",
            aggregate_id=whose[payment],
            amount_minor=amount,
            currency=None if amount is None else session.tenant.currency,
            base_minor=amount,
            **more,
        )

    placed = (order.at, order.known_at)
    settled = (order.settled_at, None)
    units = sum(line.quantity for line in order.lines)
    yield event("order.placed", order.total, *placed, quantity=units, value=len(order))
    for line in order.lines:
        items: dict[str, Any] = {"product_id": uuid_of(line.product_id), "quantity": line.quantity}
        yield event("order.line", line.amount, order.at, line.recorded, line, **items)
    captured, method = order.captured, order.method
    if captured is not None:
        yield event("payment.captured", captured, *placed, method=method)
    if order.failed is not None:
        yield event("payment.failed", order.failed, *settled, method=method)
    if captured is not None and order.states <= CAPTURED | {"cancelled"}:
        yield event("order.paid", captured, *placed, method=method)
    if order.status == "completed":
        yield event("order.completed", captured, *settled)
    if order.status == "cancelled":
        yield event("order.cancelled", order.total, *settled)
    for line in order.lines:
        if line.state == "returned":
            back = (order.settled(line), None)
            items = {"product_id": uuid_of(line.product_id), "quantity": line.quantity}
            yield event("order.returned", line.amount, *back, line, **items)
            yield event("payment.refunded", line.amount, *back, line, method=method)
