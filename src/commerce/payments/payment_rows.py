"""The rows of payments: made, locked in one order, and moved with a copy of the event in ``payment_event``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row, func, or_, select

from commerce import wallet
from commerce.payments.totals import COUNTED
from commerce.records import rows, schema
from commerce.records.arguments import checked
from commerce.records.errors import Conflict, NotFound
from commerce.records.ledger import Account, Transfer
from commerce.records.machine import EventDraft, Step, fetch, fetch_mine, fire
from commerce.records.money import format_money
from commerce.records.moves import Machine
from commerce.records.sql import unindexed
from commerce.records.states import ORDER, PAYMENT
from commerce.records.work import Work


def lock(work: Work, payment_id: UUID) -> tuple[Row[Any], Row[Any] | None]:
    """Keep others from changing a payment and its order: the order first, as everybody does."""
    order_id = fetch(work, PAYMENT, payment_id, lock=False).order_id
    order = None if order_id is None else fetch(work, ORDER, order_id)
    return fetch(work, PAYMENT, payment_id), order


def lock_own(work: Work, payment_id: UUID) -> tuple[Row[Any], Row[Any] | None]:
    """Lock a payment that is the actor's business; to anybody else it is not there."""
    payment, order = lock(work, payment_id)
    work.actor.require_own("payment", payment_id, payment.customer_id)
    return payment, order


@checked
def to_pay(work: Work, order_id: UUID, customer_id: UUID, amount: int) -> Row[Any]:
    """Lock an order that its own buyer is to pay, and check that it is not paid twice.

    Raises
    ------
    NotFound
    Conflict
        "order must be placed to be paid; got ...", "payments must not exceed their order; got ..."
    """
    order = fetch_mine(work, ORDER, order_id)
    if order.customer_id != customer_id:
        raise NotFound("customer", customer_id)
    if order.status != "placed":
        raise Conflict(f"order must be placed to be paid; got {order.status}. Place an order.")
    payment = schema.payment
    begun = select(func.sum(payment.c.amount_minor)).where(
        *rows.own(work, payment, order_id=order_id),
        payment.c.status != "canceled",
        or_(payment.c.provider.is_not(None), payment.c.status != "requires_payment_method"),
    )
    left = order.total_minor - int(work.connection.scalar(begun) or 0)
    if not 0 <= amount <= left:
        got, of = (format_money(each, order.currency) for each in (amount, left))
        raise Conflict(
            f"payments must not exceed their order; got {got} of {of} to be paid."
            " Pay less, or go on with the payment begun."
        )
    return order


@checked
def created(
    work: Work,
    order_id: UUID | None,
    customer_id: UUID,
    amount: int,
    method: str,
    *also: EventDraft,
    to: str,
    provider: str | None = None,
    method_id: UUID | None = None,
    transfers: Sequence[Transfer] = (),
) -> Step:
    """Begin a payment in the state ``to``, as a step of whatever it begins with."""
    columns = {
        "order_id": order_id,
        "customer_id": customer_id,
        "method": method,
        "amount_minor": amount,
        "currency": work.tenant.currency,
        "created_at": work.now,
        "provider": provider,
        "payment_method_id": method_id,
    }
    made = EventDraft("payment.created", customer_id, amount, method=method, transfers=transfers)
    return Step(PAYMENT, work.new_id(), (made, *also), to, columns)


@checked
def created_from_wallet(
    work: Work, order_id: UUID, customer_id: UUID, amount: int, *, held_by: UUID | None = None
) -> Step:
    """Begin the payment of an order out of a wallet, as a step of its checkout: the money is set aside.

    Parameters
    ----------
    amount : int
        Minor units.
    held_by : UUID, optional
        The auction that has set it aside already.
    """
    also, moved = [], []
    if held_by is None:
        also = [wallet.held(work, customer_id, amount, order_id)]
    else:
        ends = Account("held", held_by.hex), Account("held", order_id.hex)
        moved = [Transfer(work.tenant.currency, *ends, amount)]
    who = (order_id, customer_id, amount, "wallet")
    return created(work, *who, *also, to="requires_capture", transfers=moved, provider="wallet")


def of_order(work: Work, order_id: UUID) -> list[Row[Any]]:
    """Lock the payments of an order, the oldest first; the order is locked by the caller."""
    payment = schema.payment
    theirs = select(payment).where(*rows.own(work, payment, order_id=order_id)).with_for_update()
    return list(
        work.connection.execute(theirs.order_by(unindexed(payment.c.created_at), payment.c.id))
    )


@checked
def emit(
    work: Work,
    payment: Row[Any],
    event_type: str,
    amount: int | None,
    *also: EventDraft,
    reason: str | None = None,
    transfers: Sequence[Transfer] = (),
    reference: str | None = None,
    machine: Machine = PAYMENT,
    to: str | None = None,
    changes: Mapping[str, Any] | None = None,
) -> None:
    """Let something happen to a payment, and keep it among the payment's events where it counts.

    ``reference`` is what it is counted by: a second event of the same reference is refused by the database.
    """
    event = EventDraft(
        event_type,
        customer_id=payment.customer_id,
        amount=amount,
        method=payment.method,
        reason=reason,
        transfers=transfers,
    )
    ids = fire(work, machine, payment.id, event, *also, to=to, changes=changes)
    if event_type in COUNTED:
        rows.add(
            work,
            schema.payment_event,
            payment_id=payment.id,
            event_id=ids[0],
            type=event_type,
            amount_minor=amount,
            occurred_at=work.now,
            reference=reference,
        )
