"""From the promise to the door: deliveries, late ones and failed ones."""

from __future__ import annotations

import math

from simulation.calendar import office_hour
from simulation.checkout import cancel
from simulation.diary import Delivery, Order
from simulation.shopper import HOUR, MINUTE, Shopper

_REASONS = ("nobody_home", "wrong_address", "refused")
_BACK_AT_THE_SHOP_DAYS = 4.0


def fulfil(shopper: Shopper, order: Order, at: float, *, cash: bool) -> tuple[float | None, float]:
    """Bring an order to its buyer.

    Parameters
    ----------
    shopper : Shopper
    order : Order
    at : float
        Day on which the order was cleared for shipping.
    cash : bool
        Whether it is paid at the door.

    Returns
    -------
    tuple of (float or None, float)
        The day it arrived and how many days late, or None and the day it was called off.
    """
    rng, diary, behaviour = shopper.rng, shopper.diary, shopper.behaviour
    promise = math.floor(at) + rng.randint(3, 6) + 20 * HOUR
    delivery = Delivery(
        key=diary.key("delivery", order.external_id),
        order=order.key,
        promised=diary.calendar.instant(promise),
    )
    diary.deliveries.append(delivery)
    at += MINUTE
    diary.note("delivery.promised", at, "delivery", delivery.key, due=delivery.promised)
    at += 0.2 + 0.8 * rng.random()
    if diary.note("delivery.claimed", at, "delivery", delivery.key):
        delivery.status = "processing"
    at += 0.1 + 0.4 * rng.random()
    if diary.note("delivery.shipped", at, "delivery", delivery.key):
        delivery.status = "shipped"
    far = shopper.traits.remoteness
    busy = diary.calendar.congestion(at)
    arrival = max(at + 0.3, math.floor(promise) - rng.randint(0, 1) + office_hour(rng))
    if shopper.chance(behaviour.late_parcel_logit + 0.8 * far + 0.9 * busy):
        arrival = math.floor(promise + 1 + shopper.late_by(1.8, 0.8)) + office_hour(rng)
    late = max(0.0, arrival - promise)
    if late > 0:
        shopper.suffer(behaviour.late_delivery_hurts * min(2.0, 0.5 + late / 5))
    if shopper.chance(behaviour.failed_parcel_logit + 0.5 * far + 1.4 * cash):
        return None, _fail(shopper, order, delivery, arrival, cash=cash)
    _hand_over(shopper, delivery, arrival)
    completed = arrival + 3.0
    if diary.note("order.completed", completed, "order", order.key, amount=order.total):
        order.status = "completed"
    return arrival, late


def _hand_over(shopper: Shopper, delivery: Delivery, arrival: float) -> None:
    """Deliver against a PIN or a QR code; some couriers' devices report hours later."""
    rng, diary = shopper.rng, shopper.diary
    proof = "pin" if rng.random() < 0.6 else "qr"
    if rng.random() < 0.02:
        diary.note(
            "delivery.proof_failed",
            arrival - MINUTE,
            "delivery",
            delivery.key,
            method=proof,
            reason="wrong_code",
        )
    offline = (1 + 9 * rng.random()) * HOUR if rng.random() < 0.12 else 0.0
    if diary.note(
        "delivery.delivered",
        arrival,
        "delivery",
        delivery.key,
        method=proof,
        recorded=arrival + offline,
    ):
        delivery.status = "delivered"
        delivery.delivered = diary.calendar.instant(arrival)


def _fail(
    shopper: Shopper, order: Order, delivery: Delivery, arrival: float, *, cash: bool
) -> float:
    """Fail at the door, bring the parcel back and call the order off; gives the day of that."""
    rng = shopper.rng
    refused = cash and rng.random() < 0.6
    reason = _REASONS[2] if refused else _REASONS[rng.randint(0, 1)]
    shopper.diary.note("delivery.failed", arrival, "delivery", delivery.key, reason=reason)
    if not refused:
        shopper.suffer(shopper.behaviour.failed_delivery_hurts)
    closed = arrival + _BACK_AT_THE_SHOP_DAYS
    cancel(shopper, order, closed, "undeliverable")
    return closed
