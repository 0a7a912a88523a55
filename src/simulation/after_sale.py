"""Money after the sale: refunds, disputes, charge-backs and cash at the door."""

from __future__ import annotations

from simulation.checkout import capture
from simulation.records import Dispute, Order, Payment
from simulation.shopper import Shopper


def collect_cash(shopper: Shopper, order: Order, payment: Payment, delivered: float) -> None:
    """Take cash at the door; the courier hands it in, and reports it, by the next day."""
    handed_in = delivered + 0.2 + 0.9 * shopper.rng.random()
    capture(shopper, order, payment, delivered, recorded=handed_in)


def charge_back(shopper: Shopper, payment: Payment, captured: float, late: float) -> bool:
    """Let a bank take money back: a debit that bounces, or a card payment that is disputed with success."""
    rng, traits, behaviour = shopper.rng, shopper.traits, shopper.behaviour
    if payment.method == "direct_debit":
        if not shopper.chance(behaviour.bounce_logit + 1.2 * traits.shortage(captured)):
            return False
        at = captured + 2.5 + 3.0 * rng.random()
        take_back(shopper, payment, at, "insufficient_funds")
        return True
    strain = 0.4 * traits.shortage(captured) - 0.5 * traits.discipline
    if not shopper.chance(behaviour.dispute_logit + strain + 0.25 * min(late, 12.0)):
        return False
    return _dispute(shopper, payment, captured + 18.0 + 25.0 * rng.random())


def _dispute(shopper: Shopper, payment: Payment, at: float) -> bool:
    """Dispute a payment with the bank; gives whether it was lost, and the money taken back."""
    rng, event_log = shopper.rng, shopper.event_log
    reason = "product_not_received" if rng.random() < 0.7 else "unrecognised"
    dispute = Dispute(
        id=event_log.key("dispute", payment.id),
        payment_id=payment.id,
        customer_id=event_log.customer,
        amount_minor=payment.amount_minor,
        currency=payment.currency,
        reason=reason,
        opened_at=event_log.calendar.instant(at),
    )
    if event_log.emit(
        "dispute.opened", at, "dispute", dispute.id, amount=dispute.amount_minor, reason=reason
    ):
        event_log.records.append(dispute)
    verdict = "lost" if rng.random() < shopper.behaviour.dispute_lost_share else "won"
    at += 5.0 + 15.0 * rng.random()
    if event_log.emit(
        "dispute.closed", at, "dispute", dispute.id, amount=dispute.amount_minor, reason=verdict
    ):
        dispute.status = verdict
    if verdict == "lost":
        take_back(shopper, payment, at, reason)
    return verdict == "lost"


def take_back(shopper: Shopper, payment: Payment, at: float, reason: str) -> None:
    """Charge a captured amount back; the shop's bank reports it a day later."""
    _reverse(
        shopper, "payment.charged_back", payment, payment.amount_minor, at, reason,
        recorded=at + 0.4 + 0.8 * shopper.rng.random(),
    )  # fmt: skip


def refund(shopper: Shopper, payment: Payment, amount: int, at: float, reason: str) -> None:
    """Give captured money back."""
    _reverse(shopper, "payment.refunded", payment, amount, at, reason)


def _reverse(
    shopper: Shopper,
    event_type: str,
    payment: Payment,
    amount: int,
    at: float,
    reason: str,
    *,
    recorded: float | None = None,
) -> None:
    shopper.event_log.emit(
        event_type, at, "payment", payment.id,
        amount=amount, method=payment.method, reason=reason, recorded=recorded,
    )  # fmt: skip
