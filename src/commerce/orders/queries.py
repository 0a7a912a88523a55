"""Reading orders: the buyer's own, a seller's own lines, all of them for who runs the shop.

However many orders a part of a list has, two queries read them with their lines, and one counts them all.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    exists,
    false,
    func,
    literal_column,
    select,
    true,
)

from commerce.records import rows, schema
from commerce.records.arguments import checked
from commerce.records.errors import RecordError, check_choice, existing
from commerce.records.identity import resolve
from commerce.records.rows import Part
from commerce.records.sql import among, bound, linked
from commerce.records.states import ORDER
from commerce.records.work import Work

MOST = 200
"""Orders on a page at most."""
ON_ITS_WAY = ("processing", "shipped", "delivered")
"""States of a delivery that are told as the status of a placed order."""
SHOWN = (*ORDER.states, *ON_ITS_WAY)
"""What `Order.shown_status` may be."""


class Line(NamedTuple):
    """A line of an order, amounts in minor units; ``amount_minor`` is what the buyer pays for it, with tax."""

    position: int
    product_id: UUID | None
    variant_id: UUID | None
    seller_id: UUID | None
    quantity: int
    returned_quantity: int
    unit_price: Decimal | None
    discount_minor: int
    tax_minor: int
    amount_minor: int


class Order(NamedTuple):
    """An order as its reader may see it: to a seller, own lines and what they sum to."""

    id: UUID
    number: int
    external_id: str | None
    customer_id: UUID | None
    status: str
    method: str | None
    placed_at: datetime | None
    currency: str
    delivery: str | None
    discount_minor: int
    tax_minor: int
    total_minor: int
    lines: Sequence[Line] = ()

    @property
    def shown_status(self) -> str:
        """How far the order is, its delivery counted in: `SHOWN`."""
        on_its_way = self.status == "placed" and self.delivery in ON_ITS_WAY
        return str(self.delivery) if on_its_way else self.status


def view(work: Work, order_id: UUID | str) -> Order:
    """Read one order, by its id or a key of `commerce.records.identity`."""
    meant = resolve(work.connection, _orders, work.tenant, order_id)
    found = _read(work, _orders.c.id == meant, limit=1)
    return existing(next(iter(found), None), ORDER.kind, order_id)


@checked
def listed(
    work: Work,
    *,
    status: str | None = None,
    customer_id: UUID | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    ordering: str | None = None,
    limit: int = 50,
    offset: int = 0,
) -> Part[Order]:
    """List orders, the highest number first.

    Parameters
    ----------
    status : str, optional
        One of `SHOWN`, as it is shown.
    customer_id : UUID, optional
        Of one customer only.
    since, until : datetime, optional
        Placed from then on; placed before then.
    ordering : str, optional
        ``number``, ``placed_at`` or ``total_minor``, ``-`` before it for the other direction.
    limit : int, default 50
        1 to 200.
    offset : int, default 0
        How many of the list are left out before.

    Raises
    ------
    RecordError
        "status must be one of ...; got ...", "limit must be 1 to 200; got ..."
    """
    wanted = rows.asked(_orders, customer_id=customer_id)
    if status is not None:
        check_choice("status", status, SHOWN)
        is_placed = status == "placed" or status in ON_ITS_WAY
        wanted.append(_orders.c.status == ("placed" if is_placed else status))
    if status == "placed":
        wanted.append(func.coalesce(_delivered, "available").not_in(ON_ITS_WAY))
    elif status in ON_ITS_WAY:
        wanted.append(_delivered == status)
    if since is not None:
        wanted.append(_orders.c.placed_at >= since)
    if until is not None:
        wanted.append(_orders.c.placed_at < until)
    return _part(work, and_(true(), *wanted), ordering, limit=limit, offset=offset)


@checked
def recent(work: Work, *, limit: int = 20) -> list[Order]:
    """List the orders placed last, the newest first."""
    return _read(work, _orders.c.placed_at.is_not(None), limit=limit, newest=True)


@checked
def pending(
    work: Work, *, ordering: str | None = None, limit: int = 50, offset: int = 0
) -> Part[Order]:
    """List the orders that are placed and not over yet, as `listed` does."""
    return _part(work, _orders.c.status == "placed", ordering, limit=limit, offset=offset)


@checked
def high_value(
    work: Work,
    threshold_minor: int,
    *,
    ordering: str | None = None,
    limit: int = 50,
    offset: int = 0,
) -> Part[Order]:
    """List the orders placed of at least so much, in minor units of the tenant's currency, as `listed` does."""
    dear = and_(
        _orders.c.placed_at.is_not(None),
        _orders.c.total_minor >= threshold_minor,
        _orders.c.currency == work.tenant.currency,
    )
    return _part(work, dear, ordering, limit=limit, offset=offset)


