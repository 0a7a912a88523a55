"""How regularly, how broadly and with what trend a customer buys."""

from __future__ import annotations

from features.activities import placed
from features.declaration import (
    DAYS,
    EVER,
    distinct,
    family,
    gap_deviation,
    gap_mean,
    ratio,
    recency,
)

HABITS = family(
    "habits",
    recency(placed, name="days_since_order", description="Days since the latest order."),
    gap_mean(
        placed, name="order_gap_days", description="Mean days between one order and the next."
    ),
    gap_deviation(
        placed,
        name="order_gap_deviation_days",
        description="Standard deviation of the days between one order and the next.",
    ),
    ratio(
        "overdue_for_order",
        "days_since_order",
        "order_gap_days",
        minimum=0,
        unit="gaps",
        description="Days since the latest order, in the customer's own mean gaps between orders.",
    ),
    distinct(
        placed.of("age_day"),
        name="order_days",
        windows=(*DAYS(365), *EVER),
        unit="days",
        description="Different days with an order.",
    ),
    distinct(
        placed.of("age_month"),
        name="order_months",
        windows=DAYS(365),
        maximum=13,
        unit="months",
        description="Months of thirty days, counted back from the cutoff, with an order.",
    ),
    ratio(
        "order_trend",
        "orders_90d",
        "orders_365d",
        null=0,
        minimum=0,
        maximum=1,
        unit="share",
        description="Share of the last year's orders that fell in the last 90 days.",
    ),
    ratio(
        "spend_trend",
        "spend_90d",
        "spend_365d",
        null=0,
        minimum=0,
        maximum=1,
        unit="share",
        description="Share of the last year's spend that fell in the last 90 days.",
    ),
    ratio(
        "orders_per_day",
        "orders",
        "days_since_first_order",
        minimum=0,
        unit="orders a day",
        description="Orders placed, per day since the first.",
    ),
    owner="growth",
)
