"""Recommendations over HTTP: what a customer may want next, of what can be bought now."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import Query
from pydantic import BeforeValidator

from commerce import stock
from commerce.people import customers
from scoring.ranker import Mode
from serving.predict.recommendations import Suggestion, recommend
from serving.rest.deps import Asking, AsOf, Resource
from serving.rest.fields import Instant, Key, MoneyText, Told, example, write_money

router = Resource("predictions", "/api/recommendations", "recommendations")


class RecommendedVariant(Told):
    """A variant that can be bought; `available` is null where the shop keeps no stock."""

    id: UUID
    sku: str
    price: MoneyText | None
    currency: str | None
    available: int | None


class RecommendedProduct(Told):
    """A product in its place, and why it stands there."""

    product: UUID
    number: int
    external_id: str | None
    name: str
    kind: str
    reason: str
    variants: list[RecommendedVariant]


class RecommendationsAnswer(Told):
    """What a customer may want next, the best first; a list for everybody where nothing is known of the customer."""

    model_config = example(
        customer="5c9f0c1e-6a0f-5f0b-9d3a-0c4f8f6d2b17",
        type="history",
        as_of="2026-03-01T12:00:00Z",
        model_version="demo.recommendations/1",
        is_fallback=False,
        results=[
            {
                "product": "0b0e5f0a-6f0c-4a51-9d4e-1f2f5b8f9c55",
                "number": 17,
                "external_id": None,
                "name": "Mug",
                "kind": "bought_together",
                "reason": "bought together with Teapot by 34 customers",
                "variants": [
                    {
                        "id": "3f1c9c0e-2b6a-4a0e-8f0e-7a1b2c3d4e5f",
                        "sku": "MUG-BLUE",
                        "price": "19.99",
                        "currency": "EUR",
                        "available": 12,
                    }
                ],
            }
        ],
    )

    customer: UUID
    type: Mode
    as_of: Instant
    model_version: str | None
    is_fallback: bool
    results: list[RecommendedProduct]


def _without_slash(value: object) -> object:
    return value.removesuffix("/") if isinstance(value, str) else value


@router.get("/{customer_id}", summary="What a customer may want next")
def read_recommendations(
    desk: Asking,
    customer_id: Key,
    mode: Annotated[
        Mode,
        BeforeValidator(_without_slash),
        Query(
            alias="type",
            description="By what the customer bought; by what similar customers bought, of what is new to this one; or"
            " as by history, of what is amply in stock.",
        ),
    ] = "history",
    limit: Annotated[int, Query(ge=1, le=50, description="Products at most.")] = 10,
    threshold: Annotated[
        int | None,
        Query(
            ge=0,
            le=stock.MOST,
            description="By inventory: of which variants more are there; by default than what counts as low of each.",
        ),
    ] = None,
    as_of: AsOf = None,
) -> RecommendationsAnswer:
    """Products on sale and in stock, one's own for a customer; purchases known at `as_of`, stock as it is now."""
    with desk.looking() as work:
        customer, instant = customers.get(work, customer_id).id, work.settle(as_of)
        found = recommend(
            desk.state.shelf,
            work,
            customer,
            mode,
            as_of=instant,
            count=limit,
            above=threshold,
        )
    return RecommendationsAnswer(
        customer=customer,
        type=mode,
        as_of=instant,
        model_version=found.model_version,
        is_fallback=found.is_fallback,
        results=list(map(_shown, found.suggestions)),
    )


def _shown(found: Suggestion) -> RecommendedProduct:
    product = found.product
    return RecommendedProduct(
        product=product.id,
        number=product.number,
        external_id=product.external_id,
        name=product.name,
        kind=found.kind,
        reason=found.reason,
        variants=[
            RecommendedVariant(
                id=each.id,
                sku=each.sku,
                price=None
                if each.price_minor is None or each.currency is None
                else write_money(each.price_minor, each.currency),
                currency=each.currency,
                available=each.available,
            )
            for each in product.variants
        ],
    )
