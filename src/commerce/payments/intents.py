"""Payments from beginning to end: begun, given a card, confirmed, captured, called off.

A wallet's money is set aside when the payment begins and captured when the order is completed; cash is captured on
delivery; what is paid later is invoiced; cards are the provider's (`commerce.payments.provider_calls`).
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import Row

from commerce import wallet
from commerce.payments import invoices, methods
from commerce.payments.funds import collect, covered
from commerce.payments.payment_rows import (
    created,
    created_from_wallet,
    emit,
    lock_own,
    of_order,
    to_pay,
)
from commerce.payments.provider_calls import CARD_PROVIDERS, card_provider
from commerce.payments.refunds import refund
from commerce.payments.totals import totals
from commerce.payments.webhooks import have_done
from commerce.people.customers import fetch_own
from commerce.records import rows
from commerce.records.actors import SYSTEM
from commerce.records.arguments import checked
from commerce.records.errors import Conflict, NotFound, RecordError, check_range
from commerce.records.machine import fetch, fetch_mine, fire_together
from commerce.records.states import ORDER, PAYMENT
from commerce.records.work import Work

_FIRST_STATES = {
    "card": "requires_payment_method",
    "wallet": "requires_capture",
    "cash_on_delivery": "processing",
    "pay_later": "processing",
}
METHODS = tuple(_FIRST_STATES)
"""How an order can be paid."""


@checked
def begin(
    work: Work,
    order_id: UUID | None,
    customer_id: UUID,
    amount: int,
    method: str,
    *,
    method_id: UUID | None = None,
    instalments: int = 1,
    manual: bool = False,
) -> UUID:
    """Begin the payment of an order, and do what can be done at once. By the buyer, or by who runs the shop.

    Parameters
    ----------
    order_id : UUID or None
        None for a top-up.
    amount : int
        Minor units; at most what no other payment of the order is for.
    method : str
        One of `METHODS`.
    method_id : UUID, optional
        The customer's card.
    instalments : int, default 1
        Invoices, where it is paid later.
    manual : bool, default False
        Whether a card is only charged at `capture`.

    Raises
    ------
    NotFound, InsufficientFunds
    RecordError
        "payment method must be one of ...; got ..."
    Conflict
        "payments must not exceed their order; got ..."
    """
    if method not in METHODS or (order_id is None and method != "card"):
        raise RecordError(
            f"payment method must be one of {', '.join(METHODS)}, and card for a top-up;"
            f" got {method!r}. Choose one."
        )
    if order_id is None:
        fetch_own(work, customer_id)
    else:
        to_pay(work, order_id, customer_id, amount)
    if method_id is not None and methods.find(work, method_id).customer_id != customer_id:
        raise NotFound("payment method", method_id)
    if method == "wallet" and order_id is not None:
        step = created_from_wallet(work, order_id, customer_id, amount)
    else:
        state = _FIRST_STATES[method] if method_id is None else "requires_confirmation"
        step = created(
            work,
            order_id,
            customer_id,
            amount,
            method,
            to=state,
            provider=card_provider(work) if method == "card" else method,
            method_id=method_id,
        )
    fire_together(work, [step])
    if method == "pay_later" and order_id is not None:
        invoices.issue(work, step.record, order_id, customer_id, amount, instalments)
    if method == "card":
        _do(work, "create", lock_own(work, step.record)[0], manual=manual)
    return step.record


@checked
def top_up(work: Work, customer_id: UUID, amount: int, *, method_id: UUID | None = None) -> UUID:
    """Begin a payment into a customer's wallet; it is there when the card is charged.

    Raises
    ------
    RecordError
        "top-up must be 1 to 100000000; got ..."
    """
    check_range("top-up", amount, 1, work.policy.top_up_limit)
    return begin(work, None, customer_id, amount, "card", method_id=method_id)


def choose_method(work: Work, payment_id: UUID, method_id: UUID) -> None:
    """Choose the card to pay with."""
    payment, _ = lock_own(work, payment_id)
    method = methods.find(work, method_id)
    if (method.customer_id, method.provider) != (payment.customer_id, payment.provider):
        raise NotFound("payment method", method_id)
    emit(work, payment, "payment.method_chosen", None, changes={"payment_method_id": method_id})


def confirm(work: Work, payment_id: UUID) -> str:
    """Charge the card, or ask the provider to.

    Returns
    -------
    str
        The state that the payment is in now; ``requires_confirmation`` where the provider is asked after the
        transaction.
    """
    payment, _ = lock_own(work, payment_id)
    rows.require_state(PAYMENT, payment, "payment.confirmed", "requires_confirmation")
    method = methods.find(work, payment.payment_method_id)
    owner = methods.owner_of(work, method.provider, method.customer_id)
    return _do(work, "confirm", payment, method=method.reference, owner=owner)


def capture(work: Work, payment_id: UUID) -> str:
    """Take what is authorised, of a card at the provider, of a wallet from what is set aside; give the state then."""
    work.actor.require("payment.captured", "admin", "system")
    payment, order = lock_own(work, payment_id)
    rows.require_state(PAYMENT, payment, "payment.captured", "requires_capture")
    if payment.method != "card":
        collect(work, payment, order, payment.amount_minor)
        return "succeeded"
    return _do(work, "capture", payment)


def cancel(work: Work, payment_id: UUID) -> str:
    """Call a card's payment off before the money is there, others end with their order; give the state then."""
    payment, _ = lock_own(work, payment_id)
    rows.require_state(PAYMENT, payment, "payment.cancelled")
    if payment.provider not in CARD_PROVIDERS:
        raise Conflict(
            f"payment must be of a card to be called off; got {payment.method}. Cancel the order."
        )
    return _do(work, "cancel", payment)


