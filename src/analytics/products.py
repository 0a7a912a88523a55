"""How products do: what was sold and taken back of them, what came back, and how they are rated."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from analytics.periods import Period, Ratio, check_limit
from analytics.sales import SUMS, WITHIN, Sales, sales_of
from analytics.view import View


@dataclass(frozen=True, kw_only=True)
class ProductFigures:
    """What became of a product in a period."""

    product: UUID
    name: str | None
    """As it is called now."""
    orders: int
    """Orders in which it was sold, and not called off."""
    sales: Sales
    units_returned: int
    """Units that customers sent back, of what was sold in the period."""
    ratings: int
    """Reviews posted, or last edited, in the period that stand."""
    stars: int
    """All of their stars."""

    @property
    def rating(self) -> Ratio:
        """Mean of the stars; 0 without reviews."""
        return Ratio(self.stars, self.ratings)

    @property
    def return_rate(self) -> Ratio:
        """Units sent back over units sold."""
        return Ratio(self.units_returned, self.sales.units_sold)


def product_performance(
    view: View, period: Period, *, product: UUID | None = None, limit: int = 100
) -> tuple[ProductFigures, ...]:
    """Tell how the products did that were sold or rated in a period: the most revenue first, equal ones by id.

    Parameters
    ----------
    product : UUID, optional
        That product alone; without sales or reviews it has zeros.
    limit : int, 1 to 1000, default 100
    """
    known = {"limit": check_limit(limit), **period.days}
    chosen = "product > 0"
    if product is not None:
        known["key"] = product.hex
        chosen = "product = (SELECT number FROM product_key WHERE key = $key)"
    rows = view.rows(
        f"""
        WITH sold AS (
            SELECT product, {SUMS}
            FROM movement WHERE {chosen} AND {WITHIN} GROUP BY product
        ),
        kept AS (SELECT * FROM line WHERE {chosen} AND {WITHIN} AND sale NOT IN (FROM called_off)),
        orders AS (
            SELECT product, sum(orders) AS orders FROM (
                SELECT product, count(*) AS orders FROM kept WHERE alone GROUP BY product
                UNION ALL SELECT product, count(DISTINCT sale) FROM kept WHERE NOT alone GROUP BY product
            ) GROUP BY product
        ),
        sent AS (
            SELECT product, sum(units) AS sent FROM goods_back WHERE sent AND (sale, product) IN (
                SELECT (sale, product) FROM line WHERE {chosen} AND {WITHIN} AND sale IN (SELECT sale FROM goods_back)
            ) GROUP BY product
        ),
        standing AS (
            SELECT latest(product, occurred, id) AS product, latest(day, occurred, id) AS day,
                latest(stars, occurred, id) AS stars, latest(type, occurred, id) AS type
            FROM review GROUP BY record
        ),
        rated AS (
            SELECT product, count(*) AS ratings, sum(stars) AS stars
            FROM standing WHERE type <> 'review.removed' AND {chosen} AND {WITHIN} GROUP BY product
        )
        SELECT key, coalesce(orders, 0), coalesce(sent, 0), coalesce(ratings, 0), coalesce(stars, 0),
            coalesce(units_sold, 0), coalesce(units_back, 0), coalesce(gross, 0), coalesce(taken_back, 0)
        FROM sold FULL JOIN rated USING (product) LEFT JOIN orders USING (product) LEFT JOIN sent USING (product)
        JOIN product_key ON number = product
        WHERE orders > 0 OR ratings > 0 OR units_sold <> 0 OR units_back <> 0 OR gross <> 0 OR taken_back <> 0
        ORDER BY coalesce(gross, 0) - coalesce(taken_back, 0) DESC, key LIMIT $limit
        """,
        **known,
    )
    if product is not None and not rows:
        rows = [(product.hex, *[0] * 8)]
    names = view.names(UUID(key) for key, *_ in rows)
    return tuple(
        ProductFigures(
            product=UUID(key),
            name=names.get(UUID(key)),
            orders=int(orders),
            sales=sales_of(sums),
            units_returned=int(sent),
            ratings=ratings,
            stars=int(stars),
        )
        for key, orders, sent, ratings, stars, *sums in rows
    )
