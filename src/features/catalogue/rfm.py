"""Recency, frequency, monetary value: the three figures a shop sorts its customers by, as figures and as bands.

Bands are counts of fixed limits reached, the same in every shop; the amount has no such limits, since a unit of money
is not the same everywhere, and is banded by how it changed.
"""

from features.declaring.activities import paid
from features.declaring.declaration import DAYS, EVER, family, mean, ratio, threshold

RFM = family(
    "rfm",
    threshold(
        "recency_band",
        "days_since_order",
        [14, 30, 90, 180, 365],
        description="How long since the latest order: 0 below 14 days, then from 14, 30, 90, 180 and 365 days.",
    ),
    threshold(
        "frequency_band",
        "orders_365d",
        [1, 2, 4, 8, 16],
        null=0,
        description="Orders of the last year: 0 none, then from 1, 2, 4, 8 and 16.",
    ),
    mean(
        paid.of("base_minor"),
        name="monetary_value",
        windows=(*DAYS(90, 365), *EVER),
        minimum=0,
        unit="minor",
        description="Mean amount of an order paid for.",
    ),
    ratio(
        "monetary_trend",
        "monetary_value_90d",
        "monetary_value_365d",
        minimum=0,
        unit="share",
        description="Mean amount of an order of the last 90 days over that of the last year.",
    ),
    threshold(
        "monetary_band",
        "monetary_trend",
        [0.5, 0.8, 1.25, 2],
        description="How the mean amount changed: 0 below a half, then from 0.5, 0.8, 1.25 and 2 times.",
    ),
    owner="growth",
)
