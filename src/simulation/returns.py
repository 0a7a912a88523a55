"""Goods that come back: requested, received, inspected, then approved or rejected."""

from __future__ import annotations

from simulation.diary import Order, Return
from simulation.shopper import Shopper

_REASONS = ("wrong_size", "not_as_described", "changed_mind", "damaged")


def send_back(shopper: Shopper, order: Order, delivered: float) -> tuple[float, int] | None:
    """Send one line of an order back, or keep everything.

    Returns
    -------
    tuple of (float, int), or None
        The day of approval and the amount to give back; None where nothing is given back.
    """
    rng, diary, behaviour = shopper.rng, shopper.diary, shopper.behaviour
    position = int(rng.random() * len(order.lines))
    line = order.lines[position]
    logit = behaviour.return_logit + shopper.traits.sends_back + line.variant.sent_back
    if not shopper.chance(logit):
        return None
    shopper.suffer(behaviour.return_hurts)
    quantity = line.quantity if rng.random() < 0.7 else rng.randint(1, line.quantity)
    reason = _REASONS[int(rng.random() * len(_REASONS))]
    at = delivered + 0.4 + rng.expovariate(1 / 4.0)
    request = Return(
        key=diary.key("return", order.external_id),
        order=order.key,
        position=position,
        quantity=quantity,
        reason=reason,
        requested=diary.calendar.instant(at),
    )
    amount = line.variant.price * quantity
    product = line.variant.product
    if diary.note(
        "return.requested", at, "return", request.key,
        amount=amount, quantity=quantity, reason=reason, product=product,
    ):  # fmt: skip
        diary.returns.append(request)
    at += 2.0 + 4.0 * rng.random()
    if diary.note("return.received", at, "return", request.key, quantity=quantity, product=product):
        request.status = "received"
    drawn = rng.random()
    condition = "new" if drawn < 0.6 else "opened" if drawn < 0.88 else "damaged"
    at += 0.2 + 1.2 * rng.random()
    if diary.note(
        "return.inspected", at, "return", request.key,
        quantity=quantity, category=condition, product=product,
    ):  # fmt: skip
        request.status = "inspected"
    at += 0.05 + 0.3 * rng.random()
    refused = rng.random() < (0.55 if condition == "damaged" and reason != "damaged" else 0.05)
    verdict = "return.rejected" if refused else "return.approved"
    if refused:
        shopper.suffer(behaviour.rejected_return_hurts)
    if diary.note(
        verdict, at, "return", request.key,
        amount=amount, quantity=quantity, reason=reason, category=condition, product=product,
    ):  # fmt: skip
        request.status = verdict.removeprefix("return.")
        if not refused:
            line.returned += quantity
    return None if refused else (at, amount)
