"""Stock: how many of each variant there are, where, and why that changed.

A variant is an asset of the ledger, ``SKU:<variant>``: what may be sold lies in ``on_hand``, what an order or an
auction has set aside in ``held``. Nothing is counted twice and nothing is sold that is not there.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import and_, bindparam, func, literal, select
from sqlalchemy.sql import ColumnElement

from commerce.records import schema
from commerce.records.arguments import checked
from commerce.records.errors import RecordError, check_range, existing
from commerce.records.ledger import WORLD, Account, Transfer, balance
from commerce.records.machine import EventDraft, fire
from commerce.records.rows import Part, asked, ordered, visible
from commerce.records.sql import among, bound, hexadecimal
from commerce.records.states import STOCK
from commerce.records.work import Work

ON_HAND = Account("on_hand")
"""What may be sold."""

SCRAPPED = Account("scrapped")
"""What came back damaged, or broke."""

MOST = 1_000_000
"""Units at most in one movement."""

REASONS: Mapping[str, tuple[Account, Account]] = {
    "found": (WORLD, ON_HAND),
    "lost": (ON_HAND, WORLD),
    "stolen": (ON_HAND, WORLD),
    "sent_back": (ON_HAND, WORLD),
    "damaged": (ON_HAND, SCRAPPED),
    "expired": (ON_HAND, SCRAPPED),
}
"""Why stock is corrected, and from where to where goods move for it."""

_variant, _product, _account = schema.variant, schema.product, schema.account


def asset(variant_id: UUID) -> str:
    """Name a variant as an asset of the ledger."""
    return f"SKU:{variant_id.hex}"


def hold(variant_id: UUID, quantity: int, key: UUID) -> Transfer:
    """Set goods aside for an order or an auction."""
    return Transfer(asset(variant_id), ON_HAND, Account("held", key.hex), quantity)


def release(variant_id: UUID, quantity: int, key: UUID) -> Transfer:
    """Put back what was set aside."""
    return Transfer(asset(variant_id), Account("held", key.hex), ON_HAND, quantity)


def leave(variant_id: UUID, quantity: int, key: UUID) -> Transfer:
    """Ship what was set aside."""
    return Transfer(asset(variant_id), Account("held", key.hex), WORLD, quantity)


def come_back(variant_id: UUID, quantity: int, *, damaged: bool) -> Transfer:
    """Take returned goods in: to be sold again, or scrapped."""
    return Transfer(asset(variant_id), WORLD, SCRAPPED if damaged else ON_HAND, quantity)


@checked
def receive(work: Work, variant_id: UUID, quantity: int) -> int:
    """Take a delivery in, by the product's seller or who runs the shop; give how many units may be sold now.

    Parameters
    ----------
    quantity : int
        1 to `MOST`.

    Raises
    ------
    NotFound
    RecordError
        "quantity must be 1 to 1000000; got ..."
    """
    return _move(work, variant_id, quantity, WORLD, ON_HAND, EventDraft("stock.received"))


@checked
def adjust(work: Work, variant_id: UUID, quantity: int, *, reason: str) -> int:
    """Correct stock, by whom `receive` may; the reason gives the direction. Give how many units may be sold now.

    Parameters
    ----------
    quantity : int
        1 to `MOST`.
    reason : str
        One of `REASONS`.

    Raises
    ------
    NotFound, InsufficientFunds
    RecordError
        "reason must be one of ...; got ..."
    """
    if reason not in REASONS:
        raise RecordError(
            f"reason must be one of {', '.join(REASONS)}; got {reason!r}. Choose the nearest."
        )
    event = EventDraft("stock.adjusted", reason=reason)
    left = _move(work, variant_id, quantity, *REASONS[reason], event)
    if REASONS[reason][0] == ON_HAND:
        emit_low_stock(work, {variant_id: quantity})
    return left


def _move(
    work: Work, variant_id: UUID, quantity: int, source: Account, target: Account, event: EventDraft
) -> int:
    check_quantity(quantity)
    row = existing(work.ask(_OWNER, variant=variant_id).one_or_none(), "variant", variant_id)
    work.actor.require_own("variant", variant_id, row.seller_id)
    moved = [Transfer(asset(variant_id), source, target, quantity)]
    fire(
        work, STOCK, variant_id, event._replace(quantity=quantity, transfers=moved, **row._asdict())
    )
    return balance(work.connection, work.tenant, asset(variant_id), ON_HAND)


def check_quantity(quantity: int) -> None:
    """Refuse what is no number of units.

    Raises
    ------
    RecordError
        "quantity must be 1 to 1000000; got ..."
    """
    check_range("quantity", quantity, 1, MOST)


def place_of(
    column: ColumnElement[Any], kind: str, key: ColumnElement[str] | str
) -> ColumnElement[bool]:
    """Join ``account`` as what of a variant is in a place, in both databases' way of writing an id."""
    return and_(
        *bound(_account),
        _account.c.asset == literal("SKU:") + hexadecimal(column),
        _account.c.kind == kind,
        _account.c.key == key,
    )


