"""The orders of a file that the records hold already, and what they hold of each."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, Connection, Row, Select, case, func, select, type_coerce

from commerce.records import schema
from commerce.records.annulment import counts
from commerce.records.identity import imported_id
from commerce.records.sql import linked, pages, total
from commerce.records.tenants import Tenant
from importing.engine.known import origins


class KnownOrder(NamedTuple):
    """What the records hold of a basket; ids are 32 hexadecimal digits."""

    basket: str
    order_id: str
    owner: str | None
    owner_id: str | None
    placed_at: int
    lines: int
    total: int
    """Minor units of all its lines."""
    status: str
    state: str
    """The `State` of all its lines; empty where they differ, or something else has happened to it."""


def external_id(basket: str) -> str | None:
    r"""Give the order id of a basket; None where the file has none.

    Examples
    --------
    >>> external_id("order\x1f536365"), external_id("time\x1f0\x1f17850")
    ('536365', None)
    """
    kind, _, name = basket.partition("\x1f")
    return name if kind == "order" else None


def known_orders(
    connection: Connection, tenant: Tenant, baskets: Sequence[str]
) -> Iterator[KnownOrder]:
    """Find the baskets of which the records hold an order: by its external id, else by the id it would be given."""
    by_name: dict[str, str] = {}
    by_id: dict[str, str] = {}
    all_origins = origins(connection, tenant)
    for basket in baskets:
        if (name := external_id(basket)) is not None:
            by_name[name] = basket
        else:
            by_id |= {str(imported_id(each, "orders", basket)): basket for each in all_origins}
    orders = schema.orders
    for page in pages(list(by_name)):
        for row in _found(connection, tenant, orders.c.external_id.in_(page)):
            yield _known(by_name[row.external_id], row)
    for page in pages(list(by_id)):
        for row in _found(connection, tenant, orders.c.id.in_([uuid.UUID(one) for one in page])):
            yield _known(by_id[str(row.id)], row)


def _found(connection: Connection, tenant: Tenant, those: Any) -> Sequence[Row[Any]]:
    """Read some orders, with sums of their lines and payments."""
    orders, customer, line = schema.orders, schema.customer, schema.order_line
    payment, moved = schema.payment, schema.payment_event

    def of_order(table: Any, *values: Any) -> Select[Any]:
        mine = select(*values).where(linked(table, orders))
        return mine.correlate(orders)

    came = payment.c.status == "succeeded"
    failed = payment.c.status == "requires_payment_method"
    kept = case((line.c.returned_quantity < line.c.quantity, 1), else_=0)
    theirs = select(payment.c.id).where(linked(payment, orders)).correlate(orders)
    # by the payments of the order: joined, every payment of the shop would be looked at for each
    refunded = select(total(moved.c.amount_minor)).where(
        moved.c.tenant_id == tenant.id,
        moved.c.payment_id.in_(theirs),
        moved.c.type == "payment.refunded",
    )
    query = (
        select(
            orders.c.id,
            orders.c.external_id,
            orders.c.customer_id,
            orders.c.status,
            orders.c.total_minor,
            type_coerce(orders.c.placed_at, BigInteger).label("placed_at"),
            customer.c.external_id.label("owner"),
            of_order(line, func.count()).scalar_subquery().label("lines"),
            of_order(line, total(line.c.returned_quantity)).scalar_subquery().label("back"),
            of_order(line, total(kept)).scalar_subquery().label("kept"),
            of_order(payment, total(case((came, 1), else_=0))).scalar_subquery().label("arrived"),
            of_order(payment, total(case((failed, 1), else_=0))).scalar_subquery().label("failed"),
            of_order(payment, total(case((came, payment.c.amount_minor), else_=0)))
            .scalar_subquery()
            .label("captured"),
            refunded.correlate(orders).scalar_subquery().label("refunded"),
        )
        .outerjoin_from(orders, customer, linked(orders, customer))
        .where(orders.c.tenant_id == tenant.id, counts(orders), those)
    )
    return connection.execute(query).all()


def _known(basket: str, row: Row[Any]) -> KnownOrder:
    """Say what the records hold of a basket."""
    return KnownOrder(
        basket=basket,
        order_id=row.id.hex,
        owner=row.owner,
        owner_id=None if row.customer_id is None else row.customer_id.hex,
        placed_at=row.placed_at or 0,
        lines=row.lines,
        total=row.total_minor,
        status=row.status,
        state=_state(row),
    )


def _state(row: Row[Any]) -> str:
    """Say what all lines of an order have come to; nothing where they differ."""
    if row.status == "cancelled":
        return "cancelled" if row.captured == row.refunded else ""
    if not row.arrived:
        return "failed" if row.failed else "open"
    if row.captured != row.total_minor:
        return ""
    if row.back:
        return "" if row.kept else "returned"
    return "completed" if row.status == "completed" else "paid"
