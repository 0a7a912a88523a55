"""What a customer sends back."""

from features.declaring.activities import returned
from features.declaring.declaration import (
    DAYS,
    EVER,
    count,
    distinct,
    family,
    maximum,
    ratio,
    recency,
    source,
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
        null=0,
        minimum=0,
        unit="minor",
        description="Amount of goods returned.",
    ),
    total(
        returned.of("base_minor"),
        name="returned_amount",
        windows=DAYS(365),
        null=0,
        hidden=True,
        unit="minor",
        description="Amount of goods returned.",
    ),
    maximum(
        returned.of("base_minor"),
        name="largest_return",
        windows=DAYS(365),
        minimum=0,
        unit="minor",
        description="Amount of the largest return.",
    ),
    ratio(
        "returns_per_order_365d",
        "returns_365d",
        "orders_365d",
        minimum=0,
        unit="share",
        description="Returns over orders, of the last year.",
    ),
    distinct(
        source("return.requested").of("reason"),
        name="return_reasons",
        windows=DAYS(365),
        unit="reasons",
        description="Different reasons given for returns.",
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
