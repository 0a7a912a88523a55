"""Payments that a customer disputes."""

from features.declaring.activities import disputed, disputes
from features.declaring.declaration import DAYS, EVER, count, family, mean, ratio, recency, total

DISPUTES = family(
    "disputes",
    count(disputed, name="disputes", windows=(*DAYS(365), *EVER), description="Payments disputed."),
    total(
        disputed.of("base_minor"),
        name="disputed_amount",
        windows=DAYS(365),
        null=0,
        hidden=True,
        minimum=0,
        unit="minor",
        description="Amount disputed.",
    ),
    count(
        disputes.only(is_open=1),
        name="open_disputes",
        description="Disputes opened and not yet settled.",
    ),
    mean(
        disputes.of("hours_taken"),
        name="dispute_hours",
        windows=DAYS(365),
        minimum=0,
        unit="hours",
        description="Mean whole hours from a dispute to its end.",
    ),
    ratio(
        "dispute_rate_365d",
        "disputed_amount_365d",
        "spend_365d",
        minimum=0,
        unit="share",
        description="Amount disputed over amount paid, of the last year.",
    ),
    ratio(
        "disputes_per_payment",
        "disputes",
        "payments",
        minimum=0,
        unit="share",
        description="Payments disputed over payments that arrived.",
    ),
    recency(disputed, name="days_since_dispute", description="Days since the latest dispute."),
    owner="risk",
)
