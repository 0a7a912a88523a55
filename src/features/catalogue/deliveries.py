"""How orders arrive."""

from features.declaring.activities import deliveries
from features.declaring.declaration import (
    DAYS,
    EVER,
    count,
    family,
    last,
    maximum,
    mean,
    ratio,
    recency,
    source,
)

DELIVERIES = family(
    "deliveries",
    count(
        source("delivery.delivered"),
        name="delivered_orders",
        windows=(*DAYS(365), *EVER),
        description="Deliveries that arrived.",
    ),
    count(
        deliveries.only(is_late=1),
        name="late_deliveries",
        windows=DAYS(90, 365),
        description="Deliveries that did not arrive by their promised time.",
    ),
    count(
        deliveries.only(is_open=1),
        name="open_deliveries",
        description="Deliveries promised and not arrived.",
    ),
    count(
        deliveries.only(is_due=1),
        name="deliveries_due",
        windows=DAYS(365),
        hidden=True,
        description="Deliveries that arrived or whose promised time has passed.",
    ),
    ratio(
        "late_delivery_rate_365d",
        "late_deliveries_365d",
        "deliveries_due_365d",
        minimum=0,
        maximum=1,
        unit="share",
        description="Share of deliveries, arrived or due, that were late.",
    ),
    mean(
        deliveries.only(is_late=1).of("hours_late"),
        name="delivery_hours_late",
        windows=DAYS(365),
        minimum=0,
        unit="hours",
        description="Mean whole hours by which late deliveries missed their promise.",
    ),
    maximum(
        deliveries.of("hours_late"),
        name="worst_delivery_hours_late",
        windows=DAYS(365),
        minimum=0,
        unit="hours",
        description="Whole hours by which the latest of all deliveries missed its promise.",
    ),
    last(
        deliveries.of("hours_late"),
        name="last_delivery_hours_late",
        minimum=0,
        unit="hours",
        description="Whole hours by which the delivery promised last missed its promise.",
    ),
    mean(
        deliveries.of("hours_taken"),
        name="delivery_hours",
        windows=DAYS(365),
        minimum=0,
        unit="hours",
        description="Mean whole hours from the promise of a delivery to its arrival.",
    ),
    count(
        source("delivery.failed"),
        name="failed_deliveries",
        windows=DAYS(365),
        description="Times an order could not be delivered.",
    ),
    count(
        source("delivery.proof_failed"),
        name="failed_proofs",
        windows=DAYS(365),
        description="Wrong PINs or codes shown at the door.",
    ),
    recency(
        source("delivery.delivered"),
        name="days_since_delivery",
        description="Days since an order arrived.",
    ),
    owner="operations",
)
