"""Pay later: a bill, its payments whole or in parts, its credits, and what follows when it is not paid."""

from __future__ import annotations

import math

from simulation.after_sale import refund, take_back
from simulation.calendar import office_hour
from simulation.checkout import open_payment
from simulation.records import Invoice, Order, Payment
from simulation.shopper import MINUTE, Debt, Shopper

_TERMS = (14, 30)
_COLLECTED_AFTER_DAYS = 30
_NEVER = math.inf


def bill(shopper: Shopper, order: Order, at: float, credit: tuple[float, int, str] | None) -> None:
    """Issue the bill of an order and let time pass over it.

    Parameters
    ----------
    at : float
        Day the order was placed.
    credit : tuple of (day, amount, reason), optional
        What a return or a cancellation takes off, known to the simulation beforehand.
    """
    rng, event_log = shopper.rng, shopper.event_log
    terms = _TERMS[rng.random() < shopper.behaviour.long_terms_share]
    issued = at + 2 * MINUTE
    due = math.floor(at) + 1.0 + terms
    payment = open_payment(shopper, order, "pay_later", at, status="requires_capture")
    invoice = Invoice(
        id=event_log.key("invoice", order.external_id),
        external_id="I" + order.external_id[1:],
        order_id=order.id,
        customer_id=event_log.customer,
        amount_minor=order.total_minor,
        currency=event_log.currency,
        issued_at=event_log.calendar.instant(issued),
        due_at=event_log.calendar.instant(due),
    )
    if event_log.emit(
        "invoice.issued", issued, "invoice", invoice.id,
        amount=invoice.amount_minor, due=invoice.due_at, method="pay_later",
    ):  # fmt: skip
        event_log.records.append(invoice)
    plan = _plan(shopper, order.total_minor, issued, due)
    _Account(shopper, order, invoice, payment).run(issued, due, plan, credit)


def _plan(shopper: Shopper, total: int, issued: float, due: float) -> list[tuple[float, float]]:
    """Decide when the customer means to pay, as (day, share of the balance then)."""
    rng, behaviour = shopper.rng, shopper.behaviour
    typical = shopper.assortment.typical_basket
    exposure = math.log((total + shopper.owed(issued)) / typical) - 0.35 * shopper.traits.spend
    strain = (
        shopper.traits.shortage(due)
        - behaviour.discipline_weight * shopper.traits.discipline
        + behaviour.exposure_weight * exposure
    )
    if shopper.chance(behaviour.default_logit + strain):
        if rng.random() < 0.25:
            return [(due - 3 + 20 * rng.random(), 0.2 + 0.4 * rng.random())]
        return []
    if shopper.chance(behaviour.late_logit + 0.8 * strain):
        delay = shopper.late_by(
            behaviour.late_median * math.exp(0.3 * strain), behaviour.late_spread
        )
        first = math.floor(due + min(delay, 75.0)) + office_hour(rng)
    else:
        first = math.floor(due - (due - issued - 1.5) * rng.random() ** 2 - 1) + office_hour(rng)
        first = max(first, issued + 0.1)
    if shopper.chance(-1.8 + 0.5 * strain):
        return [(first, 0.35 + 0.3 * rng.random()), (first + 6 + 20 * rng.random(), 1.0)]
    return [(first, 1.0)]


class _Account:
    """One bill's running balance."""

    def __init__(self, shopper: Shopper, order: Order, invoice: Invoice, payment: Payment) -> None:
        self.shopper = shopper
        self.order = order
        self.invoice = invoice
        self.payment = payment
        self.balance = invoice.amount_minor
        self.received: list[tuple[Payment, int]] = []
        self.debt = Debt(due=0.0, steps=[])

    def run(
        self,
        issued: float,
        due: float,
        plan: list[tuple[float, float]],
        credit: tuple[float, int, str] | None,
    ) -> None:
        """Let payments, credits and the collection happen in the order of their days."""
        self.debt.due = due
        self.debt.steps.append((issued, self.balance))
        collection = due + _COLLECTED_AFTER_DAYS + 6 / 24
        happenings: list[tuple[float, int, float]] = [(day, 1, share) for day, share in plan]
        happenings.append((collection, 2, 0.0))
        if credit is not None:
            happenings.append((credit[0], 0, 0.0))
        for day, kind, share in sorted(happenings):
            if kind == 0 and credit is not None:
                self._credit(day, credit[1], credit[2])
            elif kind == 1 and self.balance > 0:
                self._pay(day, max(1, round(self.balance * share)), self.payment)
            elif kind == 2 and self.balance > 0:
                self._collect(day)
        self.shopper.debts.append(self.debt)

    def _pay(self, day: float, amount: int, payment: Payment) -> None:
        """Pay a part of the balance or all of it, mostly by bank transfer, known a day or two later."""
        event_log, rng = self.shopper.event_log, self.shopper.rng
        transfer = rng.random() < 0.65
        recorded = day + (0.7 + 1.5 * rng.random() if transfer else 0.0)
        self.balance -= amount
        self.received.append((payment, amount))
        self.debt.steps.append((day, self.balance))
        on_record = event_log.emit(
            "payment.captured", day, "payment", payment.id,
            amount=amount, method=payment.method, recorded=recorded,
        )  # fmt: skip
        event_log.emit(
            "invoice.paid", day, "invoice", self.invoice.id,
            amount=amount, method=payment.method, recorded=recorded,
        )  # fmt: skip
        if self.balance > 0:
            return
        if on_record:
            payment.status = self.payment.status = "succeeded"
        captured = sum(amount for _, amount in self.received)
        event_log.emit(
            "order.paid", day, "order", self.order.id,
            amount=captured, method=self.payment.method, recorded=recorded,
        )  # fmt: skip

    def _credit(self, day: float, amount: int, reason: str) -> None:
        """Lower the bill; what was paid beyond it goes back."""
        lowered = min(amount, self.balance)
        if lowered > 0:
            self.balance -= lowered
            self.debt.steps.append((day, self.balance))
            seen = self.shopper.event_log.emit(
                "invoice.credited", day, "invoice", self.invoice.id, amount=lowered, reason=reason
            )
            if seen and self.balance == 0:
                self.payment.status = "succeeded" if self.received else "canceled"
        excess = amount - lowered
        while excess > 0 and self.received:
            payment, paid = self.received.pop()
            refund(self.shopper, payment, min(excess, paid), day + 3.0, reason)
            excess -= paid

    def _collect(self, day: float) -> None:
        """Debit the account of who is 30 days overdue; where it bounces, the bank takes the money back."""
        shopper, event_log = self.shopper, self.shopper.event_log
        debit = open_payment(
            shopper, self.order, "direct_debit", day, purpose="collection", amount=self.balance
        )
        if shopper.rng.random() < shopper.behaviour.collected_share:
            self._pay(day, self.balance, debit)
            return
        if event_log.emit(
            "payment.captured", day, "payment", debit.id, amount=self.balance, method=debit.method
        ):
            debit.status = "succeeded"
        bounced = day + 1.5 + 2.5 * shopper.rng.random()
        take_back(shopper, debit, bounced, "invoice_overdue")
