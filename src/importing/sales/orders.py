"""Orders of a file: what was placed, line by line, and what became of it.

Without a status every line is paid in full when it is placed. An order that the records hold already gets
its new lines and what was captured for them; it is not placed a second time.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from sqlalchemy import BigInteger, Connection, bindparam, func, select, type_coerce, update

from commerce.records import schema
from commerce.records.tenants import Tenant
from importing.engine.bundle import Bundle
from importing.engine.writing import ImportSession, pages
from importing.sales.order_events import ImportedOrder, events_of, uuid_of
from importing.sales.staging import KnownOrder, SaleLine, stamp_of


def known_orders(
    connection: Connection, tenant: Tenant, ids: dict[str, uuid.UUID]
) -> list[KnownOrder]:
    """Find the baskets of which the records hold an order.

    Parameters
    ----------
    connection : Connection
    tenant : Tenant
    ids : dict of str to UUID
        Baskets, and the ids their orders would be given. Orders with an external id are found by it.
    """
    orders, line, customer = schema.orders, schema.order_line, schema.customer
    by_name = {external_id(basket): basket for basket in ids if external_id(basket) is not None}
    by_id = {str(order): basket for basket, order in ids.items() if external_id(basket) is None}
    positions = (
        select(func.coalesce(func.max(line.c.position), 0))
        .where(line.c.tenant_id == tenant.id, line.c.order_id == orders.c.id)
        .scalar_subquery()
    )
    query = (
        select(
            orders.c.id,
            orders.c.external_id,
            customer.c.external_id,
            orders.c.customer_id,
            type_coerce(orders.c.placed_at, BigInteger),
            positions,
        )
        .select_from(orders)
        .outerjoin(
            customer,
            (customer.c.tenant_id == orders.c.tenant_id) & (customer.c.id == orders.c.customer_id),
        )
        .where(orders.c.tenant_id == tenant.id)
    )
    rows: list[Any] = []
    for page in pages([name for name in by_name if name is not None]):
        rows += connection.execute(query.where(orders.c.external_id.in_(page)))
    for page in pages(list(by_id)):
        rows += connection.execute(query.where(orders.c.id.in_([uuid.UUID(one) for one in page])))
    return [
        KnownOrder(
            basket=by_name[name] if name in by_name else by_id[str(order)],
            order_id=order.hex,
            owner=owner,
            owner_id=None if owner_id is None else owner_id.hex,
            placed_at=placed_at,
            positions=count,
        )
        for order, name, owner, owner_id, placed_at, count in rows
    ]


def external_id(basket: str) -> str | None:
    r"""Give the order id of a basket; None where the file has none.

    Examples
    --------
    >>> external_id("order\x1f536365"), external_id("time\x1f0\x1f17850")
    ('536365', None)
    """
    kind, _, name = basket.partition("\x1f")
    return name if kind == "order" else None


def write_sales(session: ImportSession, baskets: Sequence[Sequence[SaleLine]], *, end: int) -> None:
    """Write whole orders: rows, events, payments and postings, in one transaction with the desk's.

    Parameters
    ----------
    session : ImportSession
    baskets : sequence of sequences of SaleLine
        The lines of each order.
    end : int
        The latest instant of the file: when a status came to be known that no row dates.
    """
    bundle = Bundle(session)
    orders = [_order(session, lines, end) for lines in baskets]
    for order in orders:
        _keep(bundle, order)
        for event in events_of(session, order, end=end):
            bundle.emit(event, order.payment_id if event.aggregate_type == "payment" else None)
    _grow(session, [order for order in orders if not order.is_new])
    bundle.write()
    session.written["orders"] += sum(order.is_new for order in orders)
    session.written["lines"] += sum(len(order.lines) for order in orders)


def _order(session: ImportSession, lines: Sequence[SaleLine], end: int) -> ImportedOrder:
    first = lines[0]
    at = first.basket_at
    said = [line.recorded for line in lines if line.recorded is not None]
    return ImportedOrder(
        id=uuid.UUID(first.order_id) if first.order_id else session.id_of("orders", first.basket),
        customer_id=uuid_of(first.customer_id),
        payment_id=session.id_of("payment", stamp_of(first)),
        at=at,
        known_at=max(at, *said) if said else None,
        settled_at=max(at, *(end if line.recorded is None else line.recorded for line in lines)),
        is_new=first.order_id is None,
        lines=lines,
    )


def _keep(bundle: Bundle, order: ImportedOrder) -> None:
    """Keep the rows of an order, of its new lines, and of the payment that captures them."""
    currency = bundle.session.tenant.currency
    if order.is_new:
        bundle.keep(
            "orders",
            id=order.id,
            external_id=external_id(order.lines[0].basket),
            customer_id=order.customer_id,
            status=order.status,
            total_minor=order.total,
            currency=currency,
            placed_at=order.at,
        )
    for place, line in enumerate(order.lines, 1):
        bundle.keep(
            "order_line",
            order_id=order.id,
            position=(line.positions or 0) + place,
            product_id=uuid_of(line.product_id),
            quantity=line.quantity,
            returned_quantity=line.quantity if line.state == "returned" else 0,
            unit_price=line.price,
            amount_minor=line.amount,
        )
    arrived = order.captured is not None
    if arrived or order.failed is not None:
        bundle.keep(
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


def _grow(session: ImportSession, orders: Sequence[ImportedOrder]) -> None:
    """Add new lines to the totals of orders that the records hold."""
    if orders:
        table = schema.orders
        session.connection.execute(
            update(table)
            .where(table.c.tenant_id == session.tenant.id, table.c.id == bindparam("order"))
            .values(total_minor=table.c.total_minor + bindparam("more")),
            [{"order": order.id, "more": order.total} for order in orders],
        )
