"""Events that other systems tell of, and the stream of those there are."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import Query
from pydantic import AliasChoices, Field

from commerce import tracking
from commerce.people import customers
from commerce.records.instants import to_micros
from commerce.records.money import exact_minor
from serving.rest.deps import Acting, Listing, Looking, Page, Resource
from serving.rest.fields import (
    Amount,
    Instant,
    MoneyText,
    Question,
    Told,
    example,
    write_money,
)

router = Resource("events", "/api/events")


class NewEvent(Question):
    """Something that happened elsewhere."""

    model_config = example(
        type="order.placed",
        occurred_at="2026-01-15T09:30:00Z",
        amount="24.99",
        quantity=2,
        idempotency_key="till-7-4711",
    )

    type: str = Field(
        validation_alias=AliasChoices("type", "event_type"), description="Or `event_type`."
    )
    occurred_at: Instant
    customer: str | None = Field(
        None,
        validation_alias=AliasChoices("customer", "customer_id"),
        description="Our UUID, the shop's own id, or our number as `number:17`; or `customer_id`.",
    )
    product_id: UUID | None = None
    amount: Amount | None = Field(None, description="In the shop's currency.")
    quantity: int | None = None
    value: int | None = None
    method: str | None = Field(None, max_length=100)
    category: str | None = Field(None, max_length=100)
    reason: str | None = Field(None, description="One lower-case word.")
    idempotency_key: str | None = Field(
        None,
        validation_alias=AliasChoices("idempotency_key", "source_key"),
        description="The teller's own name for it: told twice, it is kept once; or `source_key`.",
    )


class EventAnswer(Told):
    """An event: when it happened, when the shop could know, and when it was written down."""

    model_config = example(
        id=4711,
        type="order.placed",
        customer_id="5c9f0c1e-6a0f-5f0b-9d3a-0c4f8f6d2b17",
        product_id=None,
        occurred_at="2026-01-15T09:30:00Z",
        recorded_at="2026-03-01T12:00:00Z",
        ingested_at="2026-03-01T12:00:00Z",
        amount="24.99",
        currency="EUR",
        quantity=2,
        value=None,
        method=None,
        category=None,
        reason=None,
    )

    id: int
    type: str
    customer_id: UUID | None
    product_id: UUID | None
    occurred_at: Instant
    recorded_at: Instant
    ingested_at: Instant
    amount: MoneyText | None
    currency: str | None
    quantity: int | None
    value: int | None
    method: str | None
    category: str | None
    reason: str | None


@router.get("", summary="List events")
def list_events(
    work: Looking,
    page: Page,
    customer: Annotated[str | None, Query(description="By any of its names.")] = None,
    event_type: Annotated[str | None, Query(alias="type")] = None,
) -> Listing[EventAnswer]:
    """The last recorded first; for who runs the shop."""
    who = None if customer is None else customers.get(work, customer).id
    found = tracking.list_events(
        work, customer_id=who, event_type=event_type, ordering=page.ordering, **page.where
    )
    return page.of(found, _shown)


@router.post("", status_code=201, summary="Tell of an event")
def track_event(work: Acting, body: NewEvent) -> EventAnswer:
    """It keeps when it happened, and counts from when it is told."""
    amount = body.amount
    return _shown(
        tracking.track(
            work,
            body.type,
            to_micros(body.occurred_at),
            customer_id=None if body.customer is None else customers.get(work, body.customer).id,
            amount=None if amount is None else exact_minor(amount, work.tenant.currency),
            source_key=body.idempotency_key,
            **body.rest("type", "occurred_at", "customer", "amount", "idempotency_key"),
        )
    )


def _shown(event: tracking.Tracked) -> EventAnswer:
    minor = event.amount_minor
    amount = None if minor is None else write_money(minor, str(event.currency))
    return EventAnswer.model_validate({**event._asdict(), "amount": amount})
