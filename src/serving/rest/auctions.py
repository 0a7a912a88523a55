"""Auctions: drawn up, handed in, reviewed, bid on, closed."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from fastapi import Query
from pydantic import AliasChoices, Field

from commerce.auctions import bidding, closing, listing, queries
from commerce.auctions.pricing import Bands
from commerce.catalogue.search import variant_meant
from commerce.records.instants import from_micros, to_micros
from commerce.records.money import exact_minor
from serving.rest.deps import Acting, Listing, Looking, Page, Resource
from serving.rest.fields import (
    Amount,
    Instant,
    MoneyText,
    OfVariant,
    Question,
    Told,
    example,
    write_money,
)

router = Resource("auctions", "/api/auctions")


class NewAuction(OfVariant):
    """One unit of a variant, and the terms on which it is sold."""

    model_config = example(
        variant_id="0f7a4c1e-2b7d-5a3e-9a44-1d2f3b4c5d6e",
        opening="100.00",
        starts_at="2026-03-01T13:00:00Z",
        ends_at="2026-03-02T13:00:00Z",
    )

    opening: Amount = Field(
        validation_alias=AliasChoices("opening", "start_price", "starting_price"),
        description="The least first bid; or `start_price`, or `starting_price`.",
    )
    reserve: Amount | None = Field(
        None,
        validation_alias=AliasChoices("reserve", "reserve_price"),
        description="Below it there is no sale.",
    )
    buy_now: Amount | None = Field(
        None,
        validation_alias=AliasChoices("buy_now", "buy_now_price"),
        description="For what anybody may have it at once, as long as nobody has bid.",
    )
    min_increment: Amount | None = Field(
        None, description="By how much a bid must be higher; by default more for dearer items."
    )
    starts_at: Instant
    ends_at: Instant
    submit: bool = Field(
        False,
        description="Hand it in for review at once, which sets its goods aside; else by `/submit`.",
    )


class Review(Question):
    """What the shop says to an auction."""

    model_config = example(action="approve")

    action: Literal["approve", "reject"] = Field(
        validation_alias=AliasChoices("action", "decision"), description="Or `decision`."
    )


class Bid(Question):
    """The most that somebody would pay; the system bids for them as little as it takes."""

    model_config = example(amount="130.00")

    amount: Amount = Field(
        validation_alias=AliasChoices("amount", "maximum"), description="Or `maximum`."
    )


class AuctionAnswer(Told):
    """An auction as the caller may see it; `minimum_bid` is the least that the caller may bid next."""

    model_config = example(
        id="c1d2b5f0-8f0a-4f0e-8a55-6a8f1c2d3e4f",
        product_id="5c9f0c1e-6a0f-5f0b-9d3a-0c4f8f6d2b17",
        variant_id="0f7a4c1e-2b7d-5a3e-9a44-1d2f3b4c5d6e",
        seller_id="77d2a6ad-2b5c-4f3e-9a55-8c8fb5a0f1d2",
        order_id=None,
        status="live",
        currency="EUR",
        price="100.00",
        minimum_bid="102.50",
        leads=False,
        maximum=None,
        reserve_met=True,
        buy_now=None,
        starts_at="2026-03-01T13:00:00Z",
        ends_at="2026-03-02T13:00:00Z",
        extensions_left=10,
    )

    id: UUID
    product_id: UUID | None
    variant_id: UUID | None
    seller_id: UUID | None
    order_id: UUID | None = Field(
        description="For its buyer, the seller and who runs the shop, once it is sold."
    )
    status: str
    currency: str
    price: MoneyText = Field(description="What the leader would pay.")
    minimum_bid: MoneyText
    leads: bool = Field(description="Whether the caller leads.")
    maximum: MoneyText | None = Field(description="The caller's own, where the caller leads.")
    reserve_met: bool
    buy_now: MoneyText | None
    starts_at: Instant
    ends_at: Instant
    extensions_left: int


class BidAnswer(Told):
    """What became of a bid."""

    model_config = example(
        leads=True, price="105.00", currency="EUR", ends_at="2026-03-02T13:00:00Z"
    )

    leads: bool = Field(description="Whether the bidder leads now.")
    price: MoneyText = Field(description="What the leader would pay.")
    currency: str
    ends_at: Instant = Field(description="A late bid has moved it.")


class BidSeen(Told):
    """A bid as it was offered; who bid, and up to what, is known to the bidder and to who runs the shop."""

    model_config = example(
        amount="105.00",
        currency="EUR",
        placed_at="2026-03-01T13:05:00Z",
        mine=True,
        customer_id="5c9f0c1e-6a0f-5f0b-9d3a-0c4f8f6d2b17",
        maximum="130.00",
    )

    amount: MoneyText
    currency: str
    placed_at: Instant
    mine: bool
    customer_id: UUID | None
    maximum: MoneyText | None


class Bought(Told):
    """The order that a purchase made."""

    model_config = example(order_id="3a1e7c52-90cf-4d9e-8b6f-0a8d1f5c7e21")

    order_id: UUID


@router.get("", summary="List auctions")
def list_auctions(
    work: Looking,
    page: Page,
    status: str | None = None,
    mine: Annotated[
        bool, Query(description="Only those that the caller sells or has bid on.")
    ] = False,
) -> Listing[AuctionAnswer]:
    """Those that end first first; what is not approved is seen by its seller and who runs the shop."""
    return page.of(
        queries.listed(work, status=status, mine=mine, ordering=page.ordering, **page.where), _shown
    )


@router.post("/create", status_code=201, summary="Put an item up for auction")
@router.post("", status_code=201, summary="Put an item up for auction")
def create_auction(work: Acting, body: NewAuction) -> AuctionAnswer:
    """A draft, which its seller hands in by `/submit`. By the seller of the product, or by who runs the shop."""
    currency = work.tenant.currency
    auction = listing.draft(
        work,
        variant_meant(work, body.variant_id, body.product),
        starts_at=to_micros(body.starts_at),
        ends_at=to_micros(body.ends_at),
        increments=None
        if body.min_increment is None
        else Bands((), (exact_minor(body.min_increment, currency),)),
        opening=exact_minor(body.opening, currency),
        **{
            name: exact_minor(amount, currency)
            for name in ("reserve", "buy_now")
            if (amount := getattr(body, name)) is not None
        },
    )
    if body.submit:
        listing.submit(work, auction)
    return _read(work, auction)


@router.get("/{auction_id}", summary="Read an auction")
def read_auction(work: Looking, auction_id: UUID) -> AuctionAnswer:
    """As the caller may see it."""
    return _read(work, auction_id)


@router.post("/{auction_id}/submit", summary="Hand an auction in for review")
def submit_auction(work: Acting, auction_id: UUID) -> AuctionAnswer:
    """Its goods are set aside."""
    listing.submit(work, auction_id)
    return _read(work, auction_id)


@router.get("/{auction_id}/bids", summary="List an auction's bids")
def list_bids(work: Looking, page: Page, auction_id: UUID) -> Listing[BidSeen]:
    """The newest first."""
    currency = work.tenant.currency
    return page.of(
        queries.bids(work, auction_id, **page.where),
        lambda bid: BidSeen(
            amount=write_money(bid.amount, currency),
            currency=currency,
            placed_at=from_micros(bid.placed_at),
            mine=bid.mine,
            customer_id=bid.customer_id,
            maximum=_money(bid.maximum, currency),
        ),
    )


@router.post("/{auction_id}/bid", summary="Bid")
def place_bid(work: Acting, auction_id: UUID, body: Bid) -> BidAnswer:
    """The leader's maximum is set aside in the wallet, and freed when somebody else takes the lead."""
    currency = work.tenant.currency
    outcome = bidding.bid(work, auction_id, exact_minor(body.amount, currency))
    return BidAnswer(
        leads=outcome.leads,
        price=write_money(outcome.price, currency),
        currency=currency,
        ends_at=from_micros(outcome.ends_at),
    )


