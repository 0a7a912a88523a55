"""What a customer owes, and how promises to pay were kept."""

from __future__ import annotations

from features.activities import invoices
from features.declaration import (
    DAYS,
    EVER,
    count,
    family,
    maximum,
    mean,
    ratio,
    recency,
    share,
    source,
    total,
)

PAY_LATER = family(
    "pay later",
    count(invoices, name="invoices", windows=(*DAYS(365), *EVER), description="Invoices issued."),
    count(invoices.only(is_open=1), name="open_invoices", description="Invoices not settled."),
    total(
        invoices.only(is_open=1).of("balance"),
        name="open_invoice_balance",
        null=0,
        minimum=0,
        unit="minor",
        description="Amount of invoices not settled.",
    ),
    count(
        invoices.only(is_open=1, is_late=1),
        name="overdue_invoices",
        description="Invoices not settled and past their due time.",
    ),
    maximum(
        invoices.only(is_open=1).of("days_past_due"),
        name="current_days_past_due",
        null=0,
        minimum=0,
        unit="days",
        description="Whole days past due of the invoice longest open past its due time.",
    ),
    maximum(
        invoices.of("days_past_due"),
        name="days_past_due",
        windows=DAYS(365),
        minimum=0,
        unit="days",
        description="Worst lateness of an invoice in whole days, open ones included.",
    ),
    mean(
        invoices.only(is_due=1).of("days_past_due"),
        name="mean_days_past_due",
        windows=DAYS(365),
        minimum=0,
        unit="days",
        description="Mean lateness in whole days of invoices settled or due.",
    ),
    count(
        invoices.only(is_open=0, is_late=1),
        name="invoices_paid_late",
        windows=(*DAYS(365), *EVER),
        description="Invoices settled after their due time.",
    ),
    count(
        invoices.only(is_open=0, is_late=0),
        name="invoices_paid_in_time",
        description="Invoices settled by their due time.",
    ),
    count(
        invoices.only(is_late=1),
        name="invoices_late",
        description="Invoices not settled by their due time.",
    ),
    share(
        "promises_kept",
        "invoices_paid_in_time",
        "invoices_late",
        description="Share of invoices, settled or due, that were settled by their due time.",
    ),
    mean(
        invoices.only(is_open=0).of("hours_taken"),
        name="hours_to_settle",
        windows=DAYS(365),
        minimum=0,
        unit="hours",
        description="Mean hours from an invoice to its settlement.",
    ),
    ratio(
        "exposure",
        "open_invoice_balance",
        "average_order_value",
        minimum=0,
        unit="orders",
        description="Amount of invoices not settled, in the customer's own average orders.",
    ),
    recency(
        source("invoice.issued"),
        name="days_since_invoice",
        description="Days since the latest invoice.",
    ),
    owner="risk",
)
