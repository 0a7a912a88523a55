"""Goods that come back: asked for, received and looked at, approved or rejected."""

from __future__ import annotations

from typing import Literal
from uuid import UUID

from pydantic import AliasChoices, Field

from commerce import returns
from commerce.delivery import jobs
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

router = Resource("returns", "/api/returns")


class NewReturn(Question):
    """Units of an order line that are to go back."""

    model_config = example(
        order_id="3a1e7c52-90cf-4d9e-8b6f-0a8d1f5c7e21", position=1, quantity=1, reason="wrong_size"
    )

    order_id: str = Field(
        validation_alias=AliasChoices("order_id", "order"),
        description="Our UUID, the shop's own id, or our number as `number:17`; or `order`.",
    )
    position: int = Field(1, description="Of the line in its order.")
    quantity: int = 1
    reason: str = Field(description="wrong_size, not_as_described, changed_mind, damaged or other.")


class Findings(Question):
    """What came back, and in what condition it is; what is left out is told later."""

    model_config = example(received_quantity=1, condition="opened", seller_at_fault=False)

    received_quantity: int | None = Field(None, description="How many really came; may be 0.")
    condition: str | None = Field(None, description="new, opened or damaged.")
    seller_at_fault: bool = Field(False, description="Told with the condition.")


class Decision(Question):
    """What the shop decides of an inspected return."""

    model_config = example(action="approve")

    action: Literal["approve", "reject"] = Field(
        validation_alias=AliasChoices("action", "decision"), description="Or `decision`."
    )
    refund: Amount | None = Field(
        None,
        description="What is paid back now; by default the goods' part of what was paid. It must be said where some of"
        " the order was refunded by hand.",
    )


class ReturnAnswer(Told):
    """Goods on their way back; `refund` is what was paid back, once it is approved."""

    model_config = example(
        id="9c6e2f10-7d5b-4b1c-a8de-5f0e3c2b1a09",
        order_id="3a1e7c52-90cf-4d9e-8b6f-0a8d1f5c7e21",
        position=1,
        quantity=1,
        reason="wrong_size",
        status="requested",
        requested_at="2026-03-05T12:00:00Z",
        received_quantity=None,
        condition=None,
        seller_at_fault=None,
        refund=None,
        currency="EUR",
    )

    id: UUID
    order_id: UUID
    position: int
    quantity: int
    reason: str | None
    status: str
    requested_at: Instant
    received_quantity: int | None
    condition: str | None
    seller_at_fault: bool | None
    refund: MoneyText | None
    currency: str


@router.get("", summary="List returns")
def list_returns(work: Looking, page: Page, status: str | None = None) -> Listing[ReturnAnswer]:
    """The latest first: a buyer's own, all for couriers and who runs the shop."""
    found = returns.listed(work, status=status, ordering=page.ordering, **page.where)
    return page.of(found, lambda each: _shown(work, each))


@router.post("", status_code=201, summary="Ask to send goods back")
def request_return(work: Acting, body: NewReturn) -> ReturnAnswer:
    """By the buyer of a delivered line, within the shop's days."""
    order = jobs.meant(work, body.order_id)
    return _read(work, returns.request(work, order, body.position, body.quantity, body.reason))


@router.get("/{return_id}", summary="Read a return")
def read_return(work: Looking, return_id: UUID) -> ReturnAnswer:
    """A buyer's own, any for couriers and who runs the shop."""
    return _read(work, return_id)


@router.post("/{return_id}/process-statuses", summary="Take sent-back goods in and look at them")
def process_return(work: Acting, return_id: UUID, body: Findings) -> ReturnAnswer:
    """By a courier or who runs the shop; it is written down, and neither money nor goods move."""
    if body.received_quantity is not None:
        returns.receive(work, return_id, body.received_quantity)
    if body.condition is not None:
        returns.inspect(work, return_id, body.condition, seller_at_fault=body.seller_at_fault)
    return _read(work, return_id)


@router.patch("/{return_id}/update", summary="Approve or reject a return")
def decide_return(work: Acting, return_id: UUID, body: Decision) -> ReturnAnswer:
    """Approved: money back, goods in, points off, once only. Rejected: nothing moves."""
    if body.action == "approve":
        refund = None if body.refund is None else exact_minor(body.refund, work.tenant.currency)
        returns.approve(work, return_id, refund_minor=refund)
    else:
        returns.reject(work, return_id)
    return _read(work, return_id)


def _read(work: Looking, return_id: UUID) -> ReturnAnswer:
    return _shown(work, returns.view(work, return_id))


def _shown(work: Looking, found: returns.Return) -> ReturnAnswer:
    currency, minor = work.tenant.currency, found.refund_minor
    refund = None if minor is None else write_money(minor, currency)
    more = {"refund": refund, "currency": currency}
    return ReturnAnswer.model_validate({**found._asdict(), **more})
