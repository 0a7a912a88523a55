"""Payments that happened elsewhere: taken at a counter, by transfer, or refused there."""

from __future__ import annotations

from uuid import UUID

from commerce.payments.funds import collect
from commerce.payments.payment_rows import created, emit, lock, to_pay
from commerce.records.arguments import checked
from commerce.records.errors import check_choice
from commerce.records.machine import fire_together
from commerce.records.work import Work

METHODS = ("card", "cash_on_delivery", "transfer")
"""How such a payment can have been made."""

_IN_OTHER_WORDS = {"cod": "cash_on_delivery", "bank_transfer": "transfer"}


@checked
def record_payment(
    work: Work, order_id: UUID, customer_id: UUID, amount: int, method: str, *, success: bool
) -> UUID:
    """Write down a payment that happened elsewhere, or failed there; who runs the shop may.

    Parameters
    ----------
    amount : int
        Minor units.
    method : str
        ``card``, ``cash_on_delivery`` (or ``cod``) or ``transfer`` (or ``bank_transfer``).
    success : bool
        A failed attempt moves no money.
    """
    work.actor.require("payment.captured", "admin", "system")
    method = _IN_OTHER_WORDS.get(method, method)
    check_choice("payment method", method, METHODS)
    order = to_pay(work, order_id, customer_id, amount)
    step = created(work, order_id, customer_id, amount, method, to="requires_confirmation")
    fire_together(work, [step])
    payment, _ = lock(work, step.record)
    if success:
        collect(work, payment, order, amount)
    else:
        emit(work, payment, "payment.failed", amount)
    return step.record
