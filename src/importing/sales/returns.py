"""Writing returns, each tied to the purchase it most likely undoes.

A return belongs to the latest earlier purchase by the same customer of the same product with enough
quantity that has not come back yet, from whatever import; without one it stands alone. The money goes back
in either case.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from sqlalchemy import BigInteger, bindparam, select, type_coerce, update

from commerce.records import schema
from commerce.records.sql import hexadecimal, pages
from importing.engine.identity import uuid_of
from importing.engine.session import ImportSession
from importing.sales.lines import Line


@dataclass(kw_only=True)
class _Purchase:
    """A line of an earlier order, and how much of it is still with the customer."""

    at: int
    order_id: uuid.UUID
    position: int
    left: int


_Purchases = dict[tuple[str, str], list[_Purchase]]


def write_returns(session: ImportSession, lines: Sequence[Line]) -> None:
    """Write returns, in the order given: by customer, then time.

    Parameters
    ----------
    lines : sequence of Line
        Returns only.
    """
    bought = _purchases(session, lines)
    matches = [_match(bought, line) for line in lines]
    payments = _payments(session, {match.order_id for match in matches if match is not None})
    for line, match in zip(lines, matches, strict=True):
        _emit(session, line, match, None if match is None else payments.get(match.order_id))
    back = [(line, match) for line, match in zip(lines, matches, strict=True) if match is not None]
    if back:
        table = schema.order_line
        session.connection.execute(
            update(table)
            .where(
                table.c.tenant_id == session.tenant.id,
                table.c.order_id == bindparam("order"),
                table.c.position == bindparam("place"),
            )
            .values(returned_quantity=table.c.returned_quantity + bindparam("more")),
            [
                {"order": match.order_id, "place": match.position, "more": line.quantity}
                for line, match in back
            ],
        )
    session.written["lines"] += len(lines)


def _purchases(session: ImportSession, lines: Sequence[Line]) -> _Purchases:
    """Fetch what the customers of some returns bought of the products they returned."""
    wanted = {
        (line.customer_id, line.product_id)
        for line in lines
        if line.customer_id is not None and line.product_id is not None
    }
    bought: _Purchases = defaultdict(list)
    orders, table = schema.orders, schema.order_line
    for page in pages(sorted({customer for customer, _ in wanted})):
        rows = session.connection.execute(
            select(
                hexadecimal(orders.c.customer_id),
                hexadecimal(table.c.product_id),
                type_coerce(orders.c.placed_at, BigInteger),
                hexadecimal(orders.c.id),
                table.c.position,
                table.c.quantity - table.c.returned_quantity,
            )
            .join_from(
                orders,
                table,
                (table.c.tenant_id == orders.c.tenant_id) & (table.c.order_id == orders.c.id),
            )
            .where(
                orders.c.tenant_id == session.tenant.id,
                orders.c.customer_id.in_([uuid.UUID(customer) for customer in page]),
                orders.c.status != "cancelled",
                table.c.quantity > table.c.returned_quantity,
            )
            .order_by(orders.c.placed_at, orders.c.number, table.c.position)
        )
        for customer, product, at, order, position, left in rows:
            if (customer, product) in wanted:
                bought[customer, product].append(
                    _Purchase(at=at, order_id=uuid.UUID(order), position=position, left=left)
                )
    return bought


def _match(bought: _Purchases, line: Line) -> _Purchase | None:
    """Take a return's quantity from the latest earlier purchase that has it."""
    if line.customer_id is None or line.product_id is None:
        return None
    for purchase in reversed(bought.get((line.customer_id, line.product_id), [])):
        if purchase.at < line.at and purchase.left >= line.quantity:
            purchase.left -= line.quantity
            return purchase
    return None


def _payments(session: ImportSession, orders: set[uuid.UUID]) -> dict[uuid.UUID, uuid.UUID]:
    """Find the payment of each order that is refunded: its latest."""
    payment = schema.payment
    found: dict[uuid.UUID, uuid.UUID] = {}
    for page in pages(sorted(str(order) for order in orders)):
        rows = session.connection.execute(
            select(payment.c.order_id, payment.c.id)
            .where(
                payment.c.tenant_id == session.tenant.id,
                payment.c.order_id.in_([uuid.UUID(order) for order in page]),
                payment.c.status == "succeeded",
            )
            .order_by(payment.c.created_at, payment.c.id)
        )
        found.update((order, number) for order, number in rows)
    return found


def _emit(
    session: ImportSession, line: Line, match: _Purchase | None, payment: uuid.UUID | None
) -> None:
    """Emit a return and its refund, at the return's own time."""
    alone = session.id_of("return", line.basket).hex
    event = partial(
        session.event,
        at=line.at,
        amount=line.amount,
        known=line.recorded,
        customer_id=uuid_of(line.customer_id),
    )
    session.emit(
        event(
            "order.returned",
            source_key=f"line:{line.stamp}",
            product_id=uuid_of(line.product_id),
            aggregate_type="return" if match is None else "order",
            aggregate_id=alone if match is None else match.order_id.hex,
            quantity=line.quantity,
        )
    )
    session.emit(
        event(
            "payment.refunded",
            source_key=f"refunded:{line.stamp}",
            aggregate_type="return" if payment is None else "payment",
            aggregate_id=alone if payment is None else payment.hex,
            method=line.method,
        ),
        payment,
    )
