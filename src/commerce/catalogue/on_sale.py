"""Of some products, those that can be bought now: on sale, with a variant that is there."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Select, bindparam, func, literal, or_, select

from commerce.catalogue.search import ACTIVE
from commerce.records import schema
from commerce.records.arguments import checked
from commerce.records.sql import among, bound, linked
from commerce.records.work import Work
from commerce.stock import AVAILABLE, on_hand_of

_product, _variant, _account = schema.product, schema.variant, schema.account


class Available(NamedTuple):
    """A variant that can be bought: its price in minor units, and how many there are; None where no stock is kept."""

    id: UUID
    sku: str
    price_minor: int | None
    currency: str | None
    available: int | None


class OnSale(NamedTuple):
    """A product that can be bought."""

    id: UUID
    number: int
    external_id: str | None
    name: str
    variants: Sequence[Available]


def keeps_stock(work: Work) -> bool:
    """Tell whether the shop keeps stock at all: where only its history is known, nobody ever counted."""
    return bool(work.ask(_KEEPS_STOCK).scalar_one())


@checked
def on_sale(
    work: Work, product_ids: Collection[UUID], *, counted: bool, above: int | None = 0
) -> dict[UUID, OnSale]:
    """Give those of some products that can be bought.

    Parameters
    ----------
    counted : bool
        Whether stock counts; without it every variant is taken to be there, and a product of which none is known.
    above : int or None, default 0
        Variants of which more are there than this; None: than what counts as low of each.
    """
    query = _STOCKED if counted else _LISTED
    given: dict[str, Any] = {"above": above} if counted else {}
    found: dict[UUID, OnSale] = {}
    for product, number, external_id, name, *variant in work.ask(
        query, products=list(product_ids), **given
    ):
        known = found.get(product)
        more = [] if variant[0] is None else [Available(*variant)]
        variants = [*(known.variants if known else ()), *more]
        found[product] = OnSale(product, number, external_id, name, variants)
    return found


@checked
def best_rated(work: Work, count: int, *, counted: bool, above: int | None = 0) -> list[OnSale]:
    """Give products that can be bought, those with the most stars first, then the newest."""
    given: dict[str, Any] = {"above": above} if counted else {}
    chosen = _BEST_STOCKED if counted else _BEST_LISTED
    ids = list(work.ask(chosen, count=count, **given).scalars())
    found = on_sale(work, ids, counted=counted, above=above)
    return [found[product] for product in ids if product in found]


def names_of(work: Work, product_ids: Collection[UUID]) -> dict[UUID, str]:
    """Give what some products are called, on sale or not."""
    return {row.id: row.name for row in work.ask(_NAMES, products=list(product_ids))}


def _query(available: ColumnElement[Any]) -> Select[Any]:
    return select(
        _product.c.id.label("product_id"),
        _product.c.number,
        _product.c.external_id,
        _product.c.name,
        _variant.c.id,
        _variant.c.sku,
        _variant.c.price_minor,
        _variant.c.currency,
        available,
    ).where(*bound(_product), ACTIVE)


_BY_SKU = (_product.c.id, _variant.c.sku)
_ENOUGH = func.coalesce(bindparam("above"), _variant.c.low_stock_at) < AVAILABLE
_ANY_VARIANTS = _product.outerjoin(_variant, linked(_variant, _product))
_COUNTED = _product.join(_variant, linked(_variant, _product)).outerjoin(
    _account, on_hand_of(_variant.c.id)
)
_AMONG = among(_product.c.id, "products")
_LISTED = _query(literal(None)).select_from(_ANY_VARIANTS).where(_AMONG).order_by(*_BY_SKU)
_STOCKED = _query(AVAILABLE).select_from(_COUNTED).where(_AMONG, _ENOUGH).order_by(*_BY_SKU)
_BEST = (
    select(_product.c.id)
    .where(*bound(_product), ACTIVE)
    .group_by(_product.c.id, _product.c.ratings_sum, _product.c.number)
    .order_by(_product.c.ratings_sum.desc(), _product.c.number.desc())
    .limit(bindparam("count"))
)
_BEST_LISTED = _BEST.select_from(_ANY_VARIANTS)
_BEST_STOCKED = _BEST.select_from(_COUNTED).where(_ENOUGH)
_NAMES = select(_product.c.id, _product.c.name).where(*bound(_product), _AMONG)
_KEEPS_STOCK = select(
    select(_account.c.id)
    .where(
        *bound(_account),
        _account.c.asset > "SKU:",
        _account.c.asset < "SKU;",
        or_(_account.c.kind == "on_hand", _account.c.kind == "held"),
    )
    .exists()
)
