"""Points that a customer earned and lost as a seller."""

from features.declaring.activities import deducted, earned
from features.declaring.declaration import (
    DAYS,
    EVER,
    count,
    difference,
    family,
    mean,
    ratio,
    recency,
    share,
    total,
)

POINTS = family(
    "points",
    total(
        earned.of("value"),
        name="points_earned",
        windows=EVER,
        null=0,
        minimum=0,
        unit="points",
        description="Points earned.",
    ),
    total(
        earned.of("value"),
        name="points_earned",
        windows=DAYS(365),
        null=0,
        hidden=True,
        unit="points",
        description="Points earned.",
    ),
    total(
        deducted.of("value"),
        name="points_deducted",
        windows=EVER,
        null=0,
        minimum=0,
        unit="points",
        description="Points lost by penalties.",
    ),
    total(
        deducted.of("value"),
        name="points_deducted",
        windows=DAYS(365),
        null=0,
        hidden=True,
        unit="points",
        description="Points lost by penalties.",
    ),
    difference(
        "points_balance",
        "points_earned",
        "points_deducted",
        null=0,
        minimum=0,
        unit="points",
        description="Points earned less points lost.",
    ),
    mean(
        earned.of("value"),
        name="points_per_sale",
        windows=DAYS(365),
        minimum=0,
        unit="points",
        description="Mean points earned at once.",
    ),
    share(
        "points_lost_share",
        "points_deducted",
        "points_earned",
        description="Points lost, of all points that came or went.",
    ),
    count(
        deducted, name="penalties", windows=DAYS(365), description="Penalties for returns at fault."
    ),
    ratio(
        "penalty_rate_365d",
        "points_deducted_365d",
        "points_earned_365d",
        minimum=0,
        unit="share",
        description="Points lost over points earned, of the last year.",
    ),
    recency(earned, name="days_since_points", description="Days since points were earned."),
    owner="risk",
)
