"""The shop's own features: one entry per figure, by family. Adding a feature is adding an entry here.

Windows are days before the cutoff; an entry without windows looks back to the first event. Amounts are
minor units of the tenant's currency.
"""

from __future__ import annotations

from features.declaration import (
    DAYS,
    EVER,
    age,
    catalogue,
    count,
    distinct,
    family,
    gap_deviation,
    gap_mean,
    maximum,
    mean,
    minimum,
    per_aggregate,
    ratio,
    recency,
    share,
    source,
    total,
)

placed = source("order.placed")
paid = source("order.paid")
lines = source("order.line")
captured = source("payment.captured")
failed = source("payment.failed")
refunded = source("payment.refunded")
returned = source("order.returned", "return.approved")
invoices = per_aggregate(open="invoice.issued", close=["invoice.paid", "invoice.credited"])
deliveries = per_aggregate(open="delivery.promised", close="delivery.delivered", settled_by="event")

ORDERS = family(
    "orders",
    count(
        placed,
        name="orders",
        windows=(*DAYS(30, 90, 180, 365), *EVER),
        description="Orders placed.",
    ),
    count(
        paid, name="paid_orders", windows=(*DAYS(90, 365), *EVER), description="Orders paid for."
    ),
    count(
        source("order.cancelled"),
        name="cancelled_orders",
        windows=DAYS(365),
        description="Orders called off.",
    ),
    total(
        paid.of("base_minor"),
        name="spend",
        windows=(*DAYS(30, 90, 365), *EVER),
        null=0,
        minimum=0,
        unit="minor",
        description="Amount paid for orders, before refunds.",
    ),
    ratio(
        "average_order_value",
        "spend",
        "paid_orders",
        null=0,
        minimum=0,
        unit="minor",
        description="Amount paid per order paid for.",
    ),
    ratio(
        "average_order_value_365d",
        "spend_365d",
        "paid_orders_365d",
        minimum=0,
        unit="minor",
        description="Amount paid per order paid for, of the last year.",
    ),
    maximum(
        placed.of("base_minor"),
        name="largest_order",
        windows=DAYS(365),
        minimum=0,
        unit="minor",
        description="Worth of the largest order.",
    ),
    minimum(
        placed.of("base_minor"),
        name="smallest_order",
        windows=DAYS(365),
        minimum=0,
        unit="minor",
        description="Worth of the smallest order.",
    ),
    mean(
        placed.of("value"),
        name="basket_lines",
        windows=DAYS(365),
        minimum=0,
        unit="lines",
        description="Lines per order.",
    ),
    mean(
        placed.of("quantity"),
        name="basket_units",
        windows=DAYS(365),
        minimum=0,
        unit="units",
        description="Units per order.",
    ),
    count(lines, name="order_lines", windows=DAYS(90, 365), description="Order lines."),
    distinct(
        lines.of("product_id"),
        name="products",
        windows=(*DAYS(90, 365), *EVER),
        unit="products",
        description="Different products bought.",
    ),
    owner="growth",
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
    count(
        source("delivery.failed", "delivery.proof_failed"),
        name="failed_deliveries",
        windows=DAYS(365),
        description="Deliveries that failed at the door.",
    ),
    owner="operations",
)

RETURNS = family(
    "returns",
    count(
        returned, name="returns", windows=(*DAYS(90, 365), *EVER), description="Returns of goods."
    ),
    total(
        returned.of("base_minor"),
        name="returned_amount",
        windows=(*DAYS(365), *EVER),
        null=0,
        minimum=0,
        unit="minor",
        description="Amount of goods returned.",
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

TENURE = family(
    "tenure",
    age(placed, name="days_since_first_order", description="Days since the first order."),
    age(
        source("customer.registered"),
        name="days_since_registration",
        description="Days since the customer was first known.",
    ),
    owner="growth",
)

CATALOGUE = catalogue(*ORDERS, *HABITS, *PAYMENTS, *PAY_LATER, *DELIVERIES, *RETURNS, *TENURE)
"""Every feature the shop's models may use."""
