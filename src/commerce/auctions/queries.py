"""What people may see of auctions: prices and open bids; a maximum is its bidder's secret."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Row, bindparam, false, func, or_, select, true

from commerce.auctions.auction_rows import COLUMNS, sells, states_of
from commerce.auctions.pricing import AuctionState
from commerce.records import rows, schema
from commerce.records.arguments import checked
from commerce.records.errors import check_choice, existing
from commerce.records.sql import bound, micros
from commerce.records.states import AUCTION
from commerce.records.work import Work

_auction, _bid = schema.auction, schema.bid
OPEN_TO_ALL = ("scheduled", "live", "sold", "unsold")
"""States in which everybody sees an auction."""


class AuctionView(NamedTuple):
    """An auction as the actor may see it; amounts in minor units, instants in microseconds since 1970 UTC.

    Attributes
    ----------
    id, product_id, variant_id, seller_id, order_id : UUID or None
        The order is shown to its buyer, the seller and who runs the shop.
    price : int
        What the leader would pay; the opening price while nobody leads.
    least : int
        The least that the actor may bid next.
    leads : bool
        Whether the actor leads.
    maximum : int or None
        The actor's own, where the actor leads.
    reserve_met : bool
        Whether it would be sold now; false, too, while nobody leads.
    buy_now : int or None
        For what it may be had at once, as long as nobody has bid.
    """

    id: UUID
    product_id: UUID | None
    variant_id: UUID | None
    seller_id: UUID | None
    order_id: UUID | None
    status: str
    currency: str
    price: int
    least: int
    leads: bool
    maximum: int | None
    reserve_met: bool
    buy_now: int | None
    starts_at: int
    ends_at: int
    extensions_left: int


class BidView(NamedTuple):
    """A bid as the actor may see it.

    ``maximum`` and ``customer_id`` are None where they are not the actor's business.
    """

    amount: int
    placed_at: int
    mine: bool
    customer_id: UUID | None
    maximum: int | None


def view(work: Work, auction_id: UUID) -> AuctionView:
    """Show an auction.

    Raises
    ------
    NotFound
        "auction must exist; got ...", also for what is not approved and not the actor's own
    """
    found = _page(work, [_visible(work), _auction.c.id == auction_id], limit=1)
    return existing(next(iter(found), None), "auction", auction_id)


@checked
def listed(
    work: Work,
    *,
    status: str | None = None,
    mine: bool = False,
    ordering: str | None = None,
    limit: int = 50,
    offset: int = 0,
) -> rows.Part[AuctionView]:
    """List auctions, those that end first first; three statements, however many they are.

    Parameters
    ----------
    status : str, optional
        Only those in this state.
    mine : bool, default False
        Only those that the actor sells or has bid on.
    ordering : str, optional
        ``ends_at`` (default), ``starts_at`` or ``status``, ``-`` before it for the other direction.

    Raises
    ------
    RecordError
        "ordering must be one of ends_at, ...; got ..." or "status must be one of draft, ...; got ..."
    """
    if status is not None:
        check_choice("status", status, AUCTION.states)
    conditions = [_visible(work), *rows.asked(_auction, status=status)]
    if mine:
        own_bids = rows.own(work, _bid, customer_id=work.actor.customer_id)
        bid_on = select(_bid.c.auction_id).where(*own_bids)
        conditions.append(or_(_sold_by(work), _auction.c.id.in_(bid_on)))
    counted = select(func.count()).where(*rows.own(work, _auction), *conditions)
    total = int(work.connection.scalar(counted) or 0)
    order = rows.ordered(_auction, ordering, "ends_at", "starts_at", "status", "id")
    return rows.Part(total, _page(work, conditions, order=order, limit=limit, offset=offset))


def _visible(work: Work) -> ColumnElement[bool]:
    """Choose what the actor may see."""
    if work.actor.runs_the_shop:
        return true()
    return or_(_auction.c.status.in_(OPEN_TO_ALL), _sold_by(work))


def _sold_by(work: Work) -> ColumnElement[bool]:
    """Choose what the actor sells; nothing for who is no user, not what is the shop's own."""
    me = work.actor.user_id
    return false() if me is None else _auction.c.seller_id == me


def _page(
    work: Work,
    conditions: Sequence[Any],
    *,
    order: Sequence[Any] = (),
    limit: int,
    offset: int = 0,
) -> list[AuctionView]:
    """Read auctions in two statements however many they are."""
    query = select(*COLUMNS).where(*rows.own(work, _auction), *conditions)
    query = query.order_by(*order).limit(limit).offset(offset)
    auctions = work.connection.execute(query).all()
    states = states_of(work.connection, auctions)
    return [_seen(work, auction, states[auction.id]) for auction in auctions]


def _seen(work: Work, auction: Row[Any], now: AuctionState) -> AuctionView:
    """Leave out what is not the actor's business."""
    actor = work.actor
    mine = now.leader if now.leader and now.leader.bidder == actor.customer_id else None
    concerned = actor.runs_the_shop or mine or sells(auction, work)
    return AuctionView(
        auction.id,
        auction.product_id,
        auction.variant_id,
        auction.seller_id,
        auction.order_id if concerned else None,
        auction.status,
        auction.currency,
        now.price,
        now.least_admissible(actor.customer_id),
        mine is not None,
        mine.maximum if mine else None,
        now.reserve_met,
        auction.buy_now_minor if now.leader is None else None,
        auction.starts_at,
        auction.ends_at,
        auction.extensions_left,
    )


_BIDS = (
    select(
        _bid.c.amount_minor,
        _bid.c.maximum_minor,
        _bid.c.customer_id,
        micros(_bid.c.placed_at).label("placed_at"),
    )
    .where(*bound(_bid, auction_id="auction"))
    .order_by(_bid.c.placed_at.desc(), _bid.c.id.desc())
    .limit(bindparam("limit"))
    .offset(bindparam("offset"))
)
_BIDS_COUNTED = select(func.count()).where(*bound(_bid, auction_id="auction"))


@checked
def bids(work: Work, auction_id: UUID, *, limit: int = 100, offset: int = 0) -> rows.Part[BidView]:
    """List an auction's bids as they were offered openly, newest first.

    Who bid and up to what is known to the bidder and to who runs the shop.
    """
    view(work, auction_id)
    total = int(work.ask(_BIDS_COUNTED, auction=auction_id).scalar_one())
    found = work.ask(_BIDS, auction=auction_id, limit=limit, offset=offset)
    return rows.Part(total, [_bid_seen(work, row) for row in found])


def _bid_seen(work: Work, row: Row[Any]) -> BidView:
    mine = row.customer_id == work.actor.customer_id
    known = mine or work.actor.runs_the_shop
    return BidView(
        row.amount_minor,
        row.placed_at,
        mine,
        row.customer_id if known else None,
        row.maximum_minor if known else None,
    )
