"""Writing auctions: each as it went by our rules, and the rows and events it becomes."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from commerce.auctions.pricing import AuctionState, Bands, Bid, placed
from commerce.records.instants import to_micros
from commerce.records.money import from_minor
from importing.bids.rows import BidRow
from importing.engine.identity import uuid_of
from importing.engine.session import ImportSession


@dataclass(frozen=True)
class Closing:
    """How an auction of the file ended by our rules."""

    auction: str
    closing_price: Decimal
    """In major units; where the reserve was not met, what was bid."""
    winner: str | None
    """The bidder; None where it was not sold."""
    bids: int


@dataclass(frozen=True)
class Replay:
    """An auction as it went by our rules."""

    bids: Sequence[BidRow]
    """As the file has them, in the order of time."""
    steps: Sequence[tuple[Bid, AuctionState]]
    """What each offered, and how the auction stood then."""

    @classmethod
    def of(cls, bids: Sequence[BidRow], bands: Bands) -> Replay:
        """Let an auction happen again."""
        stated = next((bid.opening for bid in bids if bid.opening is not None), None)
        opening = max(1, min(bid.maximum for bid in bids) if stated is None else stated)
        reserve = next((bid.reserve for bid in bids if bid.reserve is not None), 0)
        now, steps = AuctionState(opening, bands, reserve if reserve >= opening else None), []
        for place, bid in enumerate(bids):
            offer = placed(now, bid.bidder, bid.maximum, bid.at, place)
            now = now.after(offer)
            steps.append((offer, now))
        return cls(bids, steps)

    def closing(self, currency: str) -> Closing:
        """Say how it ended."""
        end = self.steps[-1][1]
        winner = end.leader.bidder if end.leader is not None and end.reserve_met else None
        price = from_minor(end.price, currency)
        return Closing(self.bids[0].auction, price, winner, len(self.bids))


def write_auctions(
    session: ImportSession, replays: Sequence[Replay], start: datetime | None, own: Bands | None
) -> None:
    """Write whole auctions: their rows, bids and events.

    Parameters
    ----------
    start : datetime or None
        When they began; None: with the first bid.
    own : Bands or None
        Increments to be kept with the auctions, where they are not eBay's.
    """
    kept = json.dumps({"uppers": own.uppers, "increments": own.increments}) if own else None
    for replay in replays:
        _keep(session, replay, None if start is None else to_micros(start), kept)
        session.written["lines"] += len(replay.bids)


def auction_of(source_key: str) -> str:
    """Name the auction, by its id's 32 hexadecimal digits, that an event of it came with, given its source key.

    Examples
    --------
    >>> auction_of("won:0102:0")
    '0102'
    """
    return source_key.partition(":")[2].partition(":")[0]


def _keep(
    session: ImportSession, replay: Replay, start: int | None, increments: str | None
) -> None:
    first, last = replay.bids[0], replay.bids[-1]
    end, ended = replay.steps[-1][1], last.at + 1
    key, winner = (
        session.id_of("auction", first.auction),
        replay.closing(session.tenant.currency).winner,
    )
    product = next((uuid_of(bid.product_id) for bid in replay.bids if bid.product_id), None)
    people = {bid.bidder: uuid_of(bid.customer_id) for bid in replay.bids}

    def emit(kind: str, at: int, who: str | None, amount: int, number: int = 0, **more: Any) -> int:
        event = session.event(
            f"auction.{kind}",
            at,
            f"{kind}:{key.hex}:{number}",
            amount,
            customer_id=None if who is None else people[who],
            aggregate_type="auction",
            aggregate_id=key.hex,
            product_id=product,
            **more,
        )
        return session.emit(event)

    led: str | None = None
    for number, (offer, now) in enumerate(replay.steps):
        who, at = offer.bidder, offer.placed_at
        session.keep(
            "bid",
            auction_id=key,
            customer_id=people[who],
            event_id=emit("bid", at, who, offer.amount, number, value=offer.maximum),
            amount_minor=offer.amount,
            maximum_minor=offer.maximum,
            placed_at=at,
        )
        leads = None if now.leader is None else now.leader.bidder
        outbid = led if leads == who else who
        if outbid not in (None, leads):
            emit("outbid", at, outbid, now.price, number)
        led = leads
    if winner is not None:
        emit("won", ended, winner, end.price)
    status = "unsold" if winner is None else "sold"
    session.keep(
        "auction",
        id=key,
        external_id=first.auction,
        product_id=product,
        status=status,
        currency=session.tenant.currency,
        opening_minor=end.opening,
        reserve_minor=end.reserve,
        increments=increments,
        starts_at=first.at if start is None else start,
        ends_at=ended,
        event_id=emit(status, ended, None, end.price),
    )
