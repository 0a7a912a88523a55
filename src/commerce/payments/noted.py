"""Payments that happened elsewhere: taken at a counter, by transfer, or refused there."""

from __future__ import annotations

from uuid import UUID

from commerce.errors import RecordError
from commerce.machine import Fact
from commerce.payments.records import check_staff, lock, tell, to_pay
from commerce.payments.settlement import collect
from commerce.work import Work

METHODS = ("card", "cash_on_delivery", "transfer")
"""How such a payment can have been made."""


def note(
    work: Work, order_id: UUID, customer_id: UUID, amount: int, method: str, *, success: bool
) -> UUID:
    """Write down a payment that happened elsewhere, or failed there; who runs the shop may.

    Parameters
    ----------
    work : Work
    order_id, customer_id : UUID
    amount : int
        Minor units.
    method : str
        ``card``, ``cash_on_delivery`` or ``transfer``.
    success : bool
        A failed attempt moves no money.

    Returns
    -------
    UUID
    """
    check_staff(work, "payment.captured")
    if method not in METHODS:
        raise RecordError(
            f"payment method must be one of {', '.join(METHODS)}; got {method!r}. Choose one."
        )
    order = to_pay(work, order_id, customer_id, amount)
    payment = work.new_id()
    columns = {
        "order_id": order_id,
        "customer_id": customer_id,
        "method": method,
        "amount_minor": amount,
        "currency": work.tenant.currency,
        "created_at": work.now,
    }
    made = Fact("payment.created", customer_id=customer_id, amount=amount, method=method)
    tell(work, payment, made, to="requires_confirmation", new=columns)
    if success:
        collect(work, lock(work, payment)[0], order, amount)
    else:
        tell(work, payment, made._replace(type="payment.failed"))
    return payment
