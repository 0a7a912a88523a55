"""What sellers do: auctions, which bidders answer, and brands and products that the shop approves or not."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from commerce.auctions import bidding, closing, listing
from commerce.catalogue import brands, products
from commerce.records.actors import SYSTEM, Actor
from commerce.records.errors import Conflict, InsufficientFunds
from commerce.records.instants import DAY
from simulation.live.buying import pay_in
from simulation.live.script import Intent
from simulation.live.stage import Act, Stage
from simulation.records import Auction

_MONTH = 30 * DAY
_DOUBLE = 4


def _draft(stage: Stage, meant: Intent) -> None:
    """Draft an auction; now and then a second one by mistake, which the shop turns down."""
    auction: Auction = stage.script.records[meant.key]
    seller, thing = stage.actors[auction.seller_id], stage.ids[auction.variant_id]
    drafts = [
        stage.do(
            seller, listing.draft, thing, opening=auction.opening_minor,
            reserve=auction.reserve_minor, starts_at=auction.starts_at, ends_at=auction.ends_at,
        )
        for _ in range(1 + (int(auction.external_id[1:]) % _DOUBLE == 1))
    ]  # fmt: skip
    stage.ids[meant.key] = drafts[0]
    for double in drafts[1:]:
        stage.do(seller, listing.submit, double)
        stage.do(stage.admin, listing.reject, double)


def _start(stage: Stage, meant: Intent) -> None:
    stage.do(SYSTEM, listing.start, stage.id_of(meant.key))
    auction: Auction = stage.script.records[meant.key]
    stage.later(auction.ends_at, "auction.closed", auction)


def _bid(stage: Stage, meant: Intent) -> None:
    """Bid up to a maximum; who lacks the money tops up first."""
    bidder, auction = stage.actors[meant.customer], stage.id_of(meant.key)
    leader, held = stage.kept.get(meant.key, (None, 0))
    try:
        outcome = stage.do(bidder, bidding.bid, auction, meant.value)
    except InsufficientFunds:
        missing = meant.value - (held if leader == bidder else 0)
        stage.do(bidder, pay_in, missing)
        outcome = stage.do(bidder, bidding.bid, auction, meant.value)
    if outcome.leads:
        stage.kept[meant.key] = bidder, meant.value


def _close(stage: Stage, auction: Auction) -> None:
    """Let the hammer fall, later where a late bid moved the end."""
    try:
        order_id = stage.do(SYSTEM, closing.close, stage.id_of(auction.id))
    except Conflict:
        again = stage.now + stage.policy.extension_seconds * 1_000_000
        stage.later(again, "auction.closed", auction)
        return
    if order_id is not None and auction.order_id is not None:
        stage.ids[auction.order_id] = order_id


def _doubt(stage: Stage, seller: Actor) -> None:
    """Look twice at a seller's new product: reject it, approve it after all, and see it retired."""
    offered = [products.NewVariant("DOUBT-A", 999)]
    made: UUID = stage.do(seller, products.create, "doubtful lamp", offered)
    stage.do(stage.admin, products.reject, made, reason="counterfeit")
    stage.do(seller, products.submit, made)
    stage.do(stage.admin, products.approve, made)
    stage.do(seller, products.retire, made)


def _ask_for_brand(stage: Stage, month: int) -> None:
    """Month by month another seller asks for a brand, if there are points enough; every second one is refused."""
    stage.later(stage.now + _MONTH, "brand.requested", month + 1)
    sellers = stage.sellers
    asked = stage.do(sellers[month % len(sellers)], brands.request, f"brand {month}")
    if month % 2:
        stage.do(stage.admin, brands.approve, asked)
    else:
        stage.do(stage.admin, brands.reject, asked, "like another")


ACTS: Mapping[str, Act] = {
    "auction.drafted": _draft,
    "auction.submitted": lambda s, it: s.do(
        s.actors[s.script.records[it.key].seller_id], listing.submit, s.id_of(it.key)
    ),
    "auction.scheduled": lambda s, it: s.do(s.admin, listing.approve, s.id_of(it.key)),
    "auction.started": _start,
    "auction.bid": _bid,
}
"""What sellers and bidders do where a log has an event of a type."""

DUE: Mapping[str, Act] = {
    "auction.closed": _close,
    "product.submitted": _doubt,
    "brand.requested": _ask_for_brand,
}
"""What is done when its time has come."""
