"""Goods that come back: asked for, received, looked at, and then paid back or not.

What is paid back is the part of a line that belongs to the units that really arrived, as
`commerce.records.line_prices.refund_share` has it. Damaged goods are scrapped, all others go back in stock. A seller
at fault loses points, never more than there are.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Row, func, select, true, update

from commerce import stock
from commerce.payments.refunds import gone_and_left, refund_order
from commerce.records import rows, schema
from commerce.records.arguments import checked
from commerce.records.errors import Conflict, RecordError, check_choice, check_range, existing
from commerce.records.instants import DAY, to_micros
from commerce.records.line_prices import refund_share
from commerce.records.machine import EventDraft, fetch, fetch_mine, fire
from commerce.records.money import format_money
from commerce.records.sql import linked, total
from commerce.records.states import ORDER, POINTS, RETURN
from commerce.records.work import Work
from commerce.rewards import deduct_event

REASONS = ("wrong_size", "not_as_described", "changed_mind", "damaged", "other")
"""Why goods are sent back; the stream takes no free text."""


class Return(NamedTuple):
    """Goods on their way back; ``refund_minor`` is what was paid back, in minor units, once it is approved."""

    id: UUID
    order_id: UUID
    position: int
    quantity: int
    reason: str | None
    status: str
    requested_at: datetime
    received_quantity: int | None
    condition: str | None
    seller_at_fault: bool | None
    refund_minor: int | None


class _Case(NamedTuple):
    """A return (``asked``), the order line it is of, as `_line_of` reads it, and the order."""

    order: Row[Any]
    line: Row[Any]
    asked: Row[Any]

    def event(self, event_type: str, **more: Any) -> EventDraft:
        """Draft what happens to the return."""
        known = {"quantity": self.asked.received_quantity, "category": self.asked.condition, **more}
        return EventDraft(
            event_type,
            self.order.customer_id,
            product_id=self.line.product_id,
            seller_id=self.line.seller_id,
            reason=self.asked.reason,
            **known,
        )


def _case(work: Work, return_id: UUID) -> _Case:
    """Read all there is about a return; the order is locked first, then the return."""
    order_id = fetch(work, RETURN, return_id, lock=False).order_id
    order = fetch(work, ORDER, order_id)
    asked = fetch(work, RETURN, return_id)
    return _Case(order, _line_of(work, order_id, asked.position), asked)


def _line_of(work: Work, order_id: UUID, position: int) -> Row[Any]:
    """Read a line, how many of its units (``asked_for``) are on their way back, and when it arrived."""
    this_line = rows.own(work, _line, order_id=order_id, position=position)
    return existing(
        work.connection.execute(_LINES.where(*this_line)).first(), "order line", position
    )


@checked
def request(work: Work, order_id: UUID, position: int, quantity: int, reason: str) -> UUID:
    """Ask to send units of one's own order line back; give the return's id. By the buyer or an admin.

    Parameters
    ----------
    position : int
        Of the line in its order.
    quantity : int, >= 1
        At most what was bought and is neither back nor asked for already.
    reason : str
        One of `REASONS`.

    Raises
    ------
    NotFound
    RecordError
        "reason must be one of ...; got ..." or "quantity must be 1 or more; got ..."
    Conflict
        "order must be delivered ...; got ...", "return must be requested within 30 days ...; got ..." or
        "return must be of at most 2 units; got ..."
    """
    check_choice("reason", reason, REASONS)
    if quantity < 1:
        raise RecordError(f"quantity must be 1 or more; got {quantity}. Correct it.")
    order = fetch_mine(work, ORDER, order_id)
    line = _line_of(work, order_id, position)
    if order.status == "cancelled" or line.delivered_at is None:
        raise Conflict(
            f"order must be delivered before goods come back; got {order.number} not delivered."
            " Cancel it, or wait for it."
        )
    days = work.policy.return_days
    if work.now > to_micros(line.delivered_at) + days * DAY:
        raise Conflict(
            f"return must be requested within {days} days of delivery; got {order.number},"
            f" delivered on {line.delivered_at:%Y-%m-%d}. Keep the goods."
        )
    left = line.quantity - line.returned_quantity - line.asked_for
    if quantity > left:
        raise Conflict(
            f"return must be of at most {left} units of this line; got {quantity}. Ask for fewer."
        )
    return_id = work.new_id()
    columns = {
        "order_id": order_id,
        "position": position,
        "quantity": quantity,
        "reason": reason,
        "requested_at": work.now,
    }
    share = refund_share(line.amount_minor, line.quantity, line.returned_quantity, quantity)
    event = EventDraft(
        "return.requested",
        order.customer_id,
        amount=share,
        quantity=quantity,
        reason=reason,
        product_id=line.product_id,
        seller_id=line.seller_id,
    )
    fire(work, RETURN, return_id, event, new=columns)
    return return_id


@checked
def receive(work: Work, return_id: UUID, quantity: int) -> None:
    """Take sent-back goods in: how many really came, which may be none. By a courier or an admin.

    Raises
    ------
    IllegalMove
    RecordError
        "received quantity must be 0 to 2; got ..."
    """
    case = _case(work, return_id)
    check_range("received quantity", quantity, 0, case.asked.quantity)
    event = case.event("return.received", quantity=quantity)
    fire(work, RETURN, return_id, event, changes={"received_quantity": quantity})


@checked
def inspect(work: Work, return_id: UUID, condition: str, *, seller_at_fault: bool) -> None:
    """Record in what condition received goods are, and whose fault it is. By a courier or an admin; nothing moves yet.

    Parameters
    ----------
    condition : str
        ``new``, ``opened`` or ``damaged``.

    Raises
    ------
    IllegalMove
    RecordError
        "condition must be one of new, opened, damaged; got ..."
    """
    check_choice("condition", condition, schema.CONDITIONS)
    event = _case(work, return_id).event("return.inspected", category=condition)
    found = {"condition": condition, "seller_at_fault": seller_at_fault}
    fire(work, RETURN, return_id, event, changes=found)


@checked
def approve(work: Work, return_id: UUID, *, refund_minor: int | None = None) -> int:
    """Accept an inspected return, by an admin: money back, goods in, points off, once only; give minor units paid back.

    Where the money comes from and goes to, `commerce.payments.funds` decides. What was refunded by hand before is
    not paid again; whether it was for these goods must be said where that makes a difference.

    Parameters
    ----------
    refund_minor : int, optional
        What is paid back now, 0 or more; the goods' part of what was paid, less what went back for them already.

    Raises
    ------
    IllegalMove
    Conflict
        "return must hold goods to be approved; got none. ...", "refund_minor must be said where ..." or "refund_minor
        must be 0 to 1190; got ..."
    """
    case = order, line, asked = _case(work, return_id)
    if asked.received_quantity == 0:
        raise Conflict("return must hold goods to be approved; got none. Reject it.")
    quantity = asked.received_quantity or 0
    share = refund_share(line.amount_minor, line.quantity, line.returned_quantity, quantity)
    paid = _to_pay(work, order.id, share, refund_minor)
    damaged = asked.condition == "damaged"
    goods = [stock.come_back(line.variant_id, quantity, damaged=damaged)] if line.variant_id else []
    event = case.event("return.approved", amount=share, transfers=goods)
    # goods, then money, then points: everybody who moves several locks their accounts in this order
    fire(work, RETURN, return_id, event, changes={"refund_minor": paid})
    returned = update(_line).values(returned_quantity=_line.c.returned_quantity + quantity)
    this_line = rows.own(work, _line, order_id=order.id, position=line.position)
    work.connection.execute(returned.where(*this_line))
    if paid:
        refund_order(work, order.id, paid, reason="return", position=line.position)
    if asked.seller_at_fault and line.seller_id is not None:
        penalty = deduct_event(work, line.seller_id, work.policy.penalty_points, "return")
        if penalty is not None:
            fire(work, POINTS, line.seller_id, penalty)
    return paid


def _to_pay(work: Work, order_id: UUID, share: int, said: int | None) -> int:
    """Settle what a return pays back of its share: less what was refunded by hand and no return has counted yet."""
    gone, left = gone_and_left(work, order_id)
    approved = rows.own(work, _return, order_id=order_id, status="approved")
    counted = int(work.connection.scalar(_COUNTED.where(*approved)) or 0)
    by_hand = max(0, gone - counted)
    least = max(0, share - by_hand)
    most = max(least, min(share, left))
    if said is None and most != least:
        currency = work.tenant.currency
        raise Conflict(
            f"refund_minor must be said where {format_money(by_hand, currency)} of the order were refunded by"
            f" hand; got none. Give {least} if that was for these goods, {most} if it was not."
        )
    if said is not None and not least <= said <= most:
        raise Conflict(
            f"refund_minor must be {least} to {most}; got {said}. Pay back what the goods cost, and nothing twice."
        )
    return most if said is None else said


def reject(work: Work, return_id: UUID) -> None:
    """Refuse an inspected return: nothing is paid back, and the units may be asked for again. By an admin."""
    fire(work, RETURN, return_id, _case(work, return_id).event("return.rejected"))


def view(work: Work, return_id: UUID) -> Return:
    """Read a return: a buyer's own; any for couriers and who runs the shop."""
    found = rows.listed(
        work, Return, _return, _visible(work), _return.c.id == return_id, order=(_return.c.id,)
    )
    return existing(next(iter(found), None), RETURN.kind, return_id)


