"""Bidding: who bids names the most they would pay, and the system bids for them as little as it takes.

Only the leader's maximum is set aside, and freed in the same transaction in which somebody else takes the lead.
A bid below the leader's maximum is a bid: it raises the price and is outbid at once; so that nobody raises a
price with money they lack, the wallet must hold its maximum, too.
"""

from __future__ import annotations

import sys
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Row

from commerce import wallet
from commerce.auctions.auction_rows import event_of, locked, sells, states_of
from commerce.auctions.closing import hand_over
from commerce.auctions.pricing import AuctionState, placed
from commerce.records import rows
from commerce.records.arguments import checked
from commerce.records.bulk import insert_rows
from commerce.records.errors import Conflict, Expired, Forbidden, InsufficientFunds, RecordError
from commerce.records.identity import reserve_numbers
from commerce.records.instants import from_micros
from commerce.records.ledger import balance
from commerce.records.machine import EventDraft, fire
from commerce.records.money import format_money
from commerce.records.states import AUCTION, WALLET
from commerce.records.work import Work

_SECOND = 1_000_000
_COLUMNS = (
    "tenant_id",
    "auction_id",
    "customer_id",
    "event_id",
    "amount_minor",
    "maximum_minor",
    "placed_at",
)


class Outcome(NamedTuple):
    """What became of a bid.

    Attributes
    ----------
    leads : bool
        Whether the bidder leads now.
    price : int
        What the leader would pay, minor units.
    ends_at : int
        Microseconds since 1970 UTC; a late bid has moved it.
    """

    leads: bool
    price: int
    ends_at: int


@checked
def bid(work: Work, auction_id: UUID, maximum: int) -> Outcome:
    """Bid up to a maximum.

    Who leads already raises the own maximum, not the price, and only the difference is set aside. A bid within
    ``extension_seconds`` of the end (exactly so many count) moves it by as many, as long as extensions are left.

    Parameters
    ----------
    work : Work
        By a customer with a saved location, to where the item would be sent.
    auction_id : UUID
        Of a live auction, before its end.
    maximum : int
        Minor units, up to `commerce.records.errors.LARGEST`.

    Raises
    ------
    NotFound, IllegalMove, InsufficientFunds
    Expired
        "bid must come before the auction's end; got ..."
    Conflict
        "bid must be 10.50 EUR or more; got ..."
        "bidder must not be the seller; got ..."
    RecordError
        "bidder must have a saved location; got none. ..."
    """
    auction, bidder, before = _enter(work, auction_id, "auction.bid")
    mine = before.leader if before.leader and before.leader.bidder == bidder else None
    least = max(before.least_admissible(bidder), mine.maximum + 1 if mine else 0)
    if maximum < least:
        asked, got = (format_money(amount, auction.currency) for amount in (least, maximum))
        raise Conflict(f"bid must be {asked} or more; got {got}. Bid more.")
    offer = placed(before, bidder, maximum, work.now, sys.maxsize)
    after = before.after(offer)
    events = [event_of(auction, "auction.bid", bidder, amount=offer.amount, value=maximum)]
    if after.leader is offer:
        events += _take_the_lead(work, auction, before, after)
    else:
        _check_covered(work, bidder, maximum)
        events.append(event_of(auction, "auction.outbid", bidder, amount=after.price))
    changes = _extension(auction, work.now)
    if changes:
        events.append(event_of(auction, "auction.extended", None, due_at=changes["ends_at"]))
    event_id = fire(work, AUCTION, auction_id, *events, changes=changes)[0]
    row = (work.tenant.id, auction_id, bidder, event_id, offer.amount, maximum, work.now)
    insert_rows(work.connection, "bid", _COLUMNS, [row])
    return Outcome(after.leader is offer, after.price, changes.get("ends_at", auction.ends_at))


def _enter(work: Work, auction_id: UUID, act: str) -> tuple[Row[Any], UUID, AuctionState]:
    """Lock an auction for somebody who may bid on it."""
    auction = locked(work, auction_id)
    bidder = work.actor.customer_id
    roles = AUCTION.moves[act].roles
    if bidder is None or not work.actor.may_act_as(*roles):
        raise Forbidden(act, roles, work.actor.role)
    rows.require_state(AUCTION, auction, act)
    if work.now >= auction.ends_at:
        raise Expired(
            f"bid must come before the auction's end; got {from_micros(work.now)}"
            f" of {from_micros(auction.ends_at)}. Look for another auction."
        )
    if bidder == auction.seller_customer_id or sells(auction, work):
        raise Conflict(
            "bidder must not be the seller; got the seller's own bid. Leave it to others."
        )
    if not auction.buyer_located:
        raise RecordError(
            "bidder must have a saved location; got none. Save where the item is to be sent first."
        )
    return auction, bidder, states_of(work.connection, [auction])[auction_id]


def _take_the_lead(
    work: Work, auction: Row[Any], before: AuctionState, after: AuctionState
) -> list[EventDraft]:
    """Set the new leader's maximum aside, and free that of who led; a leader's own raise adds the difference."""
    first, last = after.leader, before.leader
    assert first is not None
    if last is None or last.bidder == first.bidder:
        more = first.maximum - (last.maximum if last else 0)
        return [wallet.held(work, first.bidder, more, auction.id)]
    return [
        event_of(auction, "auction.outbid", last.bidder, amount=after.price),
        wallet.released(work, last.bidder, last.maximum, auction.id),
        wallet.held(work, first.bidder, first.maximum, auction.id),
    ]


def _check_covered(work: Work, bidder: UUID, maximum: int) -> None:
    """Refuse a maximum that the bidder's wallet does not hold."""
    currency = work.tenant.currency
    holds = balance(work.connection, work.tenant, currency, wallet.of_customer(bidder))
    if holds < maximum:
        raise InsufficientFunds("wallet", currency, maximum, holds)


def _extension(auction: Row[Any], now: int) -> dict[str, int]:
    """Give the columns that a bid at this time changes."""
    window = auction.extension_seconds * _SECOND
    if not auction.extensions_left or now < auction.ends_at - window:
        return {}
    return {"ends_at": auction.ends_at + window, "extensions_left": auction.extensions_left - 1}


def buy_now(work: Work, auction_id: UUID) -> UUID:
    """Buy an item at once for its buy-now price, as long as nobody has bid; give the order.

    Parameters
    ----------
    work : Work
        By a customer with a saved location, whose wallet holds the price.
    auction_id : UUID
        Of a live auction, before its end.

    Raises
    ------
    Conflict
        "auction must have a buy-now price and no bid; got ..."
    NotFound, IllegalMove, Expired, RecordError, InsufficientFunds
        As of `bid`.
    """
    auction, buyer, now = _enter(work, auction_id, "auction.bought")
    price = auction.buy_now_minor
    if price is None or now.leader is not None:
        got = "no such price" if price is None else "a bid"
        raise Conflict(f"auction must have a buy-now price and no bid; got {got}. Bid instead.")
    # a checkout takes its number before it locks a wallet: so does this, or they would wait in a circle
    reserve_numbers(work.connection, work.tenant, "orders", 0)
    fire(work, WALLET, auction_id, wallet.held(work, buyer, price, auction_id))
    bought = event_of(auction, "auction.bought", buyer, amount=price)
    sold = event_of(auction, "auction.sold", auction.seller_customer_id, amount=price)
    return hand_over(auction, buyer, price, bought, sold, work=work)
