"""What a customer sends back."""

from __future__ import annotations

from features.activities import returned
from features.declaration import (
    DAYS,
    EVER,
    count,
    family,
    ratio,
    recency,
    total,
)

RETURNS = family(
    "returns",
    count(
        returned, name="returns", windows=(*DAYS(90, 365), *EVER), description="Returns of goods."
    ),
    total(
        returned.of("base_minor"),
        name="returned_amount",
        windows=(*DAYS(365), *EVER),
        null=0,
        minimum=0,
        unit="minor",
        description="Amount of goods returned.",
    ),
    ratio(
        "return_rate",
        "returned_amount",
        "spend",
        null=0,
        minimum=0,
        unit="share",
        description="Amount returned over amount paid.",
    ),
    ratio(
        "return_rate_365d",
        "returned_amount_365d",
        "spend_365d",
        minimum=0,
        unit="share",
        description="Amount returned over amount paid, of the last year.",
    ),
    recency(returned, name="days_since_return", description="Days since the latest return."),
    owner="operations",
)
