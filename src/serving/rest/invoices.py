"""Invoices of orders that are paid later: listed, paid in whole or in parts, credited, charged back."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import Query
from pydantic import Field

from commerce.payments import invoices
from commerce.records.money import exact_minor
from serving.rest.deps import Acting, Listing, Looking, Page, Resource
from serving.rest.fields import Amount, Instant, MoneyText, Question, Told, example, write_money

router = Resource("payments", "/api/invoices", "invoices")


class InvoicePayment(Question):
    """What was paid."""

    model_config = example(amount="11.90", reference="bank-17")

    amount: Amount
    reference: str | None = Field(
        None, description="The bank's; what comes twice under one reference is refused."
    )


class InvoiceCredit(Question):
    """By how much an invoice is lowered, or charged back."""

    model_config = example(amount="5.00", reason="damaged")

    amount: Amount
    reason: str = Field(description="One lower-case word.")


class InvoiceAnswer(Told):
    """An invoice and what became of it."""

    model_config = example(
        id="0b0e5f0a-6f0c-4a51-9d4e-1f2f5b8f9c55",
        order_id="8f0f5a7e-3f6b-4d0e-9a3e-0f3f0f3b7c11",
        customer_id="5c9f0c1e-6a0f-5f0b-9d3a-0c4f8f6d2b17",
        payment_id="77d2a6ad-2b5c-4f3e-9a55-8c8fb5a0f1d2",
        amount="11.90",
        paid="0.00",
        credited="0.00",
        open="11.90",
        currency="EUR",
        issued_at="2026-01-01T12:00:00Z",
        due_at="2026-01-31T12:00:00Z",
        days_overdue=0,
    )

    id: UUID
    order_id: UUID | None
    customer_id: UUID
    payment_id: UUID | None
    amount: MoneyText
    paid: MoneyText
    credited: MoneyText
    open: MoneyText = Field(description="What is still to be paid.")
    currency: str
    issued_at: Instant
    due_at: Instant
    days_overdue: int


@router.get("", summary="List invoices")
def list_invoices(
    work: Looking,
    page: Page,
    customer_id: Annotated[UUID | None, Query()] = None,
    order_id: Annotated[UUID | None, Query()] = None,
) -> Listing[InvoiceAnswer]:
    """One's own, or everybody's for who runs the shop; the first due first."""
    part = invoices.listed(work, customer_id=customer_id, order_id=order_id, **page.where)
    return page.of(part, lambda invoice: _show(work, invoice))


@router.get("/overdue", summary="List overdue invoices")
def list_overdue(work: Looking, page: Page) -> Listing[InvoiceAnswer]:
    """Those of which something is open after their due date, the first due first; 1000 at most."""
    found = invoices.overdue(work, limit=1000)
    return page.of_all(found, lambda invoice: _show(work, invoice))


@router.get("/{invoice_id}", summary="Read an invoice")
def read_invoice(work: Looking, invoice_id: UUID) -> InvoiceAnswer:
    """With what is open of it."""
    return _shown(work, invoice_id)


@router.post("/{invoice_id}/pay", summary="Write down that an invoice is paid")
def pay_invoice(work: Acting, invoice_id: UUID, body: InvoicePayment) -> InvoiceAnswer:
    """In whole or in part."""
    amount = exact_minor(body.amount, work.tenant.currency)
    invoices.pay(work, invoice_id, amount, reference=body.reference)
    return _shown(work, invoice_id)


@router.post("/{invoice_id}/credit", summary="Lower an invoice")
def credit_invoice(work: Acting, invoice_id: UUID, body: InvoiceCredit) -> InvoiceAnswer:
    """By at most what is open of it."""
    amount = exact_minor(body.amount, work.tenant.currency)
    invoices.credit(work, invoice_id, amount, reason=body.reason)
    return _shown(work, invoice_id)


@router.post("/{invoice_id}/charge_back", summary="Write down that a bank took a payment back")
def charge_back_invoice(work: Acting, invoice_id: UUID, body: InvoiceCredit) -> InvoiceAnswer:
    """By at most what was paid for it."""
    amount = exact_minor(body.amount, work.tenant.currency)
    invoices.charge_back(work, invoice_id, amount, reason=body.reason)
    return _shown(work, invoice_id)


def _shown(work: Looking, invoice_id: UUID) -> InvoiceAnswer:
    return _show(work, invoices.get(work, invoice_id))


def _show(work: Looking, invoice: invoices.Invoice) -> InvoiceAnswer:
    currency = work.tenant.currency
    return InvoiceAnswer(
        id=invoice.id,
        order_id=invoice.order_id,
        customer_id=invoice.customer_id,
        payment_id=invoice.payment_id,
        amount=write_money(invoice.amount, currency),
        paid=write_money(invoice.paid, currency),
        credited=write_money(invoice.credited, currency),
        open=write_money(invoice.open, currency),
        currency=currency,
        issued_at=invoice.issued_at,
        due_at=invoice.due_at,
        days_overdue=invoice.days_overdue(work.now),
    )
