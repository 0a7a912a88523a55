"""From the basket to the payment: what is bought and how it is paid for at once."""

from __future__ import annotations

from functools import lru_cache

from commerce.records.money import from_minor
from simulation.records import Line, Order, Payment, Variant
from simulation.shopper import MINUTE, Shopper
from simulation.traits import METHODS, choose

_CODES = (
    ("insufficient_funds", 0.55),
    ("do_not_honor", 0.20),
    ("authentication_failed", 0.13),
    ("expired_card", 0.08),
    ("suspected_fraud", 0.04),
)
_MOST_LINES = 8
_TRUSTED_OVERDUE_DAYS = 12.0
_TRUSTED_BILLS = 3


def place_order(shopper: Shopper, at: float) -> Order:
    """Fill a basket and place the order, with one event per line."""
    shopper.event_log.orders += 1
    name = f"O{shopper.event_log.name[1:]}-{shopper.event_log.orders:03d}"
    things = [(thing, quantity, thing.price_minor) for thing, quantity in _basket(shopper)]
    return order_of(shopper, name, at, things, shopper.traits.channel)


def order_of(
    shopper: Shopper, name: str, at: float, things: list[tuple[Variant, int, int]], channel: str
) -> Order:
    """Place an order of things, each with its quantity and its price in minor units."""
    event_log = shopper.event_log
    key = event_log.key("order", name)
    lines = [
        Line(
            key, position, thing, thing.product_id, thing.id, thing.product.seller_id, quantity,
            _decimal(price, event_log.currency), price * quantity,
        )
        for position, (thing, quantity, price) in enumerate(things, start=1)
    ]  # fmt: skip
    order = Order(
        id=key,
        external_id=name,
        customer_id=event_log.customer,
        total_minor=sum(line.amount_minor for line in lines),
        currency=event_log.currency,
        placed_at=event_log.calendar.instant(at),
        lines=lines,
    )
    units = sum(line.quantity for line in lines)
    if event_log.emit(
        "order.placed", at, "order", key,
        amount=order.total_minor, quantity=units, value=len(lines), method=channel,
    ):  # fmt: skip
        event_log.records += (order, *lines)
    for line in lines:
        event_log.emit(
            "order.line", at, "order", key,
            amount=line.amount_minor, quantity=line.quantity,
            category=line.variant.product.category, product=line.product_id, seller=line.seller_id,
        )  # fmt: skip
    return order


@lru_cache(maxsize=4096)
def _decimal(price: int, currency: str) -> str:
    return str(from_minor(price, currency))


def _basket(shopper: Shopper) -> list[tuple[Variant, int]]:
    """Choose what to buy: a few popular things, more of them by those who spend more."""
    rng, traits, assortment = shopper.rng, shopper.traits, shopper.assortment
    chosen: dict[str, tuple[Variant, int]] = {}
    while len(chosen) < _MOST_LINES:
        at_home = rng.random() < 0.45
        variant = assortment.pick_from(traits.favourite, rng) if at_home else assortment.pick(rng)
        if rng.random() < traits.taste * 0.6:
            variant = max(variant, assortment.pick(rng), key=lambda thing: thing.price_minor)
        quantity = 1
        if traits.wholesale:
            quantity = min(60, int(2 * rng.paretovariate(1.3)))
        elif rng.random() < 0.22:
            quantity = min(12, 1 + int(rng.paretovariate(1.8)))
        chosen[variant.sku] = (variant, quantity + chosen.get(variant.sku, (variant, 0))[1])
        if not shopper.chance(-0.35 + 1.1 * traits.spend):
            break
    return list(chosen.values())


def choose_method(shopper: Shopper, at: float) -> str:
    """Choose how to pay; the shop bills later only who has no bill long overdue and not too many open."""
    method = shopper.traits.method(shopper.rng)
    if method != "pay_later":
        return method
    open_bills = sum(debt.balance(at) > 0 for debt in shopper.debts)
    if shopper.overdue(at) > _TRUSTED_OVERDUE_DAYS or open_bills >= _TRUSTED_BILLS:
        return METHODS[0]
    return method


def pay_at_once(
    shopper: Shopper, order: Order, method: str, at: float
) -> tuple[Payment, float] | None:
    """Pay by card or direct debit: an attempt, perhaps others, or giving up.

    Returns
    -------
    tuple of Payment and float, or None
        The payment and the day it was captured; None where the order was abandoned.
    """
    event_log, rng = shopper.event_log, shopper.rng
    payment = open_payment(shopper, order, method, at)
    logit = shopper.behaviour.decline_logit + 1.1 * shopper.traits.shortage(at)
    for attempt in range(4):
        at += (1 + 3 * rng.random()) * MINUTE
        if not shopper.chance(logit + 0.9 * (attempt > 0)):
            bank_days = 1.0 + 1.2 * rng.random() if method == "direct_debit" else 0.0
            capture(shopper, order, payment, at, recorded=at + bank_days)
            return payment, at
        event_log.emit(
            "payment.failed", at, "payment", payment.id,
            amount=payment.amount_minor, method=method, reason=_decline_code(shopper, at),
        )  # fmt: skip
        if rng.random() < 0.3:
            break
    shopper.suffer(shopper.behaviour.failed_payment_hurts)
    if at + 1.0 < shopper.calendar.days:
        payment.status = "canceled"
    cancel(shopper, order, at + 1.0, "payment_failed")
    return None


def open_payment(
    shopper: Shopper,
    order: Order,
    method: str,
    at: float,
    *,
    status: str = "requires_payment_method",
    purpose: str = "",
    amount: int | None = None,
) -> Payment:
    """Put a payment on record, not yet paid; ``purpose`` names a second one of the same method."""
    event_log = shopper.event_log
    payment = Payment(
        id=event_log.key("payment", f"{order.external_id}:{purpose or method}"),
        order_id=order.id,
        customer_id=event_log.customer,
        method=method,
        amount_minor=order.total_minor if amount is None else amount,
        currency=event_log.currency,
        created_at=event_log.calendar.instant(at),
        status=status,
    )
    if payment.created_at < event_log.calendar.end:
        event_log.records.append(payment)
    return payment


def capture(
    shopper: Shopper, order: Order, payment: Payment, at: float, *, recorded: float | None = None
) -> None:
    """Take the whole amount of an order."""
    amount, method = payment.amount_minor, payment.method
    if shopper.event_log.emit(
        "payment.captured", at, "payment", payment.id,
        amount=amount, method=method, recorded=recorded,
    ):  # fmt: skip
        payment.status = "succeeded"
    shopper.event_log.emit(
        "order.paid", at, "order", order.id, amount=amount, method=method, recorded=recorded
    )


def cancel(shopper: Shopper, order: Order, at: float, reason: str) -> None:
    """Call an order off."""
    if shopper.event_log.emit(
        "order.cancelled", at, "order", order.id, amount=order.total_minor, reason=reason
    ):
        order.status = "cancelled"


def _decline_code(shopper: Shopper, at: float) -> str:
    if shopper.traits.shortage(at) > 1.0 and shopper.rng.random() < 0.6:
        return _CODES[0][0]
    return choose(shopper.rng, _CODES)
