"""Promotions: a standing discount on a product, and sale events on a product, a category or everything."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated
from uuid import UUID

from fastapi import Query
from pydantic import AliasChoices, Field

from commerce.catalogue import promotions, search
from commerce.records.money import exact_minor
from commerce.records.work import Work
from serving.rest.deps import Acting, Listing, Looking, Page, Resource
from serving.rest.fields import (
    Amount,
    Instant,
    Key,
    MoneyText,
    Question,
    Told,
    example,
    write_money,
)

router = Resource("promotions", "/api")

_PERCENT = 100
"""Hundredths in one."""


class Discount(Question):
    """What is taken off each unit: `percent` or `amount`."""

    model_config = example(percent="10", name="Spring")

    name: str = Field("Discount", min_length=1, max_length=200)
    percent: Decimal | None = Field(None, gt=0, le=100, decimal_places=2, allow_inf_nan=False)
    amount: Amount | None = None
    starts_at: Instant | None = Field(None, description="It holds from then on; null for ever.")
    ends_at: Instant | None = Field(None, description="It holds until then; null for ever.")


class NewPromotion(Discount):
    """A promotion of a product, of a category with what is below it, or of everything."""

    model_config = example(
        name="Spring sale",
        percent="10",
        starts_at="2026-03-20T00:00:00Z",
        ends_at="2026-03-27T00:00:00Z",
    )

    product_id: UUID | None = Field(
        None, validation_alias=AliasChoices("product_id", "product"), description="Or `product`."
    )
    category_id: UUID | None = Field(
        None, validation_alias=AliasChoices("category_id", "category"), description="Or `category`."
    )


class PromotionAnswer(Told):
    """A promotion; either `percent` or `amount` with its `currency`."""

    model_config = example(
        id="5c9f0c1e-6a0f-5f0b-9d3a-0c4f8f6d2b17",
        name="Spring sale",
        product_id=None,
        category_id=None,
        percent="10.00",
        amount=None,
        currency="EUR",
        starts_at="2026-03-20T00:00:00Z",
        ends_at="2026-03-27T00:00:00Z",
    )

    id: UUID
    name: str
    product_id: UUID | None
    category_id: UUID | None
    percent: MoneyText | None
    amount: MoneyText | None
    currency: str
    starts_at: Instant | None
    ends_at: Instant | None


@router.get("/promotions", summary="List promotions")
def list_promotions(
    work: Looking,
    page: Page,
    *,
    product_id: UUID | None = None,
    category_id: UUID | None = None,
    active: Annotated[bool, Query(description="Only those that hold now.")] = False,
) -> Listing[PromotionAnswer]:
    """Those that hold now for a buyer, those of own products too for a seller, all for who runs the shop."""
    part = promotions.list_promotions(
        work,
        product_id=product_id,
        category_id=category_id,
        only_active=active,
        ordering=page.ordering,
        **page.where,
    )
    return page.of(part, lambda each: _told(work, each))


@router.post("/promotions", status_code=201, summary="Set a promotion")
def create_promotion(work: Acting, body: NewPromotion) -> PromotionAnswer:
    """By who runs the shop, or by the seller of its product. Of several, the best one alone counts."""
    return _made(work, body, body.product_id, body.category_id)


@router.post("/products/{product_id}/discount", status_code=201, summary="Discount a product")
def discount_product(work: Acting, product_id: Key, body: Discount) -> PromotionAnswer:
    """By its seller or who runs the shop; without times it stands until it is ended."""
    return _made(work, body, search.view(work, product_id).id, None)


@router.get("/promotions/{promotion_id}", summary="Read a promotion")
def read_promotion(work: Looking, promotion_id: UUID) -> PromotionAnswer:
    """One that would be listed."""
    return _told(work, promotions.get(work, promotion_id))


@router.delete("/promotions/{promotion_id}", status_code=204, summary="End a promotion")
@router.post("/promotions/{promotion_id}/end", status_code=204, summary="End a promotion")
def end_promotion(work: Acting, promotion_id: UUID) -> None:
    """Now; orders placed keep their prices. One that has not begun is taken away."""
    promotions.end(work, promotion_id)


def _made(
    work: Work, body: Discount, product_id: UUID | None, category_id: UUID | None
) -> PromotionAnswer:
    amount = body.amount
    made = promotions.create(
        work,
        body.name,
        product_id=product_id,
        category_id=category_id,
        percent_bp=None if body.percent is None else int(body.percent * _PERCENT),
        amount_minor=None if amount is None else exact_minor(amount, work.tenant.currency),
        starts_at=body.starts_at,
        ends_at=body.ends_at,
    )
    return _told(work, promotions.get(work, made))


def _told(work: Work, each: promotions.Promotion) -> PromotionAnswer:
    percent, amount, currency = each.percent_bp, each.amount_minor, work.tenant.currency
    return PromotionAnswer.model_validate(
        {
            **each._asdict(),
            "percent": None if percent is None else f"{Decimal(percent) / _PERCENT:.2f}",
            "amount": None if amount is None else write_money(amount, currency),
            "currency": currency,
        }
    )
