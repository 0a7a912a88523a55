"""A return as its workflow meets it: the order, the line and the request, read under one lock."""

from __future__ import annotations

from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import BigInteger, Row, cast, func, select

from commerce import rows, schema
from commerce.errors import NotFound
from commerce.machine import Fact, fetch
from commerce.states import ORDER, RETURN
from commerce.work import Work


class Case(NamedTuple):
    """A return, the order line it is of, and the order.

    Attributes
    ----------
    order, line, asked : Row
        Of `schema.orders`; of `schema.order_line`, with ``asked_for``, the units of other returns on their way, and
        ``delivered_at``; of `schema.return_request`.
    """

    order: Row[Any]
    line: Row[Any]
    asked: Row[Any]

    def fact(self, word: str, **more: Any) -> Fact:
        """Say that something happens to the return."""
        known = {"quantity": self.asked.received_quantity, "category": self.asked.condition, **more}
        return Fact(
            word,
            self.order.customer_id,
            product_id=self.line.product_id,
            seller_id=self.line.seller_id,
            reason=self.asked.reason,
            **known,
        )


def fetch_case(work: Work, return_id: UUID) -> Case:
    """Read all there is about a return; the order is locked first, then the return.

    Raises
    ------
    NotFound
        "return must exist; got ..."
    """
    order_id = fetch(work, RETURN, return_id, lock=False).order_id
    order = fetch(work, ORDER, order_id)
    asked = fetch(work, RETURN, return_id)
    return Case(order, line_of(work, order_id, asked.position), asked)


def line_of(work: Work, order_id: UUID, position: int) -> Row[Any]:
    """Read a line of an order, how many of its units others ask to send back, and when it arrived.

    Raises
    ------
    NotFound
        "order line must exist; got ..."
    """
    this_line = rows.own(work, _line, order_id=order_id, position=position)
    line = work.connection.execute(_LINES.where(*this_line)).first()
    if line is None:
        raise NotFound("order line", position)
    return line


_return, _line, _delivery = schema.return_request, schema.order_line, schema.delivery
_on_its_way = func.coalesce(_return.c.received_quantity, _return.c.quantity)
_asked_for = (
    select(cast(func.coalesce(func.sum(_on_its_way), 0), BigInteger))
    .where(
        _return.c.tenant_id == _line.c.tenant_id,
        _return.c.order_id == _line.c.order_id,
        _return.c.position == _line.c.position,
        _return.c.status.in_(("requested", "received", "inspected")),
    )
    .scalar_subquery()
)
_delivered_at = (
    select(_delivery.c.delivered_at)
    .where(
        _delivery.c.tenant_id == _line.c.tenant_id,
        _delivery.c.order_id == _line.c.order_id,
        _delivery.c.status == "delivered",
    )
    .limit(1)
    .scalar_subquery()
)
_LINES = select(_line, _asked_for.label("asked_for"), _delivered_at.label("delivered_at"))