@checked
def listed(
    work: Work,
    *,
    status: str | None = None,
    ordering: str | None = None,
    limit: int = 100,
    offset: int = 0,
) -> rows.Part[Return]:
    """List returns: a buyer's own; all for couriers and who runs the shop.

    Parameters
    ----------
    ordering : str, optional
        ``requested_at`` (the latest first by default) or ``status``, ``-`` before it for the other direction.

    Raises
    ------
    RecordError
        "ordering must be one of requested_at, ...; got ..." or "status must be one of requested, ...; got ..."
    """
    if status is not None:
        check_choice("status", status, RETURN.states)
    wanted = (_visible(work), *rows.asked(_return, status=status))
    order = rows.ordered(_return, ordering or "-requested_at", "requested_at", "status", "id")
    return rows.part(work, Return, _return, *wanted, order=order, limit=limit, offset=offset)


def _visible(work: Work) -> ColumnElement[bool]:
    """Choose the returns that are the actor's business."""
    if work.actor.may_act_as("delivery", "admin", "system"):
        return true()
    orders = schema.orders
    mine = orders.c.customer_id.in_([work.actor.customer_id])
    return _return.c.order_id.in_(select(orders.c.id).where(*rows.own(work, orders), mine))


_return, _line, _delivery = schema.return_request, schema.order_line, schema.delivery
_on_its_way = func.coalesce(_return.c.received_quantity, _return.c.quantity)
_asked_for = (
    select(total(_on_its_way))
    .where(linked(_return, _line), _return.c.status.in_(("requested", "received", "inspected")))
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
_COUNTED = select(
    func.sum(func.coalesce(schema.event.c.amount_minor, _return.c.refund_minor))
).outerjoin_from(_return, schema.event, schema.event.c.id == _return.c.event_id)
"""What the goods of an order's returns were worth, whether paid back by them or by hand before."""
_LINES = select(_line, _asked_for.label("asked_for"), _delivered_at.label("delivered_at"))
