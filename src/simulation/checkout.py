"""From the basket to the payment: what is bought and how it is paid for at once."""

from __future__ import annotations

from simulation.assortment import Variant
from simulation.diary import Line, Order, Payment
from simulation.shopper import MINUTE, Shopper
from simulation.traits import METHODS

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
    diary = shopper.diary
    external = f"O{diary.customer[1:]}-{len(diary.orders) + 1:03d}"
    order = Order(
        key=diary.key("order", external),
        external_id=external,
        placed=diary.calendar.instant(at),
        lines=_basket(shopper),
    )
    diary.orders.append(order)
    diary.note(
        "order.placed",
        at,
        "order",
        order.key,
        amount=order.total,
        quantity=sum(line.quantity for line in order.lines),
        value=len(order.lines),
        method=shopper.traits.channel,
    )
    for line in order.lines:
        diary.note(
            "order.line",
            at,
            "order",
            order.key,
            amount=line.amount,
            quantity=line.quantity,
            category=line.variant.category,
            product=line.variant.product,
        )
    return order


def _basket(shopper: Shopper) -> list[Line]:
    """Choose what to buy: a few popular things, more of them by those who spend more."""
    rng, traits, goods = shopper.rng, shopper.traits, shopper.assortment
    lines: dict[str, Line] = {}
    while len(lines) < _MOST_LINES:
        variant = _choice(shopper)
        if rng.random() < traits.taste * 0.6:
            other = goods.pick(rng)
            variant = max(variant, other, key=lambda thing: thing.price)
        quantity = 1
        if traits.wholesale:
            quantity = min(60, int(2 * rng.paretovariate(1.3)))
        elif rng.random() < 0.22:
            quantity = min(12, 1 + int(rng.paretovariate(1.8)))
        if variant.sku in lines:
            lines[variant.sku].quantity += quantity
        else:
            lines[variant.sku] = Line(variant, quantity)
        if not shopper.chance(-0.35 + 1.1 * traits.spend):
            break
    return list(lines.values())


def _choice(shopper: Shopper) -> Variant:
    rng, traits, goods = shopper.rng, shopper.traits, shopper.assortment
    if rng.random() < 0.45:
        return goods.pick_from(traits.favourite, rng)
    return goods.pick(rng)


def choose_method(shopper: Shopper, at: float, total: int) -> str:
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
    diary, rng = shopper.diary, shopper.rng
    payment = open_payment(shopper, order, method, at)
    logit = shopper.behaviour.decline_logit + 1.1 * shopper.traits.shortage(at)
    for attempt in range(4):
        at += (1 + 3 * rng.random()) * MINUTE
        if not shopper.chance(logit + 0.9 * (attempt > 0)):
            break
        diary.note(
            "payment.failed",
            at,
            "payment",
            payment.key,
            amount=payment.amount,
            method=method,
            reason=_decline_code(shopper, at),
        )
        if rng.random() < 0.3:
            _give_up(shopper, order, payment, at)
            return None
    else:
        _give_up(shopper, order, payment, at)
        return None
    bank_days = 1.0 + 1.2 * rng.random() if method == "direct_debit" else 0.0
    capture(shopper, order, payment, at, recorded=at + bank_days)
    return payment, at


def open_payment(shopper: Shopper, order: Order, method: str, at: float) -> Payment:
    """Put a payment on record, not yet paid."""
    diary = shopper.diary
    payment = Payment(
        key=diary.key("payment", f"{order.external_id}:{method}"),
        order=order.key,
        method=method,
        amount=order.total,
        created=diary.calendar.instant(at),
    )
    diary.payments.append(payment)
    return payment


def capture(
    shopper: Shopper, order: Order, payment: Payment, at: float, *, recorded: float | None = None
) -> None:
    """Take the whole amount of an order."""
    diary = shopper.diary
    if diary.note(
        "payment.captured",
        at,
        "payment",
        payment.key,
        amount=payment.amount,
        method=payment.method,
        recorded=recorded,
    ):
        payment.status = "succeeded"
    diary.note(
        "order.paid",
        at,
        "order",
        order.key,
        amount=payment.amount,
        method=payment.method,
        recorded=recorded,
    )


def cancel(shopper: Shopper, order: Order, at: float, reason: str) -> None:
    """Call an order off."""
    if shopper.diary.note(
        "order.cancelled", at, "order", order.key, amount=order.total, reason=reason
    ):
        order.status = "cancelled"


def _give_up(shopper: Shopper, order: Order, payment: Payment, at: float) -> None:
    shopper.suffer(shopper.behaviour.failed_payment_hurts)
    closed = at + 1.0
    if closed < shopper.calendar.days:
        payment.status = "canceled"
    cancel(shopper, order, closed, "payment_failed")


def _decline_code(shopper: Shopper, at: float) -> str:
    if shopper.traits.shortage(at) > 1.0 and shopper.rng.random() < 0.6:
        return _CODES[0][0]
    drawn = shopper.rng.random()
    for code, share in _CODES:
        drawn -= share
        if drawn < 0:
            return code
    return _CODES[-1][0]
