"""How a customer pays: attempts, failures, methods, money back."""

from __future__ import annotations

from features.activities import captured, failed, refunded
from features.declaration import (
    DAYS,
    EVER,
    count,
    family,
    ratio,
    recency,
    share,
    source,
    total,
)

PAYMENTS = family(
    "payments",
    count(
        captured,
        name="payments",
        windows=(*DAYS(90, 365), *EVER),
        description="Payments that arrived.",
    ),
    count(
        failed,
        name="failed_payments",
        windows=(*DAYS(90, 365), *EVER),
        description="Payment attempts that failed.",
    ),
    share(
        "failed_payment_rate",
        "failed_payments",
        "payments",
        null=0,
        description="Share of all payment attempts that failed.",
    ),
    share(
        "failed_payment_rate_90d",
        "failed_payments_90d",
        "payments_90d",
        description="Share of payment attempts that failed, of the last 90 days.",
    ),
    count(
        captured.only(method="cash_on_delivery"),
        name="cash_on_delivery_payments",
        description="Payments in cash at the door.",
    ),
    ratio(
        "cash_on_delivery_rate",
        "cash_on_delivery_payments",
        "payments",
        null=0,
        minimum=0,
        maximum=1,
        unit="share",
        description="Share of payments made in cash at the door.",
    ),
    recency(failed, name="days_since_failed_payment", description="Days since an attempt failed."),
    total(
        refunded.of("base_minor"),
        name="refunds",
        windows=DAYS(365),
        null=0,
        minimum=0,
        unit="minor",
        description="Amount paid back.",
    ),
    count(
        source("payment.charged_back"),
        name="chargebacks",
        windows=(*DAYS(365), *EVER),
        description="Payments charged back.",
    ),
    owner="risk",
)
