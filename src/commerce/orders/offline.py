"""Orders that happened elsewhere, of which only the amount is known, and what became of them."""

from __future__ import annotations

from uuid import UUID

from commerce.records import rows, schema
from commerce.records.arguments import checked
from commerce.records.errors import LARGEST, RecordError, check_choice, check_range, existing
from commerce.records.identity import reserve_numbers
from commerce.records.machine import EventDraft, Step, fire_together
from commerce.records.money import from_minor
from commerce.records.states import DELIVERY, ORDER
from commerce.records.work import Work

STATUSES = ("placed", "pending", "delivered", "returned", "cancelled")
"""What can have become of such an order; ``pending`` is ``placed`` in the words of others."""


@checked
def record_order(work: Work, customer_id: UUID, amount: int | None, status: str = "placed") -> UUID:
    """Write down an order that was placed elsewhere; who runs the shop may.

    It has one line, of no product, and its payments are written down by `commerce.payments.offline`. It is not
    completed by the clock: it ends where it came from.

    Parameters
    ----------
    amount : int
        Minor units, 0 or more.
    status : str, default "placed"
        One of `STATUSES`.

    Raises
    ------
    Forbidden, NotFound
    RecordError
        "amount must be given ...; got none", "status must be one of ...; got ..."
    """
    work.actor.require("order.recorded", "admin", "system")
    check_choice("status", status, STATUSES)
    if amount is None:
        raise RecordError("amount must be given where there are no items; got none. Give either.")
    check_range("amount", amount, 0, LARGEST)
    existing(
        rows.first(work, schema.customer, id=customer_id, erased_at=None), "customer", customer_id
    )
    order, delivery = work.new_id(), work.new_id()
    arrived = status in ("delivered", "returned")
    also = []
    if arrived:
        there = (DELIVERY.kind, delivery)
        also += [
            EventDraft("delivery.promised", customer_id, due_at=work.now, record=there),
            EventDraft("delivery.delivered", customer_id, record=there),
        ]
    if status == "returned":
        also.append(EventDraft("order.returned", customer_id, amount, quantity=1))
    columns = {
        "number": reserve_numbers(work.connection, work.tenant, "orders", 1),
        "customer_id": customer_id,
        "total_minor": amount,
        "currency": work.tenant.currency,
        "placed_at": work.now,
        "event_id": None,
    }
    placed = EventDraft("order.placed", customer_id, amount, quantity=1, value=1)
    fire_together(work, [Step(ORDER, order, (placed, *also), "placed", new=columns)])
    rows.add(
        work,
        schema.order_line,
        order_id=order,
        position=1,
        quantity=1,
        returned_quantity=int(status == "returned"),
        unit_price=from_minor(amount, work.tenant.currency),
        amount_minor=amount,
    )
    if arrived:
        known = {"status": "delivered", "promised_at": work.now, "delivered_at": work.now}
        rows.add(work, schema.delivery, id=delivery, order_id=order, **known)
    if status == "cancelled":
        cancelled = EventDraft("order.cancelled", customer_id, amount, reason="recorded")
        fire_together(work, [Step(ORDER, order, (cancelled,))])
    return order
