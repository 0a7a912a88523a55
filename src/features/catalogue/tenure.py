"""How long a customer has been here, and for how much of that time active."""

from features.declaring.activities import placed
from features.declaring.declaration import age, difference, family, ratio, source, threshold

TENURE = family(
    "tenure",
    age(placed, name="days_since_first_order", description="Days since the first order."),
    age(
        source("customer.registered"),
        name="days_since_registration",
        description="Days since the customer was first known.",
    ),
    difference(
        "days_ordering",
        "days_since_first_order",
        "days_since_order",
        minimum=0,
        unit="days",
        description="Days from the first order to the latest.",
    ),
    ratio(
        "active_share",
        "days_ordering",
        "days_since_first_order",
        minimum=0,
        maximum=1,
        unit="share",
        description="Share of the time since the first order that had passed by the latest.",
    ),
    threshold(
        "tenure_band",
        "days_since_first_order",
        [30, 90, 180, 365, 730],
        description="How long since the first order: 0 below 30 days, then from 30, 90, 180, 365 and 730 days.",
    ),
    owner="growth",
)