def on_hand_of(column: ColumnElement[Any]) -> ColumnElement[bool]:
    """Join ``account`` as what of a variant may be sold."""
    return place_of(column, *ON_HAND)


AVAILABLE = func.coalesce(_account.c.balance, 0)
"""Units that may be sold, where ``account`` is joined on `on_hand_of`."""

_in_range = _variant.join(_product)
_OWNER = (
    select(_variant.c.product_id, _product.c.seller_id)
    .select_from(_in_range)
    .where(*bound(_variant, id="variant"))
)
_levels = (
    select(
        _variant.c.id,
        _variant.c.sku,
        _variant.c.product_id,
        _product.c.seller_id,
        _variant.c.low_stock_at,
        AVAILABLE.label("available"),
    )
    .select_from(_in_range.outerjoin(_account, on_hand_of(_variant.c.id)))
    .where(*bound(_variant))
)
_SOME_LEVELS = _levels.where(among(_variant.c.id, "variants"))
_LOW = and_(
    _product.c.status == "approved",
    func.coalesce(bindparam("threshold"), _variant.c.low_stock_at) >= AVAILABLE,
)


def available(work: Work, variant_ids: Collection[UUID]) -> dict[UUID, int]:
    """Tell how many units of some variants may be sold; what is not the tenant's is left out."""
    return {level.variant_id: level.available for level in _some_levels(work, variant_ids)}


def _some_levels(work: Work, variant_ids: Collection[UUID]) -> list[Level]:
    return [Level(*row) for row in work.ask(_SOME_LEVELS, variants=list(variant_ids))]


class Level(NamedTuple):
    """How many units of a variant may be sold, and from how few on it counts as low."""

    variant_id: UUID
    sku: str
    product_id: UUID
    seller_id: UUID | None
    low_stock_at: int
    available: int


def level(work: Work, variant_id: UUID) -> Level:
    """Tell how many units of a variant may be sold: to its seller and who runs the shop.

    Raises
    ------
    NotFound
    """
    found = existing(next(iter(_some_levels(work, [variant_id])), None), "variant", variant_id)
    work.actor.require_own("variant", variant_id, found.seller_id)
    return found


@checked
def list_levels(
    work: Work,
    *,
    product_id: UUID | None = None,
    ordering: str | None = None,
    limit: int = 100,
    offset: int = 0,
) -> Part[Level]:
    """List how many units there are of each variant; a seller sees own variants only.

    Parameters
    ----------
    ordering : str, optional
        ``sku`` (default), ``-`` before it for the other direction.
    """
    conditions = asked(_variant, product_id=product_id)
    return _part(work, *conditions, ordering=ordering, limit=limit, offset=offset)


@checked
def low(
    work: Work,
    *,
    threshold: int | None = None,
    ordering: str | None = None,
    limit: int = 100,
    offset: int = 0,
) -> Part[Level]:
    """List the variants on sale of which no more are there than their own threshold, or than one given.

    A seller sees own variants only; ``ordering`` as in `list_levels`.
    """
    return _part(work, _LOW, ordering=ordering, limit=limit, offset=offset, threshold=threshold)


def _part(
    work: Work,
    *conditions: ColumnElement[bool],
    ordering: str | None,
    limit: int,
    offset: int,
    **given: Any,
) -> Part[Level]:
    mine = visible(work, _product.c.seller_id, work.actor.user_id)
    query = _levels.where(mine, *conditions)
    total = work.ask(query.with_only_columns(func.count()), **given).scalar_one()
    order = ordered(_variant, ordering, "sku")
    found = work.ask(query.order_by(*order).limit(limit).offset(offset), **given)
    return Part(total, [Level(*row) for row in found])


def emit_low_stock(
    work: Work, taken: Mapping[UUID, int], levels: Iterable[Level] | None = None
) -> None:
    """Emit ``stock.low`` for each variant that ran low by what was just taken from it, once per crossing.

    Parameters
    ----------
    work : Work
        After the items were posted away: who posts holds the account, so that no other sees the same crossing.
    taken : mapping of UUID to int
        Units of each variant.
    levels : iterable of Level, optional
        Of these variants after that, where they are known; read if not given.
    """
    low_now = [
        EventDraft(
            "stock.low",
            value=level.available,
            product_id=level.product_id,
            seller_id=level.seller_id,
            record=(STOCK.kind, level.variant_id),
        )
        for level in (_some_levels(work, taken) if levels is None else levels)
        if level.available <= level.low_stock_at < level.available + taken[level.variant_id]
    ]
    if low_now:
        fire(work, STOCK, next(iter(taken)), *low_now)
