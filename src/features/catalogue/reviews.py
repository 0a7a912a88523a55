"""What a customer says of what was bought: stars only, never the words."""

from __future__ import annotations

from features.declaring.activities import reviewed
from features.declaring.declaration import (
    DAYS,
    EVER,
    count,
    difference,
    family,
    last,
    mean,
    minimum,
    ratio,
    recency,
    source,
)

REVIEWS = family(
    "reviews",
    count(reviewed, name="reviews", windows=(*DAYS(365), *EVER), description="Products reviewed."),
    mean(
        reviewed.of("value"),
        name="stars_mean",
        windows=(*DAYS(365), *EVER),
        minimum=1,
        maximum=5,
        unit="stars",
        description="Mean of the stars given.",
    ),
    minimum(
        reviewed.of("value"),
        name="stars_lowest",
        windows=DAYS(365),
        minimum=1,
        maximum=5,
        unit="stars",
        description="The fewest stars given.",
    ),
    last(
        reviewed.of("value"),
        name="stars_last",
        minimum=1,
        maximum=5,
        unit="stars",
        description="Stars of the latest review.",
    ),
    count(
        reviewed.only(value=[1, 2]),
        name="low_reviews",
        windows=DAYS(365),
        description="Reviews of one or two stars.",
    ),
    ratio(
        "low_review_share_365d",
        "low_reviews_365d",
        "reviews_365d",
        minimum=0,
        maximum=1,
        unit="share",
        description="Share of the last year's reviews with one or two stars.",
    ),
    difference(
        "stars_last_above_mean",
        "stars_last",
        "stars_mean",
        minimum=-4,
        maximum=4,
        unit="stars",
        description="Stars of the latest review, above or below the customer's own mean.",
    ),
    ratio(
        "review_rate",
        "reviews",
        "orders",
        null=0,
        minimum=0,
        unit="reviews an order",
        description="Reviews over orders.",
    ),
    count(
        source("review.edited", "review.removed"),
        name="reviews_revised",
        windows=DAYS(365),
        description="Reviews edited or taken away.",
    ),
    recency(reviewed, name="days_since_review", description="Days since the latest review."),
    owner="growth",
)
