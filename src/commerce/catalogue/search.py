"""Finding products: what somebody may see, by whatever they look for, page by page.

A buyer sees what is on sale, a seller own products too, who runs the shop all. What is looked for is bound as a
value, never written into the statement: ``search(work, saying("mug"), in_category(id), in_stock())``.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, Literal, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select, true

from commerce.catalogue.categories import below
from commerce.catalogue.promotions import offers
from commerce.records import schema
from commerce.records.arguments import checked
from commerce.records.errors import RecordError, check_range, existing
from commerce.records.identity import resolve
from commerce.records.line_prices import price_line
from commerce.records.rows import Part, asked, ordered
from commerce.records.sql import among, bound, linked
from commerce.records.states import PRODUCT
from commerce.records.work import Work
from commerce.reviews import average_stars
from commerce.stock import AVAILABLE, on_hand_of

MOST = 200
"""Products on a page at most."""

_product, _variant, _account = schema.product, schema.variant, schema.account


class Offered(NamedTuple):
    """A variant: its price in minor units, how many may be sold, and what one costs with the best promotion."""

    id: UUID
    sku: str
    price_minor: int | None
    currency: str | None
    low_stock_at: int
    available: int
    sale_minor: int | None = None


class Product(NamedTuple):
    """A product with what of it is sold."""

    id: UUID
    number: int
    external_id: str | None
    name: str
    description: str | None
    status: str
    category_id: UUID | None
    brand_id: UUID | None
    seller_id: UUID | None
    ratings_count: int
    ratings_sum: int
    variants: Sequence[Offered] = ()

    @property
    def avg_rating(self) -> Decimal | None:
        """The mean of the stars, to two digits; None without reviews."""
        return average_stars(self.ratings_count, self.ratings_sum)


ACTIVE = _product.c.status == "approved"
"""On sale."""

INACTIVE = _product.c.status != "approved"
"""Not on sale: not yet, not any more, or never."""


def with_value(
    column: Literal["status", "brand_id", "seller_id"], value: object
) -> ColumnElement[bool]:
    """In a state of products, under a brand, or listed by a seller."""
    return _product.c[column] == value


def in_category(category_id: UUID) -> ColumnElement[bool]:
    """In a category or one below it."""
    return _product.c.category_id.in_(select(below(category_id).c.id))


def priced(lowest: int | None, highest: int | None) -> ColumnElement[bool]:
    """With a variant that costs so much, in minor units, bounds included."""
    price = _variant.c.price_minor
    least = [] if lowest is None else [price >= lowest]
    return _has_variant(*least, *([] if highest is None else [price <= highest]))


def below_price(price_minor: int) -> ColumnElement[bool]:
    """With a variant that costs less."""
    return _has_variant(_variant.c.price_minor < price_minor)


def in_stock() -> ColumnElement[bool]:
    """With a variant that is there to be sold."""
    return _has_variant(exists().where(on_hand_of(_variant.c.id), _account.c.balance > 0))


def saying(text: str) -> ColumnElement[bool]:
    """With every word of a text in its name or description."""
    said = _product.c.name, _product.c.description
    words = (
        or_(*(each.icontains(word, autoescape=True) for each in said)) for word in text.split()
    )
    return and_(true(), *words)


def rated(stars: int) -> ColumnElement[bool]:
    """Rated so well on the mean, by somebody."""
    return and_(
        _product.c.ratings_count > 0, _product.c.ratings_sum >= stars * _product.c.ratings_count
    )


def _has_variant(*conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists().where(linked(_variant, _product), *conditions)


@checked
def search(
    work: Work, *conditions: ColumnElement[bool], after: int = 0, limit: int = 50
) -> list[Product]:
    """Find products, by number, so that a page stays what it is while others are added.

    Parameters
    ----------
    *conditions : ColumnElement
        Of this module, such as ``saying("mug")``; all must hold.
    after : int, default 0
        The number of the last product of the page before.
    limit : int, default 50
        1 to 200.

    Raises
    ------
    RecordError
        "limit must be 1 to 200; got ..."
    """
    check_range("limit", limit, 1, MOST)
    query = _PRODUCTS.where(_visible(work), _product.c.number > after, *conditions)
    return _with_variants(work, query.order_by(_product.c.number).limit(limit))


@checked
def list_products(
    work: Work,
    *,
    search: str | None = None,
    status: str | None = None,
    category_id: UUID | None = None,
    brand_id: UUID | None = None,
    seller_id: UUID | None = None,
    min_price_minor: int | None = None,
    max_price_minor: int | None = None,
    min_rating: int | None = None,
    only_in_stock: bool = False,
    ordering: str | None = None,
    limit: int = 50,
    offset: int = 0,
) -> Part[Product]:
    """List products by page; what is given narrows the choice, as the conditions of this module do.

    Parameters
    ----------
    min_rating : int, optional
        Stars on the mean at least.
    ordering : str, optional
        ``number`` (default), ``name`` or ``status``, ``-`` before it for the other direction.

    Raises
    ------
    RecordError
        "ordering must be one of number, ...; got ..."
    """
    conditions = [
        _visible(work),
        *asked(_product, status=status, brand_id=brand_id, seller_id=seller_id),
        *([] if category_id is None else [in_category(category_id)]),
        *([] if search is None else [saying(search)]),
        *([] if min_rating is None else [rated(min_rating)]),
        *([in_stock()] if only_in_stock else []),
    ]
    if min_price_minor is not None or max_price_minor is not None:
        conditions.append(priced(min_price_minor, max_price_minor))
    query = _PRODUCTS.where(*conditions)
    total = work.ask(query.with_only_columns(func.count())).scalar_one()
    order = ordered(_product, ordering, "number", "name", "status", "id")
    return Part(total, _with_variants(work, query.order_by(*order).limit(limit).offset(offset)))


def _with_variants(work: Work, query: Select[Any]) -> list[Product]:
    """Read products with what is sold of each, by three statements however many there are."""
    rows = work.ask(query).all()
    if not rows:
        return []
    variants: dict[UUID, list[Offered]] = {row.id: [] for row in rows}
    offered = offers(work, variants)
    for product_id, *values in work.ask(_VARIANTS, products=list(variants)):
        variant = Offered(*values)
        if variant.price_minor is not None:
            price = price_line(variant.price_minor, 1, offered[product_id], tax_bp=0)
            variant = variant._replace(sale_minor=price.amount)
        variants[product_id].append(variant)
    return [Product(*row)._replace(variants=variants[row.id]) for row in rows]


def view(work: Work, product_id: UUID | str) -> Product:
    """Read one product, by its id or a key of `commerce.records.identity`."""
    meant = resolve(work.connection, _product, work.tenant, product_id)
    found = search(work, _product.c.id == meant, limit=1)
    return existing(next(iter(found), None), PRODUCT.kind, product_id)


def variant_meant(work: Work, variant_id: UUID | None, product: str | int | None) -> UUID:
    """Say which variant is meant: the one that is named, or the only one of a product.

    Raises
    ------
    NotFound
        "product must exist; got ..."
    RecordError
        "variant must be named, or its product; got neither. ...",
        "product must have one variant to stand for it; got 2. Name the variant.",
        "variant must be one of the product that is named beside it; got ..."
    """
    if variant_id is not None:
        if product is not None and all(
            each.id != variant_id for each in view(work, str(product)).variants
        ):
            raise RecordError(
                f"variant must be one of the product that is named beside it; got {variant_id} of another."
                " Name one of the two."
            )
        return variant_id
    if product is None:
        raise RecordError("variant must be named, or its product; got neither. Name one.")
    variants = view(work, str(product)).variants
    if len(variants) != 1:
        raise RecordError(
            f"product must have one variant to stand for it; got {len(variants)}. Name the variant."
        )
    return variants[0].id


def _visible(work: Work) -> ColumnElement[bool]:
    if work.actor.runs_the_shop:
        return true()
    if work.actor.role == "seller" and work.actor.user_id is not None:
        return or_(ACTIVE, _product.c.seller_id == work.actor.user_id)
    return ACTIVE


_PRODUCTS: Select[Any] = select(
    *(_product.c[name] for name in Product._fields if name != "variants")
).where(*bound(_product))
_VARIANTS: Select[Any] = (
    select(
        _variant.c.product_id,
        _variant.c.id,
        _variant.c.sku,
        _variant.c.price_minor,
        _variant.c.currency,
        _variant.c.low_stock_at,
        AVAILABLE,
    )
    .select_from(_variant.outerjoin(_account, on_hand_of(_variant.c.id)))
    .where(*bound(_variant), among(_variant.c.product_id, "products"))
    .order_by(_variant.c.product_id, _variant.c.sku)
)
