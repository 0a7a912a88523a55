"""A customer's cards: kept, listed, preferred, forgotten. Of a card only brand and last four digits are known."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import Query
from pydantic import AliasChoices, Field

from commerce.orders.cart import buyer_of
from commerce.payments import methods
from serving.rest.deps import Acting, Listing, Looking, Page, Resource
from serving.rest.fields import Instant, Question, Told, example

router = Resource("payments", "/api/payment_methods", "payment methods")


class NewCard(Question):
    """A card to keep, by what the provider's form gave for it; never by its number."""

    model_config = example(token="pm_card_visa")  # noqa: S106 - an example

    token: str = Field(
        max_length=255, validation_alias=AliasChoices("token", "payment_method"), repr=False
    )
    customer_id: UUID | None = Field(None, description="Whose; one's own by default.")


class CardAnswer(Told):
    """A card that a customer can pay with."""

    model_config = example(
        id="0b0e5f0a-6f0c-4a51-9d4e-1f2f5b8f9c55",
        brand="visa",
        last4="4242",
        is_default=True,
        attached_at="2026-01-01T12:00:00Z",
    )

    id: UUID
    brand: str | None
    last4: str | None
    is_default: bool
    attached_at: Instant


@router.get("", summary="List cards")
def list_cards(
    work: Looking,
    page: Page,
    customer_id: Annotated[UUID | None, Query(description="Whose; one's own by default.")] = None,
) -> Listing[CardAnswer]:
    """The default first."""
    return page.of_all(
        methods.methods_of(work, buyer_of(work, customer_id)), CardAnswer.model_validate
    )


@router.post("", status_code=201, summary="Keep a card")
def attach_card(work: Acting, body: NewCard) -> list[CardAnswer]:
    """The first becomes the default. Answers with the customer's cards: a provider outside gives a new one later."""
    customer = buyer_of(work, body.customer_id)
    methods.attach(work, customer, body.token)
    return [CardAnswer.model_validate(each) for each in methods.methods_of(work, customer)]


@router.post("/{method_id}/default", summary="Prefer a card")
def prefer_card(work: Acting, method_id: UUID) -> list[CardAnswer]:
    """Answers with the customer's cards."""
    customer = methods.find(work, method_id).customer_id
    methods.prefer(work, method_id)
    return [CardAnswer.model_validate(each) for each in methods.methods_of(work, customer)]


@router.delete("/{method_id}", status_code=204, summary="Forget a card")
def detach_card(work: Acting, method_id: UUID) -> None:
    """Another becomes the default only when it is preferred."""
    methods.detach(work, method_id)
