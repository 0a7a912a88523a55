"""Categories at a glance: what is for sale in each, what lies in stock, and what was sold, with all that is in it."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import BigInteger, cast, func, select

from analytics.periods import Period, Ratio
from analytics.sales import CategorySales, Sales, revenue_by_category
from analytics.view import View
from commerce.records import schema
from commerce.records.database import reading
from commerce.records.sql import bound, hexadecimal, linked, total
from commerce.stock import AVAILABLE, on_hand_of

_product, _variant = schema.product, schema.variant
_STOCK = (
    select(
        hexadecimal(_product.c.category_id),
        func.count(_product.c.id.distinct()),
        total(AVAILABLE),
        cast(
            func.coalesce(func.sum(AVAILABLE * func.coalesce(_variant.c.price_minor, 0)), 0),
            BigInteger,
        ),
    )
    .select_from(
        _product.outerjoin(_variant, linked(_variant, _product)).outerjoin(
            schema.account, on_hand_of(_variant.c.id)
        )
    )
    .where(*bound(_product), _product.c.status == "approved")
    .group_by(_product.c.category_id)
)


@dataclass(frozen=True, kw_only=True)
class CategorySummary:
    """A category with all that is in it."""

    revenue: CategorySales
    products: int
    """For sale now."""
    units_in_stock: int
    """That may be sold now, of the products for sale."""
    stock_minor: int
    """What these units cost at today's prices, in minor units."""


def categories_summary(view: View, period: Period) -> tuple[CategorySummary, ...]:
    """Sum up every category, with what it sold in a period: the most revenue first, equal ones by id.

    Stock and prices have no history: these are today's, whatever instant is asked about.
    """
    with reading(view.engine) as connection:
        rows = connection.execute(_STOCK, {"tenant": view.tenant.id}).all()
    sums: dict[int, tuple[int, int, int]] = {}
    for category, *found in rows:
        number = 0 if category is None else view.assortment.numbers.get(category, 0)
        for place in view.assortment.above(number) or (0,):
            held = sums.get(place, (0, 0, 0))
            products, units, worth = (
                int(more) + before for more, before in zip(found, held, strict=True)
            )
            sums[place] = (products, units, worth)
    numbers = {each.id: each.number for each in view.assortment.categories}
    revenues = revenue_by_category(view, period)
    if 0 in sums and all(revenue.id is not None for revenue in revenues):
        nothing, share = Sales(), Ratio(0, 0)
        revenues += (
            CategorySales(id=None, name=None, parent=None, sales=nothing, own=nothing, share=share),
        )
    summed = []
    for revenue in revenues:
        number = 0 if revenue.id is None else numbers[revenue.id]
        products, units, worth = sums.pop(number, (0, 0, 0))
        summed.append(
            CategorySummary(
                revenue=revenue, products=products, units_in_stock=units, stock_minor=worth
            )
        )
    return tuple(summed)
