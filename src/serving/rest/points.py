"""Points and ranks of sellers."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import Query

from commerce import rewards
from serving.rest.deps import Listing, Looking, Page, Resource
from serving.rest.fields import Instant, Told, example

router = Resource("wallet", "/api/points", "points")

Seller = Annotated[UUID | None, Query(description="Whose; one's own by default.")]


class PointsAnswer(Told):
    """A seller's points, the rank they reach, and what is missing to the next."""

    model_config = example(points=120, rank="silver", next_rank="gold", missing=380)

    points: int
    rank: str | None
    next_rank: str | None
    missing: int


class PointsEntry(Told):
    """One movement of points."""

    model_config = example(points=10, reason="order_completed", at="2026-01-01T12:00:00Z")

    points: int
    reason: str
    at: Instant


@router.get("", summary="Read a seller's points and rank")
def read_points(work: Looking, seller_id: Seller = None) -> PointsAnswer:
    """One's own; who runs the shop reads any."""
    return PointsAnswer.model_validate(
        rewards.balance_of(work, rewards.seller_meant(work, seller_id))
    )


@router.get("/history", summary="List how a seller came by points")
def list_points(work: Looking, page: Page, seller_id: Seller = None) -> Listing[PointsEntry]:
    """The newest first."""
    part = rewards.history(work, rewards.seller_meant(work, seller_id), **page.where)
    return page.of(part, PointsEntry.model_validate)
