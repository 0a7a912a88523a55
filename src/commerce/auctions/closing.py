"""The hammer: an auction that has ended is sold to who leads, if the reserve is met, and an order is made of it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import Row

from commerce import stock, wallet
from commerce.auctions.auction_rows import due_by, event_of, locked, states_of
from commerce.orders.checkout import place
from commerce.orders.lines import OrderedLine
from commerce.records import rows, schema
from commerce.records.arguments import checked
from commerce.records.errors import Conflict
from commerce.records.instants import from_micros
from commerce.records.machine import EventDraft, fire
from commerce.records.money import from_minor
from commerce.records.states import AUCTION
from commerce.records.work import Work


def close(work: Work, auction_id: UUID) -> UUID | None:
    """Close an auction that has ended; one that is closed stays as it is. By an admin or the system.

    The leader's price goes on to the order, the rest of what was set aside back to the wallet. Where nobody bid,
    or not enough, or the leader has been erased meanwhile, goods and money are freed.

    Returns
    -------
    UUID or None
        The winner's order; None where the auction ended without a sale.

    Raises
    ------
    NotFound, Forbidden, IllegalMove
    Conflict
        "auction must have ended to be closed; got ..."
    """
    auction = locked(work, auction_id)
    work.actor.require("auction.sold", *AUCTION.moves["auction.sold"].roles)
    if auction.status in ("sold", "unsold"):
        order: UUID | None = auction.order_id
        return order
    if auction.status == "live" and work.now < auction.ends_at:
        raise Conflict(
            f"auction must have ended to be closed; got {from_micros(work.now)}"
            f" of {from_micros(auction.ends_at)}. Close it after its end."
        )
    now = states_of(work.connection, [auction])[auction_id]
    leader, seller = now.leader, auction.seller_customer_id
    if leader is None or not now.reserve_met or _is_gone(work, leader.bidder):
        goods = [stock.release(auction.variant_id, 1, auction_id)]
        events = [event_of(auction, "auction.unsold", seller, transfers=goods)]
        if leader is not None:
            events.append(wallet.released(work, leader.bidder, leader.maximum, auction_id))
        fire(work, AUCTION, auction_id, *events)
        return None
    events = [
        event_of(auction, "auction.sold", seller, amount=now.price),
        event_of(auction, "auction.won", leader.bidder, amount=now.price),
    ]
    if leader.maximum > now.price:
        events.append(wallet.released(work, leader.bidder, leader.maximum - now.price, auction_id))
    return hand_over(auction, leader.bidder, now.price, *events, work=work)


def _is_gone(work: Work, customer_id: UUID) -> bool:
    """Tell whether a customer is erased: nobody would take the order."""
    return rows.first(work, schema.customer, id=customer_id, erased_at=None) is None


def hand_over(
    auction: Row[Any], buyer: UUID, price: int, event: EventDraft, *also: EventDraft, work: Work
) -> UUID:
    """Make an order of what an auction has set aside; then say so.

    The order comes first: it takes its number before any wallet is locked, as every checkout does.
    """
    line = OrderedLine(auction.variant_id, 1, from_minor(price, auction.currency))
    order = place(work, [line], buyer, "wallet", held_by=auction.id)
    fire(work, AUCTION, auction.id, event, *also, changes={"order_id": order})
    return order


def close_live(work: Work, auction_id: UUID) -> bool:
    """Close an auction as `close` does; False where somebody else has."""
    if locked(work, auction_id).status != "live":
        return False
    close(work, auction_id)
    return True


@checked
def due(work: Work, *, limit: int = 100) -> list[UUID]:
    """Name the live auctions that have ended, the earliest first: a tick closes each by itself."""
    return due_by(work, "live", schema.auction.c.ends_at, limit)
