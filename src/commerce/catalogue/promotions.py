"""Promotions: discounts on a product, and sale events on a product, a category or everything.

A promotion is active from ``starts_at`` on and no longer at ``ends_at``; without them, always. A category's
promotion holds for what is in the categories below it, too. Which one counts, `commerce.records.line_prices` says.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, and_, bindparam, delete, exists, or_, select, true

from commerce.records import rows, schema
from commerce.records.arguments import checked
from commerce.records.errors import Conflict, RecordError, existing
from commerce.records.instants import to_micros
from commerce.records.line_prices import Offer
from commerce.records.machine import EventDraft, fetch, fire
from commerce.records.prepared import Prepared
from commerce.records.sql import among, bound, linked
from commerce.records.states import CATALOGUE, PRODUCT
from commerce.records.work import Work

_promotion, _product, _category = schema.promotion, schema.product, schema.category


class Promotion(NamedTuple):
    """A discount: hundredths of a percent, or minor units off each unit; on a product, a category or everything."""

    id: UUID
    name: str
    product_id: UUID | None
    category_id: UUID | None
    percent_bp: int | None
    amount_minor: int | None
    starts_at: datetime | None
    ends_at: datetime | None


@checked
def create(
    work: Work,
    name: str,
    *,
    product_id: UUID | None = None,
    category_id: UUID | None = None,
    percent_bp: int | None = None,
    amount_minor: int | None = None,
    starts_at: datetime | None = None,
    ends_at: datetime | None = None,
) -> UUID:
    """Set a discount. By an admin, or by the seller of the product.

    Parameters
    ----------
    product_id, category_id : UUID, optional
        What it holds for: one of them, or with neither everything.
    percent_bp, amount_minor : int
        One of them: hundredths of a percent, 1 to 10000, or minor units off each unit.
    starts_at, ends_at : datetime, optional
        Aware; a sale event has both, a standing discount neither.

    Raises
    ------
    NotFound
    RecordError
        "promotion must ...; got ..."
    """
    _check(percent_bp, amount_minor, product_id, category_id, starts_at, ends_at)
    if category_id is not None:
        rows.find(work, _category, category_id)
    owner = _owner_of(work, product_id)
    work.actor.require_own("product", product_id or category_id, owner)
    promotion_id = work.new_id()
    _fire(work, "promotion.created", promotion_id, product_id)
    rows.add(
        work,
        _promotion,
        id=promotion_id,
        name=name,
        product_id=product_id,
        category_id=category_id,
        percent_bp=percent_bp,
        amount_minor=amount_minor,
        starts_at=starts_at,
        ends_at=ends_at,
    )
    return promotion_id


def end(work: Work, promotion_id: UUID) -> None:
    """End a promotion now; one that has not begun is taken away. Orders placed keep their prices.

    Raises
    ------
    NotFound
    Conflict
        "promotion must not have ended yet; got ..."
    """
    row = rows.find(work, _promotion, promotion_id, lock=True)
    work.actor.require_own(_promotion.name, promotion_id, _owner_of(work, row.product_id))
    if row.ends_at is not None and to_micros(row.ends_at) <= work.now:
        raise Conflict(
            f"promotion must not have ended yet; got one that ended at {row.ends_at}."
            " There is nothing to do."
        )
    _fire(work, "promotion.ended", promotion_id, row.product_id)
    if row.starts_at is not None and to_micros(row.starts_at) >= work.now:
        this = rows.own(work, _promotion, id=promotion_id)
        work.connection.execute(delete(_promotion).where(*this))
    else:
        rows.change(work, _promotion, promotion_id, ends_at=work.now)


def _fire(work: Work, event_type: str, promotion_id: UUID, product_id: UUID | None) -> None:
    record = (_promotion.name, promotion_id)
    fire(
        work, CATALOGUE, promotion_id, EventDraft(event_type, product_id=product_id, record=record)
    )


@checked
def list_promotions(
    work: Work,
    *,
    product_id: UUID | None = None,
    category_id: UUID | None = None,
    only_active: bool = False,
    ordering: str | None = None,
    limit: int = 100,
    offset: int = 0,
) -> rows.Part[Promotion]:
    """List promotions: those that hold now, a seller's of own products, all for who runs the shop.

    Parameters
    ----------
    ordering : str, optional
        ``name`` (default), ``starts_at`` or ``ends_at``, ``-`` before it for the other direction.
    """
    return rows.part(
        work,
        Promotion,
        _promotion,
        _holds(work.now) if only_active else _visible(work),
        *rows.asked(_promotion, product_id=product_id, category_id=category_id),
        order=rows.ordered(_promotion, ordering, "name", "starts_at", "ends_at", "id"),
        limit=limit,
        offset=offset,
    )


def get(work: Work, promotion_id: UUID) -> Promotion:
    """Read a promotion that `list_promotions` would list."""
    this = _promotion.c.id == promotion_id
    found = rows.listed(work, Promotion, _promotion, _visible(work), this, order=())
    return existing(next(iter(found), None), _promotion.name, promotion_id)


def _visible(work: Work) -> ColumnElement[bool]:
    mine = rows.visible(work, _product.c.seller_id, work.actor.user_id)
    own = exists().where(linked(_promotion, _product), mine)
    return or_(true() if work.actor.runs_the_shop else own, _holds(work.now))


def offers(work: Work, product_ids: Collection[UUID]) -> dict[UUID, list[Offer]]:
    """Find every promotion that holds now for each of some products; one query for all."""
    known = {"tenant": work.tenant.id, "now": work.now, "products": list(product_ids)}
    found: dict[UUID, list[Offer]] = {product: [] for product in product_ids}
    for product, *offer in _OFFERS(work.connection, known):
        found[product].append(Offer(*offer))
    return found


def _check(
    percent_bp: int | None,
    amount_minor: int | None,
    product_id: UUID | None,
    category_id: UUID | None,
    starts_at: datetime | None,
    ends_at: datetime | None,
) -> None:
    """Refuse a promotion that says nothing, or two things at once."""
    for broken, rule, got in (
        (
            (percent_bp is None) == (amount_minor is None),
            "give a percentage or an amount",
            f"{percent_bp} and {amount_minor}",
        ),
        (
            percent_bp is not None and not 1 <= percent_bp <= 10_000,
            "take 1 to 10000 hundredths of a percent",
            percent_bp,
        ),
        (amount_minor is not None and amount_minor < 1, "take 1 or more off", amount_minor),
        (
            product_id is not None and category_id is not None,
            "hold for a product or for a category",
            "both",
        ),
        (
            starts_at is not None and ends_at is not None and starts_at >= ends_at,
            "start before it ends",
            f"{starts_at} and {ends_at}",
        ),
    ):
        if broken:
            raise RecordError(f"promotion must {rule}; got {got}. Correct it.")


def _owner_of(work: Work, product_id: UUID | None) -> UUID | None:
    """Give who may set a price: the seller of the product, for all else nobody but who runs the shop."""
    return None if product_id is None else fetch(work, PRODUCT, product_id, lock=False).seller_id


def _holds(now: Any) -> ColumnElement[bool]:
    """Keep to promotions that hold at an instant: a value, or a parameter."""
    starts, ends = _promotion.c.starts_at, _promotion.c.ends_at
    return and_(or_(starts.is_(None), starts <= now), or_(ends.is_(None), ends > now))


_here = (
    select(_product.c.id.label("product_id"), _product.c.category_id)
    .where(*bound(_product), among(_product.c.id, "products"))
    .cte("ancestry", recursive=True)
)
_ancestry = _here.union(
    select(_here.c.product_id, _category.c.parent_id).where(
        *bound(_category), _category.c.id == _here.c.category_id, _category.c.parent_id.is_not(None)
    )
)
_OFFERS = Prepared(
    select(
        _ancestry.c.product_id, _promotion.c.id, _promotion.c.percent_bp, _promotion.c.amount_minor
    )
    .distinct()
    .select_from(
        _ancestry.join(
            _promotion,
            or_(
                _promotion.c.product_id == _ancestry.c.product_id,
                _promotion.c.category_id == _ancestry.c.category_id,
                and_(_promotion.c.product_id.is_(None), _promotion.c.category_id.is_(None)),
            ),
        )
    )
    .where(*bound(_promotion), _holds(bindparam("now")))
)