def _part(
    work: Work, wanted: ColumnElement[bool], ordering: str | None, *, limit: int, offset: int
) -> Part[Order]:
    found = _read(work, wanted, limit=limit, offset=offset, ordering=ordering)
    counted = select(func.count()).select_from(_orders).where(*bound(_orders), wanted)
    return Part(int(work.ask(counted.where(_visible(work))).scalar() or 0), found)


def _read(
    work: Work,
    wanted: ColumnElement[bool],
    *,
    limit: int,
    offset: int = 0,
    ordering: str | None = None,
    newest: bool = False,
) -> list[Order]:
    if not 1 <= limit <= MOST:
        raise RecordError(f"limit must be 1 to {MOST}; got {limit}. Read page by page.")
    # as a sum, so that SQLite looks a buyer's own orders up, and not all from the newest on till it has enough
    number = (
        _orders.c.number if work.actor.runs_the_shop else _orders.c.number + literal_column("0")
    )
    order: tuple[ColumnElement[Any], ...] = (number.desc(),)
    if newest:
        order = (_orders.c.placed_at.desc(), number.desc())
    elif ordering is not None:
        order = rows.ordered(_orders, ordering, "placed_at", "total_minor", "number")
    query = _HEADS.where(wanted, _visible(work)).order_by(*order).limit(limit).offset(offset)
    heads = work.ask(query).all()
    lines: dict[UUID, list[Line]] = {head.id: [] for head in heads}
    for order_id, *line in work.ask(_LINES, orders=list(lines)) if heads else ():
        lines[order_id].append(Line(*line))
    orders = (Order(*head)._replace(lines=lines[head.id]) for head in heads)
    return [_as_seen(work, order) for order in orders]


def _as_seen(work: Work, order: Order) -> Order:
    """Leave to a seller what was bought of the seller."""
    if work.actor.runs_the_shop or order.customer_id == work.actor.customer_id is not None:
        return order
    lines = [line for line in order.lines if line.seller_id == work.actor.user_id]
    return order._replace(
        lines=lines,
        customer_id=None,
        method=None,
        discount_minor=sum(line.discount_minor for line in lines),
        tax_minor=sum(line.tax_minor for line in lines),
        total_minor=sum(line.amount_minor for line in lines),
    )


def _visible(work: Work) -> ColumnElement[bool]:
    """Whose orders these are: bought by the actor, or placed with lines that the actor sells."""
    if work.actor.runs_the_shop:
        return true()
    own = _orders.c.customer_id == work.actor.customer_id
    if work.actor.role != "seller" or work.actor.user_id is None:
        return own if work.actor.customer_id else false()
    sells = exists().where(linked(_line, _orders), _line.c.seller_id == work.actor.user_id)
    sold = and_(_orders.c.status != "cart", sells)
    return own | sold if work.actor.customer_id else sold


_orders, _line, _delivery = schema.orders, schema.order_line, schema.delivery
_delivered = (
    select(_delivery.c.status)
    .where(linked(_delivery, _orders))
    .order_by(_delivery.c.promised_at, _delivery.c.id)
    .limit(1)
    .scalar_subquery()
    .label("delivery")
)
_columns = {**_orders.c, "delivery": _delivered}
_HEADS: Select[Any] = select(*(_columns[name] for name in Order._fields[:-1])).where(
    *bound(_orders)
)
_LINES: Select[Any] = (
    select(_line.c.order_id, *(_line.c[name] for name in Line._fields))
    .where(*bound(_line), among(_line.c.order_id, "orders"))
    .order_by(_line.c.order_id, _line.c.position)
)
