"""The orders of a file that the records hold already, and what they hold of each."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, Connection, Select, exists, func, select, type_coerce

from commerce.records import schema
from commerce.records.annulment import counts
from commerce.records.identity import imported_id
from commerce.records.sql import linked
from commerce.records.tenants import Tenant
from importing.engine.known import origins, pages
from importing.sales.statuses import CAPTURED


class KnownOrder(NamedTuple):
    """What the records hold of a basket; ids are 32 hexadecimal digits."""

    basket: str
    order_id: str
    owner: str | None
    owner_id: str | None
    placed_at: int | None
    positions: int


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
) -> list[KnownOrder]:
    """Find the baskets of which the records hold an order: by its external id, else by the id it would be given."""
    orders, line, customer = schema.orders, schema.order_line, schema.customer
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
    return [
        KnownOrder(
            basket=basket,
            order_id=order.hex,
            owner=owner,
            owner_id=None if owner_id is None else owner_id.hex,
            placed_at=placed_at,
            positions=count,
        )
        for basket, (order, _, owner, owner_id, placed_at, count) in _of_baskets(
            connection, tenant, query, baskets
        )
    ]


def settled_otherwise(
    connection: Connection, tenant: Tenant, states: Mapping[str, Collection[str]]
) -> list[str]:
    """Find the baskets of which the records hold an order that came to something else than a file says.

    Parameters
    ----------
    states : mapping of str to collection of State
        What the file says of the lines of each basket.

    Returns
    -------
    list of str
        Those that the file calls cancelled, returned or paid for, and the records do not, or the other way round.
    """
    orders, line, payment = schema.orders, schema.order_line, schema.payment
    returned = exists().where(linked(line, orders), line.c.returned_quantity > 0)
    captured = exists().where(linked(payment, orders), payment.c.status == "succeeded")
    query = select(orders.c.id, orders.c.external_id, orders.c.status, returned, captured).where(
        orders.c.tenant_id == tenant.id
    )
    found = []
    for basket, (_, _, status, came_back, paid) in _of_baskets(
        connection, tenant, query, list(states)
    ):
        said = set(states[basket])
        if (
            (said == {"cancelled"}) != (status == "cancelled")
            or ("returned" in said and not came_back)
            or (bool(said & CAPTURED) != bool(paid))
        ):
            found.append(basket)
    return found


def _of_baskets(
    connection: Connection, tenant: Tenant, query: Select[Any], baskets: Sequence[str]
) -> Iterator[tuple[str, Any]]:
    """Give the rows of a query, which begin with an order's id and external id, each with the basket it is of."""
    by_name: dict[str, str] = {}
    by_id: dict[str, str] = {}
    all_origins, query = origins(connection, tenant), query.where(counts(schema.orders))
    for basket in baskets:
        if (name := external_id(basket)) is not None:
            by_name[name] = basket
        else:
            by_id |= {str(imported_id(each, "orders", basket)): basket for each in all_origins}
    rows: list[Any] = []
    for page in pages(list(by_name)):
        rows += connection.execute(query.where(schema.orders.c.external_id.in_(page)))
    for page in pages(list(by_id)):
        ids = [uuid.UUID(one) for one in page]
        rows += connection.execute(query.where(schema.orders.c.id.in_(ids)))
    for row in rows:
        yield by_name[row[1]] if row[1] in by_name else by_id[str(row[0])], row
