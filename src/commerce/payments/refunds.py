"""Sending money back, in parts or whole, never more than arrived."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import Row

from commerce import wallet
from commerce.payments import invoices
from commerce.payments.funds import collect, covered, give_back, held
from commerce.payments.payment_rows import lock, of_order
from commerce.payments.provider_calls import CARD_PROVIDERS
from commerce.payments.totals import totals, totals_of
from commerce.payments.webhooks import have_done
from commerce.records.arguments import checked
from commerce.records.errors import Conflict, InsufficientFunds
from commerce.records.machine import fetch
from commerce.records.states import ORDER
from commerce.records.stream.event_types import reason_code
from commerce.records.work import Work


@checked
def refund(
    work: Work,
    payment_id: UUID,
    amount: int | None = None,
    *,
    reason: str,
    position: int | None = None,
) -> int:
    """Send a part of a payment, or all of it, back to where it came from; who runs the shop may.

    What is set aside in a wallet is captured first, so that what went back can be told from what never came.

    Parameters
    ----------
    amount : int, optional
        Minor units, 1 or more; at most what can still go back, which is the default.
    reason : str
        One lower-case word.
    position : int, optional
        The order line it is for: its seller gives it back. By default all of them, by their shares.

    Returns
    -------
    int
        What goes back; a provider outside is asked after the transaction.

    Raises
    ------
    Conflict
        "refunds must not exceed what was captured; got ..."
    """
    work.actor.require("payment.refunded", "admin", "system")
    reason = reason_code(reason)
    payment, order = lock(work, payment_id)
    left = payment.amount_minor if _waits(payment) else totals(work, payment_id).open
    amount = left if amount is None else amount
    if not 0 < amount <= left:
        raise Conflict(
            f"refunds must not exceed what was captured; got {amount} of {left} left."
            " Refund 1 or more, and no more than that."
        )
    if _waits(payment):
        collect(work, payment, order, payment.amount_minor)
    if order is None:
        purse = wallet.of_customer(payment.customer_id)
        holds = held(work, [purse]).get(purse, 0)
        if holds < amount:
            raise InsufficientFunds(purse.kind, payment.currency, amount, holds)
    if payment.provider not in CARD_PROVIDERS:
        give_back(work, payment, order, amount, reason=reason, position=position)
    else:
        have_done(work, "refund", payment, amount=amount, reason=reason, position=position)
    return amount


@checked
def refund_order(
    work: Work,
    order_id: UUID,
    amount: int | None = None,
    *,
    reason: str,
    position: int | None = None,
) -> int:
    """Credit open invoices of an order, then refund its payments, by an amount in all; give that amount.

    Parameters
    ----------
    amount : int, optional
        Minor units, 1 or more; by default all that can still go back.
    reason : str
        One lower-case word.
    position : int, optional
        The order line it is for.

    Raises
    ------
    NotFound
    Conflict
        "refunds must not exceed what was captured; got ..."
    """
    work.actor.require("payment.refunded", "admin", "system")
    fetch(work, ORDER, order_id)
    if amount is None:
        amount = gone_and_left(work, order_id)[1]
    rest = amount - invoices.credit_order(work, order_id, amount, reason=reason, position=position)
    payments = of_order(work, order_id)
    sums = totals_of(work, [payment.id for payment in payments])
    for payment in payments:
        part = min(rest, payment.amount_minor if _waits(payment) else sums[payment.id].open)
        if part:
            refund(work, payment.id, part, reason=reason, position=position)
            rest -= part
    if rest:
        raise Conflict(
            f"refunds must not exceed what was captured; got {amount} of {amount - rest} left."
            " Refund no more than that."
        )
    return amount


def gone_and_left(work: Work, order_id: UUID) -> tuple[int, int]:
    """Tell what went back of an order, or is under way, credited invoices too, and what still can, in minor units."""
    payments = of_order(work, order_id)
    sums = totals_of(work, [payment.id for payment in payments])
    gone = sum(each.refunded + each.pending + each.charged_back for each in sums.values())
    owed = sum(invoice.open for invoice in invoices.of_order(work, order_id))
    left = sum(
        payment.amount_minor if _waits(payment) else sums[payment.id].open for payment in payments
    )
    return gone + covered(work, order_id)[1], left + owed


def _waits(payment: Row[Any]) -> bool:
    """Tell whether a payment is set aside in a wallet, and not captured yet."""
    return bool(payment.method == "wallet" and payment.status == "requires_capture")
