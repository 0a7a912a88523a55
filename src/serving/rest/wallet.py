"""Wallets: what they hold, what of it is set aside, what happened to them, and how they are filled."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import Query
from pydantic import Field

from commerce import wallet
from commerce.orders.cart import buyer_of
from commerce.payments import intents, queries
from commerce.records.money import exact_minor
from serving.rest.deps import Acting, Listing, Looking, Page, Resource
from serving.rest.fields import Amount, Instant, MoneyText, Question, Told, example, write_money

router = Resource("wallet", "/api/wallet")

Owner = Annotated[
    UUID | None,
    Query(description="Whose: a customer, or a seller who is none; one's own by default."),
]


class TopUp(Question):
    """How much is to come into the wallet, from which card."""

    model_config = example(amount="50.00", method_id=None)

    amount: Amount
    method_id: UUID | None = Field(
        None, description="A card that is kept; chosen later by default."
    )
    customer_id: UUID | None = Field(None, description="Whose wallet; one's own by default.")


class WalletAnswer(Told):
    """A wallet."""

    model_config = example(balance="40.00", held_balance="10.00", currency="EUR")

    balance: MoneyText = Field(description="What can be spent.")
    held_balance: MoneyText = Field(description="What is set aside for orders and bids.")
    currency: str


class TopUpAnswer(Told):
    """The payment that fills the wallet once its card is charged."""

    model_config = example(
        payment_id="0b0e5f0a-6f0c-4a51-9d4e-1f2f5b8f9c55",
        status="requires_confirmation",
        amount="50.00",
        currency="EUR",
    )

    payment_id: UUID
    status: str
    amount: MoneyText
    currency: str


class EntryAnswer(Told):
    """One movement; all `change` of a wallet sum to its balance."""

    model_config = example(
        id=17,
        kind="ESCROW_HOLD",
        amount="11.90",
        change="-11.90",
        currency="EUR",
        at="2026-01-01T12:00:00Z",
        subject_type="wallet",
        subject_id="8f0f5a7e3f6b4d0e9a3e0f3f0f3b7c11",
    )

    id: int
    kind: wallet.Kind
    amount: MoneyText
    change: MoneyText
    currency: str
    at: Instant
    subject_type: str | None
    subject_id: str | None


@router.get("", summary="Read a wallet")
def read_wallet(work: Looking, owner_id: Owner = None) -> WalletAnswer:
    """One's own; who runs the shop reads any."""
    found = wallet.view(work, wallet.owner_of(work, owner_id))
    return WalletAnswer(
        balance=write_money(found.balance, found.currency),
        held_balance=write_money(found.held, found.currency),
        currency=found.currency,
    )


@router.get("/transactions", summary="List what happened to a wallet")
def list_transactions(work: Looking, page: Page, owner_id: Owner = None) -> Listing[EntryAnswer]:
    """The newest first."""
    currency = work.tenant.currency
    part = wallet.history(work, wallet.owner_of(work, owner_id), **page.where)
    return page.of(part, lambda entry: _entry(entry, currency))


@router.post("/top_up", status_code=201, summary="Fill a wallet")
def top_up(work: Acting, body: TopUp) -> TopUpAnswer:
    """Begins a payment by card; the money is there when the card is charged, by `confirm_payment`."""
    customer = buyer_of(work, body.customer_id)
    amount = exact_minor(body.amount, work.tenant.currency)
    payment = queries.get(work, intents.top_up(work, customer, amount, method_id=body.method_id))
    return TopUpAnswer(
        payment_id=payment.id,
        status=payment.status,
        amount=write_money(payment.amount, payment.currency),
        currency=payment.currency,
    )


def _entry(entry: wallet.Entry, currency: str) -> EntryAnswer:
    return EntryAnswer(
        id=entry.id,
        kind=entry.kind,
        amount=write_money(entry.amount, currency),
        change=write_money(entry.change, currency),
        currency=currency,
        at=entry.at,
        subject_type=entry.subject[0],
        subject_id=entry.subject[1],
    )
