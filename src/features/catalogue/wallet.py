"""What a customer keeps in the wallet, sets aside and spends from it."""

from __future__ import annotations

from features.activities import held, released, spent, topped_up
from features.declaration import (
    DAYS,
    EVER,
    count,
    family,
    mean,
    ratio,
    recency,
    source,
    total,
)

WALLET = family(
    "wallet",
    count(topped_up, name="top_ups", windows=DAYS(90, 365), description="Times money was put in."),
    total(
        topped_up.of("base_minor"),
        name="topped_up",
        windows=(*DAYS(365), *EVER),
        null=0,
        minimum=0,
        unit="minor",
        description="Amount put into the wallet.",
    ),
    mean(
        topped_up.of("base_minor"),
        name="top_up_mean",
        windows=DAYS(365),
        minimum=0,
        unit="minor",
        description="Mean amount put into the wallet at once.",
    ),
    total(
        held.of("base_minor"),
        name="wallet_held",
        windows=DAYS(365),
        null=0,
        minimum=0,
        unit="minor",
        description="Amount set aside for orders and bids.",
    ),
    total(
        released.of("base_minor"),
        name="wallet_released",
        windows=DAYS(365),
        null=0,
        minimum=0,
        unit="minor",
        description="Amount set aside and freed again.",
    ),
    ratio(
        "wallet_release_rate_365d",
        "wallet_released_365d",
        "wallet_held_365d",
        minimum=0,
        unit="share",
        description="Amount freed again over amount set aside, of the last year.",
    ),
    total(
        spent.of("base_minor"),
        name="wallet_spent",
        windows=(*DAYS(365), *EVER),
        null=0,
        minimum=0,
        unit="minor",
        description="Amount spent from the wallet.",
    ),
    ratio(
        "wallet_use",
        "wallet_spent",
        "topped_up",
        minimum=0,
        unit="share",
        description="Amount spent from the wallet over amount put in.",
    ),
    count(
        source("wallet.refunded"),
        name="wallet_refunds",
        windows=DAYS(365),
        description="Refunds into the wallet.",
    ),
    recency(topped_up, name="days_since_top_up", description="Days since money was put in."),
    owner="growth",
)
