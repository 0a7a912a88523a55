"""Returns: requested, received, inspected, then approved or rejected."""

from __future__ import annotations

from simulation.fulfilment import COMPLETED_AFTER_DAYS
from simulation.records import Order, Return
from simulation.shopper import Shopper

_REASONS = ("wrong_size", "not_as_described", "changed_mind", "damaged")
_SELLERS_FAULT = ("not_as_described", "damaged")
_PENALTY = 5


def send_back(shopper: Shopper, order: Order, delivered: float) -> tuple[float, int] | None:
    """Send one line of an order back, or keep everything.

    Returns
    -------
    tuple of (float, int), or None
        The day of approval and the amount to give back; None where nothing is given back.
    """
    rng, event_log, behaviour = shopper.rng, shopper.event_log, shopper.behaviour
    line = order.lines[int(rng.random() * len(order.lines))]
    product = line.variant.product
    if not shopper.chance(behaviour.return_logit + shopper.traits.sends_back + product.sent_back):
        return None
    shopper.suffer(behaviour.return_hurts)
    quantity = line.quantity if rng.random() < 0.7 else rng.randint(1, line.quantity)
    amount = line.amount_minor // line.quantity * quantity
    reason = _REASONS[int(rng.random() * len(_REASONS))]
    at = delivered + 0.4 + rng.expovariate(1 / 4.0)
    request = Return(
        id=event_log.key("return", order.external_id),
        order_id=order.id,
        position=line.position,
        quantity=quantity,
        reason=reason,
        requested_at=event_log.calendar.instant(at),
    )

    def emit(status: str, *, price: int | None = None) -> bool:
        seen = event_log.emit(
            f"return.{status}", at, "return", request.id,
            amount=price, quantity=quantity, reason=reason if price else None,
            category=request.condition, product=product.id, seller=product.seller_id,
        )  # fmt: skip
        if seen:
            request.status = status
        return seen

    if emit("requested", price=amount):
        event_log.records.append(request)
    at += 2.0 + 4.0 * rng.random()
    emit("received")
    at += 0.2 + 1.2 * rng.random()
    drawn = rng.random()
    condition = "new" if drawn < 0.6 else "opened" if drawn < 0.88 else "damaged"
    if event_log.calendar.instant(at) < event_log.calendar.end:
        request.condition = condition
    emit("inspected")
    at += 0.05 + 0.3 * rng.random()
    if rng.random() < (0.55 if condition == "damaged" and reason != "damaged" else 0.05):
        shopper.suffer(behaviour.rejected_return_hurts)
        emit("rejected", price=amount)
        return None
    if emit("approved", price=amount):
        request.refund_minor = amount
        line.returned_quantity += quantity
    if reason in _SELLERS_FAULT:
        event_log.emit(
            "points.deducted", max(at, delivered + COMPLETED_AFTER_DAYS), "points", product.seller_id,
            value=_PENALTY, reason="return", seller=product.seller_id,
            customer=product.seller.customer_id,
        )  # fmt: skip
    return at, amount