@router.post("/{auction_id}/buy", summary="Buy at once")
def buy_now(work: Acting, auction_id: UUID) -> Bought:
    """For the buy-now price, as long as nobody has bid."""
    return Bought(order_id=bidding.buy_now(work, auction_id))


@router.post("/admin/{auction_id}/review", summary="Approve or reject an auction")
def review_auction(work: Acting, auction_id: UUID, body: Review) -> AuctionAnswer:
    """A draft that is approved is handed in first; what is rejected has its goods freed."""
    (listing.approve if body.action == "approve" else listing.reject)(work, auction_id)
    return _read(work, auction_id)


@router.post("/admin/auctions/{auction_id}/start", summary="Let an auction take bids now")
def start_auction(work: Acting, auction_id: UUID) -> AuctionAnswer:
    """What the clock does when its time has come."""
    listing.start(work, auction_id)
    return _read(work, auction_id)


@router.post("/admin/auctions/{auction_id}/close", summary="Close an auction that has ended")
def close_auction(work: Acting, auction_id: UUID) -> AuctionAnswer:
    """What the clock does at its end: the leader's order is made, or goods and money are freed; once only."""
    closing.close(work, auction_id)
    return _read(work, auction_id)


def _read(work: Looking, auction_id: UUID) -> AuctionAnswer:
    return _shown(queries.view(work, auction_id))


def _shown(view: queries.AuctionView) -> AuctionAnswer:
    currency = view.currency
    return AuctionAnswer.model_validate(
        {
            **view._asdict(),
            "price": write_money(view.price, currency),
            "minimum_bid": write_money(view.least, currency),
            "maximum": _money(view.maximum, currency),
            "buy_now": _money(view.buy_now, currency),
            "starts_at": from_micros(view.starts_at),
            "ends_at": from_micros(view.ends_at),
        }
    )


def _money(minor: int | None, currency: str) -> str | None:
    return None if minor is None else write_money(minor, currency)
