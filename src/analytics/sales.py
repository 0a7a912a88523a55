"""What was sold, net of what was called off, sent back or refunded of it.

A sale counts on the day on which it was placed, and so does what was taken back of it, whenever that was: a period says
what became of what was sold in it, as known at the instant that is asked about. Of an order,

* all is taken back where it was called off;
* else the goods that came back or were called off, at their part of the line's amount;
* and where more money than that went back, or need not come, the rest is spread over what is left of its lines.

Goods that came back of no order on record are taken back on the day on which they came.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from analytics.periods import Period, Ratio, Step, check_limit
from analytics.view import View
from commerce.orders.tax import country_code


@dataclass(frozen=True, kw_only=True)
class Sales:
    """What was sold, and what was taken back of it; money in minor units of the tenant's currency."""

    units_sold: int = 0
    units_back: int = 0
    gross_minor: int = 0
    """What the lines came to, after discounts."""
    back_minor: int = 0
    """What was called off, sent back or refunded of it."""

    @property
    def units(self) -> int:
        """Units that stay sold."""
        return self.units_sold - self.units_back

    @property
    def net_minor(self) -> int:
        """Revenue."""
        return self.gross_minor - self.back_minor

    def __add__(self, other: Sales) -> Sales:
        return Sales(
            units_sold=self.units_sold + other.units_sold,
            units_back=self.units_back + other.units_back,
            gross_minor=self.gross_minor + other.gross_minor,
            back_minor=self.back_minor + other.back_minor,
        )


@dataclass(frozen=True, kw_only=True)
class SalesBucket:
    """The sales of some days."""

    period: Period
    orders: int
    """Orders placed and not called off."""
    orders_called_off: int
    customers: int
    """Different customers with an order that was not called off."""
    sales: Sales

    @property
    def average_order(self) -> Ratio:
        """Net revenue an order, in minor units."""
        return Ratio(self.sales.net_minor, self.orders)


@dataclass(frozen=True, kw_only=True)
class CategorySales:
    """The sales of a category, of all that is in it, too."""

    id: UUID | None
    """None: what has no category."""
    name: str | None
    parent: UUID | None
    sales: Sales
    own: Sales
    """Of what is in the category itself."""
    share: Ratio
    """Of the net revenue of the period."""


@dataclass(frozen=True, kw_only=True)
class ProductSales:
    """The sales of a product."""

    product: UUID
    name: str | None
    """As it is called now."""
    sales: Sales


SUMS = ", ".join(
    f"sum({name}) AS {name}" for name in ("units_sold", "units_back", "gross", "taken_back")
)
"""What `sales_of` reads, of ``movement``."""

WITHIN = "day BETWEEN $first AND $last"
"""On a day of a period."""


def sales_of(sums: Sequence[Any]) -> Sales:
    """Read the four sums of a query of ``movement``."""
    sold, back, gross, taken = (int(each or 0) for each in sums)
    return Sales(units_sold=sold, units_back=back, gross_minor=gross, back_minor=taken)


def sales_metrics(view: View, period: Period, *, by: Step = "day") -> tuple[SalesBucket, ...]:
    """Tell what was sold in each day, week or month of a period; days without a sale are there, too.

    Raises
    ------
    RecordError
        "by must be one of day, week, month; got ..."
    """
    buckets = period.buckets(by)
    known = {"starts": [bucket.first for bucket in buckets], **period.days}
    bucketed = "ASOF JOIN (SELECT unnest($starts::DATE[]) AS start) ON day >= start"
    sums = view.rows(
        f"SELECT start, {SUMS} FROM (SELECT day, {SUMS} FROM movement WHERE {WITHIN} GROUP BY day) {bucketed}"
        " GROUP BY start",
        **known,
    )
    counts = view.rows(
        "SELECT start, count(*) FILTER (called_off.sale IS NULL), count(called_off.sale),"
        " count(DISTINCT customer) FILTER (called_off.sale IS NULL AND customer > 0)"
        f" FROM (SELECT * FROM placed WHERE {WITHIN}) AS placed {bucketed}"
        " LEFT JOIN called_off USING (sale) GROUP BY start",
        **known,
    )
    sold = {start: sales_of(row) for start, *row in sums}
    counted = {start: row for start, *row in counts}
    return tuple(
        SalesBucket(
            period=bucket,
            orders=orders,
            orders_called_off=called_off,
            customers=customers,
            sales=sold.get(bucket.first, Sales()),
        )
        for bucket in buckets
        for orders, called_off, customers in [counted.get(bucket.first, (0, 0, 0))]
    )


