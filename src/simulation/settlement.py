"""Money after the sale: refunds, charge-backs and cash at the door."""

from __future__ import annotations

from simulation.checkout import capture
from simulation.diary import Order, Payment
from simulation.shopper import Shopper

_BOUNCE_LOGIT = -4.3
_DISPUTE_LOGIT = -6.8


def collect_cash(shopper: Shopper, order: Order, payment: Payment, delivered: float) -> None:
    """Take cash at the door; the courier hands it in, and reports it, by the next day."""
    handed_in = delivered + 0.2 + 0.9 * shopper.rng.random()
    capture(shopper, order, payment, delivered, recorded=handed_in)


def charge_back(shopper: Shopper, payment: Payment, captured: float, late: float) -> float | None:
    """Let a bank take money back: a debit that bounces, or a card payment that is disputed.

    Returns
    -------
    float or None
        The day of the charge-back, if there was one.
    """
    rng, traits = shopper.rng, shopper.traits
    if payment.method == "direct_debit":
        if not shopper.chance(_BOUNCE_LOGIT + 1.2 * traits.shortage(captured)):
            return None
        at, reason = captured + 2.5 + 3.0 * rng.random(), "insufficient_funds"
    elif payment.method == "card":
        if not shopper.chance(_DISPUTE_LOGIT - 0.5 * traits.discipline + 0.25 * min(late, 12.0)):
            return None
        at, reason = captured + 18.0 + 25.0 * rng.random(), "product_not_received"
    else:
        return None
    take_back(shopper, payment, payment.amount, at, reason)
    return at


def take_back(shopper: Shopper, payment: Payment, amount: int, at: float, reason: str) -> None:
    """Charge a captured amount back; the shop's bank reports it a day later."""
    shopper.diary.note(
        "payment.charged_back",
        at,
        "payment",
        payment.key,
        amount=amount,
        method=payment.method,
        reason=reason,
        recorded=at + 0.4 + 0.8 * shopper.rng.random(),
    )


def refund(shopper: Shopper, payment: Payment, amount: int, at: float, reason: str) -> None:
    """Give captured money back."""
    shopper.diary.note(
        "payment.refunded",
        at,
        "payment",
        payment.key,
        amount=amount,
        method=payment.method,
        reason=reason,
    )
