"""Inventory: what there is of each variant, what came in, and why it was corrected."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import Query
from pydantic import Field

from commerce import stock
from serving.rest.deps import Acting, Listing, Looking, Page, Resource
from serving.rest.fields import Question, Told, example

router = Resource("stock", "/api", tag="inventory")


class Receipt(Question):
    """Goods that came in."""

    model_config = example(variant_id="0b0e5f0a-6f0c-4a51-9d4e-1f2f5b8f9c55", quantity=12)

    variant_id: UUID
    quantity: int = Field(description=f"Units, 1 to {stock.MOST}.")


class Adjustment(Receipt):
    """A correction; its reason says whether units go or come."""

    model_config = example(
        variant_id="0b0e5f0a-6f0c-4a51-9d4e-1f2f5b8f9c55", quantity=1, reason="damaged"
    )

    reason: str = Field(description=f"One of {', '.join(stock.REASONS)}.")


class LevelAnswer(Told):
    """How many units of a variant may be sold, and from how few on it counts as low."""

    model_config = example(
        variant_id="0b0e5f0a-6f0c-4a51-9d4e-1f2f5b8f9c55",
        sku="MUG-BLUE",
        product_id="5c9f0c1e-6a0f-5f0b-9d3a-0c4f8f6d2b17",
        seller_id=None,
        low_stock_at=2,
        available=12,
    )

    variant_id: UUID
    sku: str
    product_id: UUID
    seller_id: UUID | None
    low_stock_at: int
    available: int


@router.get("/products/low_stock", summary="List what is running low")
@router.get("/inventory/low_stock", summary="List what is running low")
def list_low(
    work: Looking,
    page: Page,
    threshold: Annotated[
        int | None, Query(ge=0, le=stock.MOST, description="Units; by default each variant's own.")
    ] = None,
) -> Listing[LevelAnswer]:
    """Variants on sale; a seller's own, all for who runs the shop."""
    part = stock.low(work, threshold=threshold, ordering=page.ordering, **page.where)
    return page.of(part, LevelAnswer.model_validate)


@router.get("/inventory", summary="List stock levels")
def list_levels(work: Looking, page: Page, product_id: UUID | None = None) -> Listing[LevelAnswer]:
    """A seller's own, all for who runs the shop."""
    part = stock.list_levels(work, product_id=product_id, ordering=page.ordering, **page.where)
    return page.of(part, LevelAnswer.model_validate)


@router.get("/inventory/{variant_id}", summary="Read a stock level")
def read_level(work: Looking, variant_id: UUID) -> LevelAnswer:
    """Of one variant."""
    return _shown(work, variant_id)


@router.post("/inventory/receive", summary="Take a delivery in")
def receive(work: Acting, body: Receipt) -> LevelAnswer:
    """By its seller or who runs the shop; answers with what there is now."""
    stock.receive(work, body.variant_id, body.quantity)
    return _shown(work, body.variant_id)


@router.post("/inventory/adjust", summary="Correct what there is")
def adjust(work: Acting, body: Adjustment) -> LevelAnswer:
    """The stream keeps how many and why; answers with what there is now."""
    stock.adjust(work, body.variant_id, body.quantity, reason=body.reason)
    return _shown(work, body.variant_id)


def _shown(work: Looking, variant_id: UUID) -> LevelAnswer:
    return LevelAnswer.model_validate(stock.level(work, variant_id))
