"""Disputes: payers who ask their bank for the money back."""

from __future__ import annotations

from uuid import UUID

from commerce.payments import disputes
from serving.rest.deps import Acting, Listing, Looking, Page, Resource
from serving.rest.fields import Instant, MoneyText, Question, Told, example, write_money

router = Resource("payments", "/api/disputes", "disputes")


class Outcome(Question):
    """How a dispute ended."""

    model_config = example(lost=False)

    lost: bool


class DisputeAnswer(Told):
    """A dispute."""

    model_config = example(
        id="0b0e5f0a-6f0c-4a51-9d4e-1f2f5b8f9c55",
        payment_id="77d2a6ad-2b5c-4f3e-9a55-8c8fb5a0f1d2",
        customer_id="5c9f0c1e-6a0f-5f0b-9d3a-0c4f8f6d2b17",
        reference="dp_1",
        status="open",
        reason="fraudulent",
        amount="5.00",
        currency="EUR",
        opened_at="2026-01-01T12:00:00Z",
    )

    id: UUID
    payment_id: UUID
    customer_id: UUID | None
    reference: str | None
    status: str
    reason: str | None
    amount: MoneyText
    currency: str
    opened_at: Instant


@router.get("", summary="List disputes")
def list_disputes(work: Looking, page: Page, status: str | None = None) -> Listing[DisputeAnswer]:
    """Of one's own payments, or all of them for who runs the shop; the newest first."""
    return page.of(disputes.listed(work, status=status, **page.where), _show)


@router.get("/{dispute_id}", summary="Read a dispute")
def read_dispute(work: Looking, dispute_id: UUID) -> DisputeAnswer:
    """One of one's own payments."""
    return _show(disputes.get(work, dispute_id))


@router.post("/{dispute_id}/close", summary="End a dispute")
def close_dispute(work: Acting, dispute_id: UUID, body: Outcome) -> DisputeAnswer:
    """Won, the money stays; lost, it is charged back."""
    disputes.close(work, dispute_id, lost=body.lost)
    return _show(disputes.get(work, dispute_id))


def _show(dispute: disputes.Dispute) -> DisputeAnswer:
    amount = write_money(dispute.amount_minor, dispute.currency)
    return DisputeAnswer(**dispute._asdict(), amount=amount)
