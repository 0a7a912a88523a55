"""Payments: listed, recorded, begun with a card, confirmed, captured, called off, paid back."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from fastapi import Query, Request
from pydantic import AliasChoices, Field

from commerce.orders import queries as orders
from commerce.payments import disputes, intents, offline, queries, refunds
from commerce.people import customers
from commerce.records.identity import BY_NUMBER
from commerce.records.money import exact_minor
from commerce.records.policy import policy_of
from serving.rest.deps import Acting, Asking, Listing, Looking, Page, Resource, shown_again
from serving.rest.fields import Amount, Instant, MoneyText, Question, Told, example, write_money

router = Resource("payments", "/api/payments")

OrderKey = Annotated[
    str | int,
    Field(
        union_mode="left_to_right",
        validation_alias=AliasChoices("order", "order_id"),
        description="By any of its names; a number is ours. Or `order_id`.",
    ),
]


class NewPayment(Question):
    """A payment that happened elsewhere, or failed there."""

    model_config = example(
        customer="5c9f0c1e-6a0f-5f0b-9d3a-0c4f8f6d2b17",
        order=1,
        method="card",
        success=True,
        amount="249.99",
    )

    customer: str = Field(max_length=200, validation_alias=AliasChoices("customer", "customer_id"))
    order: OrderKey
    method: str = Field(description="card, cash_on_delivery (or cod) or transfer.")
    success: bool = Field(True, description="A failed attempt is kept and moves no money.")
    amount: Amount


class NewIntent(Question):
    """A payment by card to begin."""

    model_config = example(order="8f0f5a7e-3f6b-4d0e-9a3e-0f3f0f3b7c11", amount="249.99")

    order: OrderKey
    amount: Amount
    method_id: UUID | None = Field(
        None,
        validation_alias=AliasChoices("method_id", "payment_method"),
        description="A card that is kept. Or `payment_method`.",
    )
    capture_method: Literal["automatic", "manual"] = "automatic"


class Confirmation(Question):
    """The card to pay with, unless it is chosen already."""

    model_config = example(method_id=None)

    method_id: UUID | None = Field(
        None, validation_alias=AliasChoices("method_id", "payment_method")
    )


class PaymentRefund(Question):
    """What is to go back."""

    model_config = example(amount="5.00", reason="damaged")

    amount: Amount | None = Field(None, description="By default all that can still go back.")
    reason: str = Field("other", description="One lower-case word.")
    position: int | None = Field(None, description="The line it is for; by default all of them.")


class NewDispute(Question):
    """What a payer wants back by way of the bank."""

    model_config = example(amount="5.00", reason="fraudulent", reference="dp_1")

    amount: Amount
    reason: str = Field(description="One lower-case word.")
    reference: str | None = Field(None, description="The bank's name of it.")


class PaymentAnswer(Told):
    """A payment and what came of it; nothing that opens anything at a provider."""

    model_config = example(
        id="0b0e5f0a-6f0c-4a51-9d4e-1f2f5b8f9c55",
        order="8f0f5a7e-3f6b-4d0e-9a3e-0f3f0f3b7c11",
        customer="5c9f0c1e-6a0f-5f0b-9d3a-0c4f8f6d2b17",
        method="card",
        provider="local",
        status="succeeded",
        success=True,
        amount="249.99",
        currency="EUR",
        captured="249.99",
        refunded="0.00",
        pending_refunds="0.00",
        charged_back="0.00",
        disputed="0.00",
        created_at="2026-01-01T12:00:00Z",
    )

    id: UUID
    order: UUID | None = Field(description="Null for a top-up.")
    customer: UUID | None
    method: str | None
    provider: str | None
    status: str
    success: bool = Field(description="Whether money arrived.")
    amount: MoneyText
    currency: str
    captured: MoneyText
    refunded: MoneyText
    pending_refunds: MoneyText
    charged_back: MoneyText
    disputed: MoneyText
    created_at: Instant


class PaymentConfig(Told):
    """Who takes the cards, and the key by which a page speaks to it."""

    model_config = example(provider="stripe", publishable_key="pk_test_51...")

    provider: str
    publishable_key: str | None = Field(description="Null where nobody outside is spoken to.")


class DisputeMade(Told):
    """The dispute that was opened."""

    model_config = example(id="0b0e5f0a-6f0c-4a51-9d4e-1f2f5b8f9c55")

    id: UUID


def _shown(work: Looking, payment_id: UUID) -> PaymentAnswer:
    return _show(queries.get(work, payment_id))


@router.get("", summary="List payments")
def list_payments(
    work: Looking,
    page: Page,
    status: str | None = None,
    customer: Annotated[str | None, Query(max_length=200)] = None,
    order: Annotated[str | None, Query(max_length=200)] = None,
) -> Listing[PaymentAnswer]:
    """One's own, or everybody's for who runs the shop; the newest first."""
    part = queries.payments(
        work,
        status=status,
        customer_id=None if customer is None else customers.get(work, customer).id,
        order_id=None if order is None else orders.view(work, order).id,
        ordering=page.ordering,
        **page.where,
    )
    return page.of(part, _show)


@router.post("", status_code=201, summary="Record a payment")
def record_payment(work: Acting, body: NewPayment) -> PaymentAnswer:
    """One that was taken elsewhere, or refused there."""
    customer, order = customers.get(work, body.customer), _order(work, body.order)
    amount = exact_minor(body.amount, order.currency)
    made = offline.record_payment(
        work, order.id, customer.id, amount, body.method, success=body.success
    )
    return _shown(work, made)


@router.post("/create_payment_intent", status_code=201, summary="Begin a payment by card")
@shown_again(_shown)
def create_payment_intent(work: Acting, body: NewIntent) -> PaymentAnswer:
    """Of what is still to be paid of one's own order."""
    order = _order(work, body.order)
    made = intents.begin(
        work,
        order.id,
        customers.get(work, order.customer_id or "").id,
        exact_minor(body.amount, order.currency),
        "card",
        method_id=body.method_id,
        manual=body.capture_method == "manual",
    )
    return _shown(work, made)


