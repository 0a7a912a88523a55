"""A customer's life with the shop: registering, buying again and again, lapsing, perhaps coming back."""

from __future__ import annotations

import math
from dataclasses import dataclass

from simulation.billing import bill
from simulation.calendar import shopping_hour
from simulation.checkout import (
    choose_method,
    open_payment,
    pay_at_once,
    place_order,
)
from simulation.diary import Order
from simulation.fulfilment import fulfil
from simulation.returns import send_back
from simulation.settlement import charge_back, collect_cash, refund
from simulation.shopper import MINUTE, Shopper

_BACK_AFTER_DAYS = 120.0


@dataclass(frozen=True, slots=True)
class Lapse:
    """When a customer stopped being one, in days since opening; infinite where it has not happened."""

    first: float
    last: float


def live(shopper: Shopper) -> Lapse:
    """Let a customer register and deal with the shop until its clock.

    Returns
    -------
    Lapse
        The latent day(s) of lapsing: truth, not record.
    """
    rng, traits, diary = shopper.rng, shopper.traits, shopper.diary
    diary.note(
        "customer.registered",
        traits.joined,
        "customer",
        diary.identity().hex,
        method=traits.channel,
        category=traits.country,
    )
    if rng.random() < shopper.behaviour.never_buys:
        return Lapse(traits.joined, traits.joined)
    at = traits.joined + 10 * MINUTE
    if rng.random() < 0.3:
        at = _next_moment(shopper, at, rng.expovariate(1 / 18))
    first_lapse = math.inf
    while at < shopper.calendar.days:
        lapsed = _stay(shopper, at)
        first_lapse = min(first_lapse, lapsed)
        if lapsed >= shopper.calendar.days or rng.random() >= shopper.behaviour.win_back:
            return Lapse(_capped(shopper, first_lapse), _capped(shopper, lapsed))
        at = _next_moment(shopper, lapsed, 60.0 + rng.expovariate(1 / _BACK_AFTER_DAYS))
    return Lapse(_capped(shopper, first_lapse), _capped(shopper, first_lapse))


def _capped(shopper: Shopper, day: float) -> float:
    return day if day < shopper.calendar.days else math.inf


def _stay(shopper: Shopper, at: float) -> float:
    """Buy from a day on until patience with the shop is used up; gives the day of lapsing."""
    rng, traits, behaviour = shopper.rng, shopper.traits, shopper.behaviour
    patience = rng.expovariate(1.0)
    mood = 0.0
    order_number = 0
    while at < shopper.calendar.days:
        order_number += 1
        shopper.grievances = behaviour.first_impression if order_number == 1 else 0.0
        deal(shopper, at)
        if patience <= shopper.grievances:
            return at + 3.0 * rng.random()
        patience -= shopper.grievances
        mood = 0.85 * mood + behaviour.mood_spread * rng.normalvariate(0.0, 1.0)
        rate = traits.rate * math.exp(mood / max(1.0, traits.regularity**0.5))
        demand = rng.gammavariate(traits.regularity, 1 / (rate * traits.regularity))
        if rng.random() < behaviour.pause_share:
            demand += rng.expovariate(1 / behaviour.pause_days)
        following = _next_moment(shopper, at, demand)
        if patience <= traits.hazard * (following - at):
            return at + patience / traits.hazard
        patience -= traits.hazard * (following - at)
        at = following
    return math.inf


def _next_moment(shopper: Shopper, at: float, demand: float) -> float:
    """Find the day on which demand has used itself up, at a time people shop, and never before ``at``."""
    moment = shopper.calendar.after_demand(at, demand)
    chosen = math.floor(moment) + shopping_hour(shopper.rng, shopper.traits.habit)
    return max(chosen, at + (5 + 50 * shopper.rng.random()) * MINUTE)


def deal(shopper: Shopper, at: float) -> Order:
    """Carry one order from the basket to its last consequence."""
    order = place_order(shopper, at)
    method = choose_method(shopper, at, order.total)
    if method == "pay_later":
        _on_account(shopper, order, at)
    elif method == "cash_on_delivery":
        _at_the_door(shopper, order, at)
    else:
        _at_once(shopper, order, method, at)
    return order


def _on_account(shopper: Shopper, order: Order, at: float) -> None:
    delivered, day = fulfil(shopper, order, at, cash=False)
    if delivered is None:
        bill(shopper, order, at, (day, order.total, "cancelled"))
        return
    returned = send_back(shopper, order, delivered)
    bill(shopper, order, at, None if returned is None else (*returned, "returned"))


def _at_the_door(shopper: Shopper, order: Order, at: float) -> None:
    payment = open_payment(shopper, order, "cash_on_delivery", at)
    payment.status = "requires_capture"
    delivered, day = fulfil(shopper, order, at, cash=True)
    if delivered is None:
        if day < shopper.calendar.days:
            payment.status = "canceled"
        return
    collect_cash(shopper, order, payment, delivered)
    returned = send_back(shopper, order, delivered)
    if returned is not None:
        refund(shopper, payment, returned[1], returned[0] + 2.0, "returned")


def _at_once(shopper: Shopper, order: Order, method: str, at: float) -> None:
    paid = pay_at_once(shopper, order, method, at)
    if paid is None:
        return
    payment, captured = paid
    delivered, day = fulfil(shopper, order, captured, cash=False)
    if delivered is None:
        refund(shopper, payment, order.total, day + 1.0, "cancelled")
        return
    taken_back = charge_back(shopper, payment, captured, day)
    returned = send_back(shopper, order, delivered)
    if returned is not None and taken_back is None:
        refund(shopper, payment, returned[1], returned[0] + 2.0, "returned")
