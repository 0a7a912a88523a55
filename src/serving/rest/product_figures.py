"""Figures of products and categories over HTTP; asked of before the products themselves, whose ids take any name."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import Query
from pydantic import AliasPath, Field

from commerce.records import schema
from commerce.records.errors import existing
from commerce.records.identity import resolve
from serving.rest.deps import Asking, Resource, cached
from serving.rest.fields import Key
from serving.rest.figures import (
    Figures,
    Limit,
    Money,
    PeriodFigures,
    Product,
    ProductRevenue,
    Within,
    ask_within,
    minor,
    tell,
)

router = Resource("analytics", "/api/products", "products")


class TopSelling(PeriodFigures):
    """The products of which most units stay sold, equal ones by id."""

    results: list[ProductRevenue]


class CategoryFigures(Figures):
    """A category with all that is in it; without a name, what has no category."""

    id: UUID | None = Field(validation_alias=AliasPath("revenue", "id"))
    name: str | None = Field(validation_alias=AliasPath("revenue", "name"))
    parent: UUID | None = Field(validation_alias=AliasPath("revenue", "parent"))
    revenue: Money = Field(validation_alias=AliasPath("revenue", "sales", "net_minor"))
    units_sold: int = Field(validation_alias=AliasPath("revenue", "sales", "units"))
    products: int = Field(description="For sale now.")
    units_in_stock: int = Field(description="That may be sold now.")
    stock_value: Money = minor("stock")


class CategoriesSummary(PeriodFigures):
    """Every category, the most revenue first."""

    results: list[CategoryFigures]


class ProductAnalytics(PeriodFigures):
    """What became of one product."""

    figures: Product


@router.get("/top_selling", summary="List the products that sell best")
@cached
def list_top_selling(
    desk: Asking,
    days: Within,
    limit: Limit = 10,
    country: Annotated[str | None, Query(description="Of the customers: `US`, `usa`.")] = None,
) -> TopSelling:
    """By units that stay sold."""
    answer, period = ask_within(desk, "top_products", days, limit=limit, country=country)
    return tell(TopSelling, answer, period, results=answer.result)


@router.get("/categories_summary", summary="Sum up the categories")
@cached
def read_categories_summary(desk: Asking, days: Within) -> CategoriesSummary:
    """Revenue of the days that are asked about; stock and prices are today's."""
    answer, period = ask_within(desk, "categories_summary", days)
    return tell(CategoriesSummary, answer, period, results=answer.result)


@router.get("/{product_id}/analytics", summary="What became of a product")
@cached
def read_product_analytics(desk: Asking, product_id: Key, days: Within) -> ProductAnalytics:
    """Units, revenue, returns and rating; zeros where nothing was sold."""
    desk.actor.require_running("reading figures")
    with desk.looking() as work:
        found = resolve(work.connection, schema.product, work.tenant, product_id)
        product = existing(found, "product", product_id)
    answer, period = ask_within(desk, "product_performance", days, product=product)
    return tell(ProductAnalytics, answer, period, figures=answer.result[0])