@router.get("/config", summary="Who takes cards here?")
def read_payment_config(request: Request, desk: Asking) -> PaymentConfig:
    """For a page that asks for a card."""
    provider = desk.cards.stand_in or policy_of(desk.tenant.settings).provider
    key = request.app.state.door.publishable_key
    return PaymentConfig(provider=provider, publishable_key=key if provider == "stripe" else None)


@router.get("/{payment_id}", summary="Read a payment")
def read_payment(work: Looking, payment_id: UUID) -> PaymentAnswer:
    """With what arrived of it and what went back."""
    return _shown(work, payment_id)


@router.post("/{payment_id}/confirm_payment", summary="Charge the card")
@shown_again(_shown)
def confirm_payment(
    work: Acting, payment_id: UUID, body: Confirmation | None = None
) -> PaymentAnswer:
    """Or ask the provider to; a card that is declined leaves the payment to be tried with another."""
    if body is not None and body.method_id is not None:
        intents.choose_method(work, payment_id, body.method_id)
    intents.confirm(work, payment_id)
    return _shown(work, payment_id)


@router.post("/{payment_id}/capture", summary="Take what is authorised")
@shown_again(_shown)
def capture_payment(work: Acting, payment_id: UUID) -> PaymentAnswer:
    """Of a card at the provider, of a wallet from what is set aside."""
    intents.capture(work, payment_id)
    return _shown(work, payment_id)


@router.post("/{payment_id}/cancel", summary="Call a payment off")
@shown_again(_shown)
def cancel_payment(work: Acting, payment_id: UUID) -> PaymentAnswer:
    """Before the money of a card is there; others end with their order."""
    intents.cancel(work, payment_id)
    return _shown(work, payment_id)


@router.post("/{payment_id}/refund", status_code=201, summary="Send a payment back")
@shown_again(_shown)
def refund_payment(work: Acting, payment_id: UUID, body: PaymentRefund) -> PaymentAnswer:
    """In parts or whole, never more than arrived."""
    payment = queries.get(work, payment_id)
    amount = None if body.amount is None else exact_minor(body.amount, payment.currency)
    refunds.refund(work, payment_id, amount, **body.rest("amount"))
    return _shown(work, payment_id)


@router.post("/{payment_id}/dispute", status_code=201, summary="Open a dispute of a payment")
def dispute_payment(work: Acting, payment_id: UUID, body: NewDispute) -> DisputeMade:
    """As the bank told of it."""
    payment = queries.get(work, payment_id)
    amount = exact_minor(body.amount, payment.currency)
    made = disputes.begin(work, payment_id, amount, body.reason, reference=body.reference)
    return DisputeMade(id=made)


def _order(work: Looking, key: str | int) -> orders.Order:
    return orders.view(work, key if isinstance(key, str) else f"{BY_NUMBER}{key}")


def _show(payment: queries.Payment) -> PaymentAnswer:
    totals, currency = payment.totals, payment.currency
    return PaymentAnswer(
        id=payment.id,
        order=payment.order_id,
        customer=payment.customer_id,
        method=payment.method,
        provider=payment.provider,
        status=payment.status,
        success=totals.captured > 0,
        amount=write_money(payment.amount, currency),
        currency=currency,
        captured=write_money(totals.captured, currency),
        refunded=write_money(totals.refunded, currency),
        pending_refunds=write_money(totals.pending, currency),
        charged_back=write_money(totals.charged_back, currency),
        disputed=write_money(totals.disputed, currency),
        created_at=payment.created_at,
    )
