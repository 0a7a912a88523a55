"""Buying on account: invoices in instalments, paid in whole or in parts, credited, overdue.

What is open of an invoice is what was issued less what was paid and credited, by the stream; whether it is overdue is
a matter of dates, not a state that somebody sets.
"""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Row, func, select

from commerce.payments.funds import collect, emit_paid, give_back, taken
from commerce.payments.payment_rows import emit, lock
from commerce.payments.totals import totals
from commerce.records import rows, schema
from commerce.records.arguments import checked
from commerce.records.errors import Conflict, existing
from commerce.records.instants import DAY, to_micros
from commerce.records.ledger import SALES
from commerce.records.machine import EventDraft, fetch, fire
from commerce.records.money import allocate
from commerce.records.rows import Part
from commerce.records.states import INVOICE, PAYMENT
from commerce.records.stream.event_types import reason_code
from commerce.records.work import Work


class Invoice(NamedTuple):
    """An invoice and what became of it; amounts in minor units."""

    id: UUID
    order_id: UUID | None
    customer_id: UUID
    amount: int
    paid: int
    credited: int
    issued_at: datetime
    due_at: datetime
    payment_id: UUID | None
    reminded: bool

    @property
    def open(self) -> int:
        """What is still to be paid."""
        return self.amount - self.paid - self.credited

    def days_overdue(self, now: int) -> int:
        """Tell for how many whole days it is overdue at an instant in microseconds; 0 where nothing is open."""
        return max(0, (now - to_micros(self.due_at)) // DAY) if self.open else 0


@checked
def issue(
    work: Work, payment_id: UUID, order_id: UUID, customer_id: UUID, amount: int, count: int
) -> list[UUID]:
    """Issue the invoices of an order: equal parts, one more period to each.

    Raises
    ------
    Conflict
        "instalments must be 1 to 4; got ..."
    """
    fetch(work, PAYMENT, payment_id)
    if not 1 <= count <= min(work.policy.instalments, max(amount, 1)):
        raise Conflict(
            f"instalments must be 1 to {work.policy.instalments}; got {count} of {amount}."
            " Choose fewer."
        )
    dates = [work.now + number * work.policy.pay_later_days * DAY for number in range(1, count + 1)]
    parts = [
        (work.new_id(), *part) for part in zip(allocate(amount, [1] * count), dates, strict=True)
    ]
    events = []
    for invoice, part, due_at in parts:
        rows.add(
            work,
            schema.invoice,
            id=invoice,
            order_id=order_id,
            customer_id=customer_id,
            amount_minor=part,
            currency=work.tenant.currency,
            issued_at=work.now,
            due_at=due_at,
            payment_id=payment_id,
        )
        issued = EventDraft("invoice.issued", customer_id, part, method="pay_later", due_at=due_at)
        events.append(issued._replace(record=(INVOICE.kind, invoice)))
    fire(work, INVOICE, parts[0][0], *events)
    return [invoice for invoice, _, _ in parts]


@checked
def pay(work: Work, invoice_id: UUID, amount: int, *, reference: str | None = None) -> None:
    """Write down that an invoice, or a part of it, is paid; who runs the shop may.

    Parameters
    ----------
    amount : int
        Minor units, 1 or more; at most what is open.
    reference : str, optional
        The bank's; what is written down twice under one reference is refused.

    Raises
    ------
    NotFound
    Conflict
        "invoice must be paid with 1 to 100; got ..."
    """
    work.actor.require("invoice.paid", "admin", "system")
    invoice, payment, order = _lock(work, invoice_id)
    _check_part("paid", amount, invoice.open)
    event = EventDraft(
        "invoice.paid",
        customer_id=invoice.customer_id,
        amount=amount,
        method=payment.method,
        record=(INVOICE.kind, invoice_id),
    )
    last = amount == sum(each.open for each in of_order(work, payment.order_id))
    to = "succeeded" if last else "processing"
    collect(work, payment, order, amount, event, reference=reference, to=to)


@checked
def credit(
    work: Work, invoice_id: UUID, amount: int, *, reason: str, position: int | None = None
) -> None:
    """Lower an invoice; who runs the shop may. Who was paid for the order, or for one line of it, gives it back.

    Raises
    ------
    NotFound
    Conflict
        "invoice must be credited with 1 to 100; got ..."
    """
    work.actor.require("invoice.credited", "admin", "system")
    invoice, payment, order = _lock(work, invoice_id)
    _check_part("credited", amount, invoice.open)
    event = EventDraft("invoice.credited", invoice.customer_id, amount, reason=reason_code(reason))
    moved = taken(work, payment, order, amount, position, SALES)
    fire(work, INVOICE, invoice_id, event._replace(transfers=moved))
    if not any(each.open for each in of_order(work, payment.order_id)):
        event_type = "payment.settled" if totals(work, payment.id).captured else "payment.cancelled"
        emit(work, payment, event_type, None)
    emit_paid(work, order, amount)


@checked
def credit_order(
    work: Work, order_id: UUID, amount: int, *, reason: str, position: int | None = None
) -> int:
    """Lower the open invoices of an order, the last due first; give what was credited."""
    rest = amount
    for invoice in reversed(of_order(work, order_id)):
        part = min(rest, invoice.open)
        if part:
            credit(work, invoice.id, part, reason=reason, position=position)
            rest -= part
    return amount - rest


@checked
def charge_back(work: Work, invoice_id: UUID, amount: int, *, reason: str) -> None:
    """Write down that a bank took back what had been paid for an invoice; who runs the shop may.

    Raises
    ------
    Conflict
        "invoice must be charged back with 1 to 100; got ..."
    """
    work.actor.require("payment.charged_back", "admin", "system")
    invoice, payment, order = _lock(work, invoice_id)
    _check_part("charged back", amount, min(invoice.paid, totals(work, payment.id).open))
    give_back(
        work, payment, order, amount, event_type="payment.charged_back", reason=reason_code(reason)
    )


def get(work: Work, invoice_id: UUID) -> Invoice:
    """Look an invoice up."""
    mine = rows.visible(work, _invoice.c.customer_id, work.actor.customer_id)
    found = _read(work, _invoice.c.id == invoice_id, mine)
    return existing(next(iter(found), None), "invoice", invoice_id)


@checked
def listed(
    work: Work,
    *,
    customer_id: UUID | None = None,
    order_id: UUID | None = None,
    limit: int = 100,
    offset: int = 0,
) -> Part[Invoice]:
    """List invoices that are the actor's business, the first due first."""
    asked = rows.asked(_invoice, customer_id=customer_id, order_id=order_id)
    mine = rows.visible(work, _invoice.c.customer_id, work.actor.customer_id)
    wanted = [*rows.own(work, _invoice), *asked, mine]
    counted = select(func.count()).select_from(_invoice).where(*wanted)
    found = _read(work, *wanted, limit=limit, offset=offset)
    return Part(int(work.connection.scalar(counted) or 0), found)


def of_order(work: Work, order_id: UUID) -> list[Invoice]:
    """List the invoices of an order, the first due first."""
    return _read(work, _invoice.c.order_id == order_id)


def of_customer(work: Work, customer_id: UUID) -> list[Invoice]:
    """List a customer's invoices, the first due first."""
    work.actor.require_own("customer", customer_id, customer_id)
    return _read(work, _invoice.c.customer_id == customer_id)


@checked
def overdue(work: Work, *, limit: int = 100) -> list[Invoice]:
    """List invoices of which something is open after their due date, the first due first."""
    mine = rows.visible(work, _invoice.c.customer_id, work.actor.customer_id)
    late = _read(work, mine, _invoice.c.due_at < work.now, _payment.c.status == "processing")
    return [each for each in late if each.open][:limit]


@checked
def remind_overdue(work: Work, *, limit: int = 100) -> list[UUID]:
    """Name the overdue invoices that nobody was reminded of yet; a tick reminds of each by itself."""
    return [each.id for each in overdue(work, limit=10 * limit) if not each.reminded][:limit]


def remind(work: Work, invoice_id: UUID) -> bool:
    """Remind a customer of an overdue invoice: once, because the stream remembers; tell whether it did."""
    invoice, _, _ = _lock(work, invoice_id)
    if invoice.reminded or not invoice.open or to_micros(invoice.due_at) >= work.now:
        return False
    due_at = to_micros(invoice.due_at)
    event = EventDraft("invoice.overdue", invoice.customer_id, invoice.open, due_at=due_at)
    fire(work, INVOICE, invoice_id, event)
    return True


def _lock(work: Work, invoice_id: UUID) -> tuple[Invoice, Row[Any], Row[Any]]:
    """Lock an invoice's order and payment, then read it."""
    row = rows.find(work, _invoice, invoice_id)
    work.actor.require_own("invoice", invoice_id, row.customer_id)
    payment, order = lock(work, existing(row.payment_id, "invoice", invoice_id))
    assert order is not None
    return _read(work, _invoice.c.id == invoice_id)[0], payment, order


def _read(
    work: Work,
    *conditions: ColumnElement[bool],
    limit: int | None = None,
    offset: int | None = None,
) -> list[Invoice]:
    """Put invoices together with what the stream says of them, in one query for all."""
    wanted = _INVOICES.where(*rows.own(work, _invoice), *conditions)
    found = work.connection.execute(wanted.limit(limit).offset(offset)).all()
    sums: Counter[tuple[str, str]] = Counter()
    about = select(_event.c.aggregate_id, _event.c.type, _event.c.amount_minor).where(
        *rows.own(work, _event),
        _event.c.customer_id.in_({row.customer_id for row in found}),
        _event.c.aggregate_id.in_([row.id.hex for row in found]),
        _event.c.type.in_(["invoice.paid", "invoice.credited", "invoice.overdue"]),
    )
    for invoice, event_type, amount in work.connection.execute(about) if found else ():
        sums[invoice, event_type] += amount
    return [
        Invoice(
            row.id,
            row.order_id,
            row.customer_id,
            row.amount_minor,
            sums[row.id.hex, "invoice.paid"],
            sums[row.id.hex, "invoice.credited"],
            row.issued_at,
            row.due_at,
            row.payment_id,
            (row.id.hex, "invoice.overdue") in sums,
        )
        for row in found
    ]


def _check_part(act: str, amount: int, most: int) -> None:
    if not 0 < amount <= most:
        raise Conflict(f"invoice must be {act} with 1 to {most}; got {amount}. Correct the amount.")


_invoice, _event, _payment = schema.invoice, schema.event, schema.payment
_INVOICES = select(_invoice).outerjoin(_payment).order_by(_invoice.c.due_at, _invoice.c.id)
