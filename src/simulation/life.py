"""A customer's life with the shop: registering, buying again and again, lapsing, perhaps coming back."""

from __future__ import annotations

import math
from typing import NamedTuple

from simulation.after_sale import charge_back, collect_cash, refund
from simulation.billing import bill
from simulation.calendar import shopping_hour
from simulation.checkout import choose_method, open_payment, pay_at_once, place_order
from simulation.fulfilment import COMPLETED_AFTER_DAYS, fulfil
from simulation.offers import MadeOffer
from simulation.records import Customer, Order
from simulation.returns import send_back
from simulation.shopper import MINUTE, Shopper
from simulation.wallet import free, give_back, hold, spend

_BACK_AFTER_DAYS = 120.0


class Lapse(NamedTuple):
    """When a customer stopped being one, in days since opening; infinite where it has not happened."""

    first: float
    last: float


def live(shopper: Shopper, offer: MadeOffer | None = None) -> Lapse:
    """Let a customer register and deal with the shop until its clock.

    Parameters
    ----------
    offer : MadeOffer, optional
        One that is made to her on the way.

    Returns
    -------
    Lapse
        The latent day(s) of lapsing: truth, not record.
    """
    rng, traits, end = shopper.rng, shopper.traits, shopper.calendar.days
    _register(shopper)
    if rng.random() < shopper.behaviour.never_buys:
        return Lapse(traits.joined, traits.joined)
    at = traits.joined + 10 * MINUTE
    if rng.random() < 0.3:
        at = _next_moment(shopper, at, rng.expovariate(1 / 18))
    first = last = math.inf
    while at < end:
        lapsed = _stay(shopper, at)
        if lapsed >= end:
            return Lapse(first, math.inf)
        if offer is not None and offer.keeps(lapsed):
            at = _next_moment(shopper, lapsed, rng.expovariate(traits.rate))
            continue
        _profile(shopper, lapsed + rng.random(), 0, shopper.behaviour.unsubscribe_share)
        first, last = min(first, lapsed), lapsed
        at = math.inf
        if rng.random() < shopper.behaviour.win_back:
            at = _next_moment(shopper, lapsed, 60.0 + rng.expovariate(1 / _BACK_AFTER_DAYS))
        if offer is not None and offer.wins_back(lapsed, at):
            answered = rng.expovariate(1 / offer.effect.answered_days)
            at = min(at, _next_moment(shopper, offer.day, answered))
    return Lapse(first, last)


def _register(shopper: Shopper) -> None:
    """Become known to the shop; who trusts it reads its newsletter."""
    traits, event_log = shopper.traits, shopper.event_log
    if event_log.emit(
        "customer.registered", traits.joined, "customer", event_log.customer,
        method=traits.channel, category=traits.country,
    ):  # fmt: skip
        event_log.records.append(
            Customer(
                id=event_log.customer,
                external_id=event_log.name,
                country=traits.country,
                created_at=event_log.calendar.instant(traits.joined),
            )
        )
    wants = 1 / (1 + math.exp(-shopper.behaviour.newsletter_logit - 0.8 * traits.trust))
    _profile(shopper, traits.joined + MINUTE, 1, wants)


def _profile(shopper: Shopper, at: float, newsletter: int, share: float) -> None:
    """Subscribe to the newsletter (1), or give it up (0), by chance."""
    if shopper.rng.random() < share and newsletter != shopper.newsletter:
        shopper.newsletter = newsletter
        shopper.event_log.emit(
            "customer.profiled", at, "customer", shopper.event_log.customer,
            value=newsletter, reason="newsletter",
        )  # fmt: skip


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


def deal(shopper: Shopper, at: float) -> None:
    """Carry one order from the basket to its last consequence."""
    order = place_order(shopper, at)
    method = choose_method(shopper, at)
    if method == "pay_later":
        _on_account(shopper, order, at)
    elif method == "cash_on_delivery":
        _at_the_door(shopper, order, at)
    elif method == "wallet":
        hold(shopper.event_log, shopper.purse, at, order.id, order.total_minor)
        from_wallet(shopper, order, at, order.id)
    else:
        _at_once(shopper, order, method, at)


def _on_account(shopper: Shopper, order: Order, at: float) -> None:
    delivered, day = fulfil(shopper, order, at, cash=False)
    if delivered is None:
        bill(shopper, order, at, (day, order.total_minor, "cancelled"))
        return
    returned = send_back(shopper, order, delivered)
    bill(shopper, order, at, None if returned is None else (*returned, "returned"))


def _at_the_door(shopper: Shopper, order: Order, at: float) -> None:
    payment = open_payment(shopper, order, "cash_on_delivery", at, status="requires_capture")
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
        refund(shopper, payment, order.total_minor, day + 1.0, "cancelled")
        return
    taken_back = charge_back(shopper, payment, captured, day)
    returned = send_back(shopper, order, delivered)
    if returned is not None and not taken_back:
        refund(shopper, payment, returned[1], returned[0] + 2.0, "returned")


def from_wallet(shopper: Shopper, order: Order, at: float, key: str) -> None:
    """Bring an order whose price is set aside in the wallet: under its own key, or that of the auction."""
    event_log, purse = shopper.event_log, shopper.purse
    payment = open_payment(shopper, order, "wallet", at, status="requires_capture")
    delivered, day = fulfil(shopper, order, at, cash=False)
    if delivered is None:
        free(event_log, purse, day, key, order.total_minor)
        if day < shopper.calendar.days:
            payment.status = "canceled"
        return
    completed = delivered + COMPLETED_AFTER_DAYS
    spend(event_log, completed, key, order, payment)
    returned = send_back(shopper, order, delivered)
    if returned is not None:
        back = max(returned[0], completed) + 1.0
        give_back(event_log, purse, back, order, payment, returned[1])
