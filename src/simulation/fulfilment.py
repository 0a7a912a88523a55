"""From the promise to the door: deliveries, late ones and failed ones, and what the buyer thinks of it."""

from __future__ import annotations

import math

from simulation.calendar import office_hour
from simulation.checkout import cancel
from simulation.records import Delivery, Order, Review
from simulation.shopper import HOUR, MINUTE, Shopper

COMPLETED_AFTER_DAYS = 3.0
_REASONS = ("nobody_home", "wrong_address", "refused")
_BACK_AT_THE_SHOP_DAYS = 4.0
_POINTS = 10


def fulfil(shopper: Shopper, order: Order, at: float, *, cash: bool) -> tuple[float | None, float]:
    """Bring an order to its buyer.

    Parameters
    ----------
    at : float
        Day on which the order was cleared for shipping.
    cash : bool
        Whether it is paid at the door.

    Returns
    -------
    tuple of (float or None, float)
        The day it arrived and how many days late, or None and the day it was called off.
    """
    rng, event_log, behaviour = shopper.rng, shopper.event_log, shopper.behaviour
    promise = math.floor(at) + rng.randint(3, 6) + 20 * HOUR
    delivery = Delivery(
        id=event_log.key("delivery", order.external_id),
        order_id=order.id,
        promised_at=event_log.calendar.instant(promise),
    )
    at += MINUTE
    if event_log.emit("delivery.promised", at, "delivery", delivery.id, due=delivery.promised_at):
        event_log.records.append(delivery)
    at += 0.2 + 0.8 * rng.random()
    if event_log.emit("delivery.claimed", at, "delivery", delivery.id):
        delivery.status = "processing"
    at += 0.1 + 0.4 * rng.random()
    if event_log.emit("delivery.shipped", at, "delivery", delivery.id):
        delivery.status = "shipped"
    far = shopper.traits.remoteness
    slow = order.lines[0].variant.product.seller.slowness
    busy = event_log.calendar.congestion(at)
    arrival = max(at + 0.3, math.floor(promise) - rng.randint(0, 1) + office_hour(rng))
    if shopper.chance(behaviour.late_parcel_logit + 0.8 * far + 0.9 * busy + slow):
        arrival = math.floor(promise + 1 + shopper.late_by(1.8, 0.8)) + office_hour(rng)
    late = max(0.0, arrival - promise)
    if late > 0:
        shopper.suffer(behaviour.late_delivery_hurts * min(2.0, 0.5 + late / 5))
    if shopper.chance(behaviour.failed_parcel_logit + 0.5 * far + 1.4 * cash):
        return None, _fail(shopper, order, delivery, arrival, cash=cash)
    _hand_over(shopper, delivery, arrival)
    _complete(shopper, order, arrival + COMPLETED_AFTER_DAYS)
    _judge(shopper, order, arrival, late)
    return arrival, late


def _hand_over(shopper: Shopper, delivery: Delivery, arrival: float) -> None:
    """Deliver against a PIN or a QR code; some couriers' devices report hours later."""
    rng, event_log = shopper.rng, shopper.event_log
    proof = "pin" if rng.random() < 0.6 else "qr"
    if rng.random() < shopper.behaviour.wrong_proof_share:
        event_log.emit(
            "delivery.proof_failed", arrival - MINUTE, "delivery", delivery.id,
            method=proof, reason="wrong_code",
        )  # fmt: skip
    offline = (1 + 9 * rng.random()) * HOUR if rng.random() < 0.12 else 0.0
    if event_log.emit(
        "delivery.delivered", arrival, "delivery", delivery.id,
        method=proof, recorded=arrival + offline,
    ):  # fmt: skip
        delivery.status = "delivered"
        delivery.delivered_at = event_log.calendar.instant(arrival)


def _complete(shopper: Shopper, order: Order, at: float) -> None:
    """Close an order for good; each of its sellers earns points."""
    if shopper.event_log.emit("order.completed", at, "order", order.id, amount=order.total_minor):
        order.status = "completed"
    for seller in {line.seller_id: line.variant.product.seller for line in order.lines}.values():
        shopper.event_log.emit(
            "points.earned", at, "points", seller.id,
            value=_POINTS, reason="order_completed", seller=seller.id, customer=seller.customer_id,
        )  # fmt: skip


def _judge(shopper: Shopper, order: Order, arrival: float, late: float) -> None:
    """Like what came, or not; some say so in stars, and a few think again."""
    rng, event_log, behaviour = shopper.rng, shopper.event_log, shopper.behaviour
    disappointed = shopper.chance(behaviour.disappointment_logit)
    if disappointed:
        shopper.suffer(behaviour.disappointment_hurts)
    stirred = 0.8 * disappointed + 0.1 * min(late, 5.0) + 0.8 * shopper.traits.candour
    if not shopper.chance(behaviour.review_logit + stirred):
        return
    liking = 4.6 - 2.4 * disappointed - 0.25 * min(late, 6.0) + rng.normalvariate(0.0, 0.7)
    line = order.lines[int(rng.random() * len(order.lines))]
    at = arrival + 0.5 + rng.expovariate(1 / 4.0)
    review = Review(
        id=event_log.key("review", order.external_id),
        product_id=line.product_id,
        order_id=order.id,
        customer_id=event_log.customer,
        stars=max(1, min(5, round(liking))),
        posted_at=event_log.calendar.instant(at),
    )
    thing, seller = line.product_id, line.seller_id
    if not event_log.emit(
        "review.posted", at, "review", review.id, value=review.stars, product=thing, seller=seller
    ):
        return
    event_log.records.append(review)
    if rng.random() < behaviour.edited_share:
        changed = max(1, min(5, review.stars + rng.choice((-1, 1))))
        at += 1.0 + 20.0 * rng.random()
        if event_log.emit(
            "review.edited", at, "review", review.id, value=changed, product=thing, seller=seller
        ):
            review.stars = changed
    line.variant.product.ratings_count += 1
    line.variant.product.ratings_sum += review.stars


def _fail(
    shopper: Shopper, order: Order, delivery: Delivery, arrival: float, *, cash: bool
) -> float:
    """Fail at the door, bring the parcel back and call the order off; gives the day of that."""
    rng = shopper.rng
    refused = cash and rng.random() < 0.6
    reason = _REASONS[2] if refused else _REASONS[rng.randint(0, 1)]
    if shopper.event_log.emit("delivery.failed", arrival, "delivery", delivery.id, reason=reason):
        delivery.status = "processing"
    if not refused:
        shopper.suffer(shopper.behaviour.failed_delivery_hurts)
    closed = arrival + _BACK_AT_THE_SHOP_DAYS
    cancel(shopper, order, closed, "undeliverable")
    return closed