def sales_total(view: View, period: Period) -> SalesBucket:
    """Tell what was sold in a period as a whole."""
    sums = view.rows(f"SELECT {SUMS} FROM movement WHERE {WITHIN}", **period.days)
    ((orders, called_off, customers),) = view.rows(
        "SELECT count(*) FILTER (called_off.sale IS NULL), count(called_off.sale),"
        " count(DISTINCT customer) FILTER (called_off.sale IS NULL AND customer > 0)"
        f" FROM placed LEFT JOIN called_off USING (sale) WHERE {WITHIN}",
        **period.days,
    )
    return SalesBucket(
        period=period,
        orders=orders,
        orders_called_off=called_off,
        customers=customers,
        sales=sales_of(sums[0]),
    )


def revenue_by_category(view: View, period: Period) -> tuple[CategorySales, ...]:
    """Tell what each category sold, with all that is in it; the most revenue first, equal ones by id.

    A line is of the category that it was sold in; where it names none on record, of its product's. Categories are
    those of today.
    """
    rows = view.rows(
        f"""
        SELECT coalesce(named.category, assortment.category, 0) AS number, {SUMS} FROM (
            SELECT word, product, {SUMS} FROM movement WHERE {WITHIN} GROUP BY word, product
        )
        LEFT JOIN named USING (word) LEFT JOIN assortment USING (product) GROUP BY number
        """,
        **period.days,
    )
    own = {number: sales_of(sums) for number, *sums in rows}
    whole: Counter[int] = Counter()
    sales: dict[int, Sales] = {}
    for number, part in own.items():
        whole[0] += part.net_minor
        for place in view.assortment.above(number) or (0,):
            sales[place] = sales.get(place, Sales()) + part
    found = [
        CategorySales(
            id=each.id,
            name=each.name,
            parent=each.parent,
            sales=sales.get(each.number, Sales()),
            own=own.get(each.number, Sales()),
            share=Ratio(sales.get(each.number, Sales()).net_minor, whole[0]),
        )
        for each in view.assortment.categories
    ]
    if 0 in sales:
        share = Ratio(sales[0].net_minor, whole[0])
        found.append(
            CategorySales(
                id=None, name=None, parent=None, sales=sales[0], own=sales[0], share=share
            )
        )
    return tuple(sorted(found, key=_most_revenue))


def _most_revenue(row: CategorySales) -> tuple[int, bool, str]:
    return -row.sales.net_minor, row.id is None, "" if row.id is None else row.id.hex


def top_products(
    view: View, period: Period, *, country: str | None = None, limit: int = 10
) -> tuple[ProductSales, ...]:
    """List the products of which most units stay sold, equal ones by id.

    Parameters
    ----------
    country : str, optional
        Only what customers of that country bought: its code, or a name such as ``Germany``, ``usa``.
    limit : int, 1 to 1000, default 10
    """
    known = {"limit": check_limit(limit), **period.days}
    chosen = ""
    if country is not None:
        known["countries"] = countries_named(view, country)
        chosen = " AND customer IN (SELECT customer FROM living WHERE list_contains($countries, country))"
    rows = view.rows(
        f"""
        WITH living AS (SELECT customer, latest(country, occurred, id) AS country FROM country GROUP BY customer)
        SELECT key, units_sold, units_back, gross, taken_back FROM (
            SELECT product, {SUMS} FROM movement WHERE product > 0 AND {WITHIN}{chosen} GROUP BY product
        )
        JOIN product_key ON number = product
        WHERE units_sold > units_back ORDER BY units_sold - units_back DESC, key LIMIT $limit
        """,
        **known,
    )
    names = view.names(UUID(key) for key, *_ in rows)
    return tuple(
        ProductSales(product=UUID(key), name=names.get(UUID(key)), sales=sales_of(sums))
        for key, *sums in rows
    )


def countries_named(view: View, country: str) -> list[str]:
    """Give the countries of the records that mean the one asked for."""
    wanted = country_code(country)
    found = view.rows("SELECT DISTINCT country FROM country")
    return [name for (name,) in found if country_code(name) == wanted]
