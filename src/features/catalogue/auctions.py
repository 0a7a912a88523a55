"""How a customer bids, and what comes of it."""

from __future__ import annotations

from features.declaring.activities import bids, outbid, won
from features.declaring.declaration import (
    DAYS,
    EVER,
    count,
    distinct,
    family,
    maximum,
    mean,
    ratio,
    recency,
    source,
)

AUCTIONS = family(
    "auctions",
    count(bids, name="bids", windows=(*DAYS(90), *EVER), description="Bids that counted."),
    count(bids, name="bids", windows=DAYS(365), hidden=True, description="Bids that counted."),
    distinct(
        bids.of("aggregate_id"),
        name="auctions_joined",
        windows=DAYS(365),
        unit="auctions",
        description="Auctions with a bid of the customer.",
    ),
    count(won, name="auctions_won", windows=DAYS(365), description="Auctions won."),
    ratio(
        "auction_win_rate_365d",
        "auctions_won_365d",
        "auctions_joined_365d",
        minimum=0,
        unit="share",
        description="Auctions won over auctions joined, of the last year.",
    ),
    ratio(
        "bids_per_auction_365d",
        "bids_365d",
        "auctions_joined_365d",
        minimum=0,
        unit="bids",
        description="Bids over auctions joined, of the last year.",
    ),
    count(
        outbid,
        name="outbids",
        windows=DAYS(365),
        hidden=True,
        description="Times somebody bid more.",
    ),
    ratio(
        "outbid_rate_365d",
        "outbids_365d",
        "bids_365d",
        minimum=0,
        unit="share",
        description="Times outbid over bids, of the last year.",
    ),
    mean(
        bids.of("base_minor"),
        name="bid_amount_mean",
        windows=DAYS(365),
        minimum=0,
        unit="minor",
        description="Mean amount of a bid as others saw it.",
    ),
    maximum(
        bids.of("value"),
        name="highest_bid",
        windows=DAYS(365),
        minimum=0,
        unit="minor",
        description="The most the customer was ready to pay in an auction.",
    ),
    ratio(
        "bid_headroom_365d",
        "highest_bid_365d",
        "bid_amount_mean_365d",
        minimum=0,
        unit="bids",
        description="The most the customer was ready to pay, in mean bids as others saw them, of the last year.",
    ),
    ratio(
        "hold_ratio_365d",
        "wallet_held_365d",
        "topped_up_365d",
        minimum=0,
        unit="share",
        description="Amount set aside for bids and orders over amount put into the wallet, of the last year.",
    ),
    recency(bids, name="days_since_bid", description="Days since the latest bid."),
    count(
        source("auction.sold"),
        name="auctions_sold",
        windows=DAYS(365),
        description="Items the customer sold by auction.",
    ),
    owner="growth",
)
