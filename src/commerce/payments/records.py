"""The rows of payments: locked in one order, told with their copy in ``payment_event``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import Row, bindparam, func, insert, or_, select

from commerce import schema
from commerce.errors import Conflict, Forbidden, IllegalMove, NotFound
from commerce.machine import Fact, Machine, fetch, fire
from commerce.payments.totals import COUNTED
from commerce.states import ORDER, PAYMENT
from commerce.work import Work


def lock(work: Work, payment_id: UUID) -> tuple[Row[Any], Row[Any] | None]:
    """Keep others from changing a payment and its order: the order first, as everybody does.

    Raises
    ------
    NotFound
        "payment must exist; got ..."
    """
    order_id = fetch(work, PAYMENT, payment_id, lock=False).order_id
    order = None if order_id is None else fetch(work, ORDER, order_id)
    return fetch(work, PAYMENT, payment_id), order


def lock_own(work: Work, payment_id: UUID) -> tuple[Row[Any], Row[Any] | None]:
    """Lock a payment that is the actor's business; to anybody else it is not there."""
    payment, order = lock(work, payment_id)
    check_own(work, "payment", payment_id, payment.customer_id)
    return payment, order


def check_own(work: Work, kind: str, key: object, customer_id: UUID | None) -> None:
    """Refuse a record that is none of the actor's business.

    Raises
    ------
    NotFound
        "payment must exist; got ..."
    """
    mine = customer_id is not None and customer_id == work.actor.customer_id
    if not mine and not work.actor.runs_the_shop:
        raise NotFound(kind, key)


def check_customer(work: Work, customer_id: UUID, *, lock: bool) -> None:
    """Refuse a customer that is not there, or none of the actor's business; on demand, keep the row.

    Raises
    ------
    NotFound
        "customer must exist; got ..."
    """
    key = {"tenant": work.tenant.id, "customer": customer_id}
    check_own(work, "customer", customer_id, customer_id)
    query = _CUSTOMER.with_for_update(key_share=True) if lock else _CUSTOMER
    if work.connection.execute(query, key).first() is None:
        raise NotFound("customer", customer_id)


def check_staff(work: Work, act: str) -> None:
    """Refuse what only the house and those who run the shop may do.

    Raises
    ------
    Forbidden
        "role must be one of admin, superadmin, system for ...; got ..."
    """
    if not work.actor.runs_the_shop:
        raise Forbidden(act, ["admin", "superadmin", "system"], work.actor.role)


def check_status(payment: Row[Any], event: str, *states: str) -> None:
    """Refuse to ask a provider for what could not happen to the payment.

    Raises
    ------
    IllegalMove
        "payment must be in a state that allows ...; got ..."
    """
    if payment.status not in states:
        allowed = PAYMENT.allowed(payment.status)
        raise IllegalMove(PAYMENT.kind, payment.id, event, payment.status, allowed)


def to_pay(work: Work, order_id: UUID, customer_id: UUID, amount: int) -> Row[Any]:
    """Lock an order that its own buyer is to pay, and check that it is not paid twice.

    Raises
    ------
    NotFound
        "order must exist; got ..."
    Conflict
        "order must be placed to be paid; got ...", "payments must not exceed their order; got ..."
    """
    order = fetch(work, ORDER, order_id)
    check_own(work, "order", order_id, order.customer_id)
    if order.customer_id != customer_id:
        raise NotFound("customer", customer_id)
    if order.status != "placed":
        raise Conflict(f"order must be placed to be paid; got {order.status}. Place an order.")
    key = {"tenant": work.tenant.id, "order": order_id}
    begun = int(work.connection.scalar(_BEGUN, key) or 0)
    if not 0 <= amount <= order.total_minor - begun:
        raise Conflict(
            f"payments must not exceed their order; got {amount} of"
            f" {order.total_minor - begun} to be paid. Pay less, or go on with the payment begun."
        )
    return order


def of_order(work: Work, order_id: UUID) -> list[Row[Any]]:
    """Lock the payments of an order, the oldest first; the order is locked by the caller."""
    rows = work.connection.execute(_OF_ORDER, {"tenant": work.tenant.id, "order": order_id})
    return list(rows)


def tell(
    work: Work,
    payment_id: UUID,
    fact: Fact,
    *also: Fact,
    reference: str | None = None,
    machine: Machine = PAYMENT,
    to: str | None = None,
    new: Mapping[str, Any] | None = None,
    changes: Mapping[str, Any] | None = None,
) -> None:
    """Let something happen to a payment, and keep it among the payment's events where it counts.

    ``reference`` is what it is counted by: a second event of the same reference is refused by the database.
    """
    ids = fire(work, machine, payment_id, fact, *also, to=to, new=new, changes=changes)
    if fact.type in COUNTED:
        row = {
            "tenant_id": work.tenant.id,
            "payment_id": payment_id,
            "event_id": ids[0],
            "type": fact.type,
            "amount_minor": fact.amount,
            "occurred_at": work.now,
            "reference": reference,
        }
        work.connection.execute(_COUNT, row)


_payment = schema.payment
_BEGUN = select(func.sum(_payment.c.amount_minor)).where(
    _payment.c.tenant_id == bindparam("tenant"),
    _payment.c.order_id == bindparam("order"),
    _payment.c.status != "canceled",
    or_(_payment.c.provider.is_not(None), _payment.c.status != "requires_payment_method"),
)
_COUNT = insert(schema.payment_event)
_OF_ORDER = (
    select(_payment)
    .where(_payment.c.tenant_id == bindparam("tenant"), _payment.c.order_id == bindparam("order"))
    .order_by(_payment.c.created_at, _payment.c.id)
    .with_for_update()
)
_customer = schema.customer
_CUSTOMER = select(_customer.c.id).where(
    _customer.c.tenant_id == bindparam("tenant"), _customer.c.id == bindparam("customer")
)
