"""One auction as the workflows meet it: its row under a lock, whom it concerns, how its bids stand."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any, Final
from uuid import UUID

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Row,
    ScalarSelect,
    and_,
    bindparam,
    select,
    union_all,
)

from commerce.auctions.pricing import EBAY, AuctionState, Bands, Bid, state_of
from commerce.records import schema
from commerce.records.arguments import checked
from commerce.records.errors import existing
from commerce.records.machine import EventDraft
from commerce.records.prepared import Prepared
from commerce.records.rows import own
from commerce.records.sql import among, bound, linked, micros
from commerce.records.work import Work

_auction, _bid, _buyer = schema.auction, schema.bid, schema.customer

COLUMNS: Final = (
    *(column for column in _auction.c if column.name not in ("starts_at", "ends_at")),
    micros(_auction.c.starts_at).label("starts_at"),
    micros(_auction.c.ends_at).label("ends_at"),
)
"""An auction's columns, its instants in microseconds."""

_LOCKED = Prepared(
    select(
        *COLUMNS,
        schema.users.c.customer_id.label("seller_customer_id"),
        and_(*(_buyer.c[name].is_not(None) for name in ("latitude", "longitude", "address"))).label(
            "buyer_located"
        ),
    )
    .select_from(_auction.outerjoin(schema.users))
    .outerjoin(
        _buyer, (_buyer.c.tenant_id == _auction.c.tenant_id) & (_buyer.c.id == bindparam("buyer"))
    )
    .where(*bound(_auction, id="record"))
    .with_for_update(of=_auction)
)


def locked(work: Work, auction_id: UUID) -> Row[Any]:
    """Read an auction, and keep others from bidding on it or closing it until the work is done.

    Returns
    -------
    Row
        Columns of ``auction``, instants in microseconds; ``seller_customer_id``, the customer that the seller
        is; ``buyer_located``, whether the actor is a customer with a saved location.
    """
    key = {"tenant": work.tenant.id, "record": auction_id, "buyer": work.actor.customer_id}
    row: Row[Any] | None = _LOCKED.first(work.connection, key)
    return existing(row, "auction", auction_id)


@checked
def due_by(work: Work, status: str, by: Column[Any], limit: int) -> list[UUID]:
    """Name the auctions in a status whose time ``by`` has come, the earliest first."""
    due = select(_auction.c.id).where(*own(work, _auction, status=status), by <= work.now)
    return list(work.connection.execute(due.order_by(by, _auction.c.id).limit(limit)).scalars())


def _best(column: str, *others: ColumnElement[Any]) -> ScalarSelect[Any]:
    """Choose an auction's best bid: the highest maximum, the earlier of two."""
    best = _bid.alias()
    return (
        select(best.c[column])
        .where(linked(best, _auction), *(best.c.customer_id != other for other in others))
        .order_by(best.c.maximum_minor.desc(), best.c.placed_at, best.c.id)
        .limit(1)
        .correlate(_auction)
        .scalar_subquery()
    )


_CHOSEN = and_(*bound(_auction), among(_auction.c.id, "auctions"))
# ids in a set of their own, not in a join: behind row-level security a join would read every bid of the tenant
_TOP_TWO = Prepared(
    select(
        _bid.c.auction_id,
        _bid.c.customer_id,
        _bid.c.amount_minor,
        _bid.c.maximum_minor,
        micros(_bid.c.placed_at).label("placed_at"),
        _bid.c.id,
    ).where(
        *bound(_bid),
        _bid.c.id.in_(
            union_all(
                select(_best("id")).where(_CHOSEN),
                select(_best("id", _best("customer_id"))).where(_CHOSEN),
            )
        ),
    )
)


def states_of(connection: Connection, auctions: Sequence[Row[Any]]) -> dict[UUID, AuctionState]:
    """Tell how auctions of one tenant stand, from the two bids of each that decide; the others are not read.

    Under `locked`, this is a statement of its own: what waited for the lock then sees the bids that came first.

    Returns
    -------
    dict of UUID to AuctionState
        Equal in leader and price to `commerce.auctions.pricing.state_of` of all accepted bids.
    """
    if not auctions:
        return {}
    key = {"tenant": auctions[0].tenant_id, "auctions": [auction.id for auction in auctions]}
    deciding: dict[UUID, list[Bid]] = {auction.id: [] for auction in auctions}
    for auction_id, *bid in _TOP_TWO(connection, key):
        deciding[auction_id].append(Bid(*bid))
    return {
        auction.id: state_of(
            deciding[auction.id],
            auction.opening_minor,
            bands_of(auction.increments, auction.currency),
            auction.reserve_minor,
        )
        for auction in auctions
    }


def bands_of(increments: dict[str, Any] | None, currency: str) -> Bands:
    """Read the increments that an auction keeps; eBay's where it keeps none."""
    if increments is None:
        return _usual(currency)
    return Bands(tuple(increments["uppers"]), tuple(increments["increments"]))


@cache
def _usual(currency: str) -> Bands:
    return Bands.of(EBAY, currency)


def sells(auction: Row[Any], work: Work) -> bool:
    """Tell whether the actor is an auction's, or a product's, seller; the shop's own goods have none."""
    return auction.seller_id is not None and auction.seller_id == work.actor.user_id


def event_of(
    auction: Row[Any], event_type: str, customer_id: UUID | None, **more: Any
) -> EventDraft:
    """Draft an event of an auction: about whom, of which product and seller."""
    return EventDraft(
        event_type, customer_id, product_id=auction.product_id, seller_id=auction.seller_id, **more
    )