def settle_cash(work: Work, order_id: UUID) -> None:
    """Take the cash of an order that is delivered; the system does, when it is."""
    _collect_all(work, order_id, "cash_on_delivery", "processing")


def capture_wallet(work: Work, order_id: UUID) -> None:
    """Take what an order's buyer has set aside in the wallet; the system does, at completion.

    It stays in ``held`` for those who get it.
    """
    _collect_all(work, order_id, "wallet", "requires_capture")


def _collect_all(work: Work, order_id: UUID, method: str, status: str) -> None:
    work.actor.require("payment.captured", "admin", "system")
    order = fetch(work, ORDER, order_id)
    for payment in of_order(work, order_id):
        if (payment.method, payment.status) == (method, status):
            collect(work, payment, order, payment.amount_minor)


def void(work: Work, order_id: UUID) -> None:
    """Undo the payments of an order that is cancelled: free, call off, credit, send back.

    Who runs the shop may undo them before, too.

    Raises
    ------
    Forbidden, NotFound
    Conflict
        "payment must not be disputed to be undone; got ..."
    """
    order = fetch_mine(work, ORDER, order_id)
    if order.status != "cancelled":
        work.actor.require("payment.cancelled", "admin", "system")
    system = work.acting_as(SYSTEM)
    for payment in of_order(work, order_id):
        live = payment.status not in ("succeeded", "canceled")
        called_off = ("payment.cancelled", payment.amount_minor)
        if payment.method == "wallet" and payment.status == "requires_capture":
            freed = wallet.released(work, payment.customer_id, payment.amount_minor, order_id)
            emit(work, payment, *called_off, freed)
        elif payment.method == "pay_later" and payment.status == "processing":
            invoices.credit_order(system, order_id, payment.amount_minor, reason="order_cancelled")
        elif live and payment.provider in CARD_PROVIDERS:
            _do(system, "cancel", payment)
        elif live:
            emit(work, payment, *called_off)
        sums = totals(work, payment.id)
        if sums.disputed:
            raise Conflict(
                f"payment must not be disputed to be undone; got {sums.disputed} under dispute."
                " Wait for the bank, or close the dispute as lost."
            )
        if sums.open:
            refund(system, payment.id, sums.open, reason="order_cancelled")


def is_paid(work: Work, order_id: UUID) -> bool:
    """Tell whether all of an order is captured or credited."""
    order = fetch(work, ORDER, order_id, lock=False)
    return bool(sum(covered(work, order_id)) >= order.total_minor)


def _do(work: Work, verb: str, payment: Row[Any], **more: Any) -> str:
    """Have the provider do something, and give the state that the payment is in then."""
    have_done(work, verb, payment, **more)
    return str(fetch(work, PAYMENT, payment.id).status)
