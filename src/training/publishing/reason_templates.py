"""What is told of each feature, as data: see :mod:`training.publishing.reason_sentences` for how a template reads."""

from __future__ import annotations

from collections.abc import Mapping

_NO_RHYTHM = (
    "[orders=1] Only one order, {days_since_order} ago. | [orders=1] Only one order so far."
    " | [orders=0] No order yet. | No order for {days_since_order}. | No known rhythm of orders."
)
"""What is told where the gap between orders is missing, or nothing."""

_NOT_DUE = "No invoice issued{within} with a due time is settled or has come due."

TEMPLATES: Mapping[str, tuple[str, str]] = {
    "days_since_order": (
        "[order_gap_days>=1] No order for {value}; usually every {order_gap_days}."
        " | No order for {value}; usually {reference} among customers.",
        "No order yet.",
    ),
    "overdue_for_order": (
        "[order_gap_days>=1] No order for {days_since_order}; usually every {order_gap_days}."
        " | No order for {days_since_order}."
        " | No order for {value} times the usual gap; usually {reference} among customers.",
        _NO_RHYTHM,
    ),
    "order_gap_days": (
        "[value>=1] [reference>=1] An order every {value}; usually every {reference}."
        " | [value>=1] An order every {value}."
        " | No order for {days_since_order}. | Orders less than a day apart.",
        _NO_RHYTHM,
    ),
    "order_gap_deviation_days": (
        "[value>0] Time between orders varies by {value}; usually by {reference}."
        " | Time between orders does not vary; usually by {reference}.",
        _NO_RHYTHM,
    ),
    "orders_per_day": (
        "{value} orders a day since the first; usually {reference}.",
        "[orders=0] No order yet. | Orders a day are not known yet.",
    ),
    "order_trend": (
        "[value>0] {value} of the last year's orders came in the last 90 days; usually {reference}."
        " | No order in the last 90 days; usually {reference} of the last year's.",
        "Trend of orders is not known.",
    ),
    "spend_trend": (
        "[value>0] {value} of the last year's spend came in the last 90 days; usually {reference}."
        " | Paid nothing for orders in the last 90 days; usually {reference} of the last year's spend.",
        "Trend of spend is not known.",
    ),
    "orders": (
        "Orders placed{within}: {value}; usually {reference}.",
        "Orders placed{within}: not known.",
    ),
    "paid_orders": (
        "Orders paid for{within}: {value}; usually {reference}.",
        "Orders paid for{within}: not known.",
    ),
    "order_days": (
        "Days with an order{within}: {value}; usually {reference}.",
        "Days with an order{within}: not known.",
    ),
    "order_months": (
        "Months with an order{within}: {value}; usually {reference}.",
        "Months with an order{within}: not known.",
    ),
    "spend": (
        "Paid {value} for orders{within}; usually {reference}.",
        "Amount paid for orders{within}: not known.",
    ),
    "average_order_value": (
        "[value>0] Paid {value} per order{within}; usually {reference}."
        " | Paid nothing for orders{within}; usually {reference} per order.",
        "No order paid for{within}.",
    ),
    "largest_order": (
        "Largest order{within} {value}; usually {reference}.",
        "[orders{window}=0] No orders{within}. | Worth of orders{within} is not known.",
    ),
    "smallest_order": (
        "Smallest order{within} {value}; usually {reference}.",
        "[orders{window}=0] No orders{within}. | Worth of orders{within} is not known.",
    ),
    "basket_lines": (
        "Lines per order{within}: {value}; usually {reference}.",
        "[orders{window}=0] No orders{within}. | Lines per order{within}: not known.",
    ),
    "basket_units": (
        "Units per order{within}: {value}; usually {reference}.",
        "[orders{window}=0] No orders{within}. | Units per order{within}: not known.",
    ),
    "failed_payment_rate": (
        "[value>0] {value} of payment attempts failed{within}; usually {reference}."
        " | No payment attempt failed{within}; usually {reference}.",
        "No payment attempts{within}.",
    ),
    "cash_on_delivery_rate": (
        "[value>0] {value} of payments in cash at the door; usually {reference}."
        " | No payment in cash at the door; usually {reference}.",
        "Payments in cash at the door: not known.",
    ),
    "days_since_failed_payment": (
        "A payment attempt failed {value} ago; usually {reference}.",
        "No payment attempt has failed.",
    ),
    "open_invoice_balance": (
        "[value>0] {value} of invoices not settled; usually {reference}."
        " | Nothing owed on invoices; usually {reference}.",
        "Amount owed on invoices: not known.",
    ),
    "exposure": (
        "[value>0] Unsettled invoices are worth {value} average orders; usually {reference}."
        " | Nothing owed on invoices; usually {reference} average orders.",
        "Paid nothing for orders yet.",
    ),
    "current_days_past_due": (
        "[value>=1] An invoice is {value} past due; usually {reference}."
        " | No open invoice is a day or more past due.",
        "Days past due: not known.",
    ),
    "days_past_due": (
        "[value>=1] An invoice was up to {value} past due{within}; usually {reference}."
        " | No invoice issued{within} was a day or more past due; usually {reference}.",
        "[invoices{window}=0] No invoice issued{within}. | Days past due{within}: not known.",
    ),
    "mean_days_past_due": (
        "[value>0] Invoices settled or due were {value} late on average{within}; usually {reference}."
        " | No invoice issued{within} was settled or is due a day or more late; usually {reference}.",
        _NOT_DUE,
    ),
    "promises_kept": (
        "{value} of invoices settled in time; usually {reference}.",
        _NOT_DUE,
    ),
    "days_since_invoice": ("Latest invoice {value} ago; usually {reference}.", "No invoice yet."),
    "late_delivery_rate": (
        "[value>0] {value} of deliveries were late{within}; usually {reference}."
        " | No delivery promised{within} was late; usually {reference}.",
        "No delivery promised{within} has come due.",
    ),
    "delivery_hours_late": (
        "Late deliveries missed their promise by {value}{within}; usually {reference}.",
        "No delivery promised{within} was late.",
    ),
    "hours_to_settle": (
        "Invoices took {value} to settle{within}; usually {reference}.",
        "No invoice issued{within} is settled.",
    ),
    "return_rate": (
        "[value>0] Returned {value} of what was paid{within}; usually {reference}."
        " | [spend{window}>0] Returned {value} of what was paid{within}; usually {reference}."
        " | [spend{window}=0] Paid nothing for orders{within}."
        " | Returned over paid{within}: {value}; usually {reference}.",
        "Paid nothing for orders{within}.",
    ),
    "lines_per_product": (
        "Bought the same product {value} times on average{within}; usually {reference}.",
        "No product bought{within}.",
    ),
    "order_gap_variation": (
        "[value>0] Time between orders varies by {value} times its mean; usually {reference}."
        " | Time between orders does not vary.",
        _NO_RHYTHM,
    ),
    "weekend_order_share": (
        "[value>0] {value} of orders on a weekend{within}; usually {reference}."
        " | No order on a weekend{within}; usually {reference}.",
        "No orders{within}.",
    ),
    "night_order_share": (
        "[value>0] {value} of orders at night{within}; usually {reference}."
        " | No order at night{within}; usually {reference}.",
        "No orders{within}.",
    ),
    "order_hour": (
        "Orders at hour {value} (UTC) of the day on average{within}; usually at {reference}.",
        "No orders{within}.",
    ),
    "last_order_in_averages": (
        "Latest order worth {value} times the usual order of this customer; usually {reference}.",
        "[orders=0] No order yet. | Worth of the latest order is not known.",
    ),
    "recency_band": (
        "[value>0] No order for {days_since_order}. | [value=5] No order for a year or more."
        " | [value=4] No order for 180 days or more. | [value=3] No order for 90 days or more."
        " | [value=2] No order for 30 days or more. | [value=1] No order for 14 days or more."
        " | An order in the last 14 days.",
        "No order yet.",
    ),
    "frequency_band": (
        "Orders placed in the last 365 days: {orders_365d}. | [value=0] No order in the last 365 days."
        " | [value=1] One order in the last 365 days."
        " | [value=2] Two or three orders in the last 365 days."
        " | [value=3] Four to seven orders in the last 365 days."
        " | [value=4] Eight to fifteen orders in the last 365 days."
        " | Sixteen orders or more in the last 365 days.",
        "Orders placed in the last 365 days: not known.",
    ),
    "monetary_trend": (
        "Orders of the last 90 days were worth {value} times those of the last year; usually {reference}.",
        "No order paid for in the last 90 days.",
    ),
    "monetary_band": (
        "Orders of the last 90 days were worth {monetary_trend} times those of the last year."
        " | [value=0] Orders of the last 90 days were worth less than half of those of the last year."
        " | [value=1] Orders of the last 90 days were worth less than those of the last year."
        " | [value=2] Orders of the last 90 days were worth about as much as those of the last year."
        " | Orders of the last 90 days were worth more than those of the last year.",
        "No order paid for in the last 90 days.",
    ),
    "orders_season_ahead": (
        "Orders a year ago, in the 90 days ahead: {value}; usually {reference}.",
        "Orders a year ago, in the 90 days ahead: not known.",
    ),
    "spend_season_ahead": (
        "[value>0] Paid {value} a year ago, in the 90 days ahead; usually {reference}."
        " | Paid nothing a year ago, in the 90 days ahead; usually {reference}.",
        "Amount paid a year ago, in the 90 days ahead: not known.",
    ),
    "season_order_share": (
        "{value} of last year's orders fell in the 90 days ahead; usually {reference}.",
        "No order in the last 365 days.",
    ),
    "season_spend_share": (
        "{value} of last year's spend fell in the 90 days ahead; usually {reference}.",
        "Paid nothing in the last 365 days.",
    ),
    "half_year_spend_share": (
        "{value} of the last year's spend fell in its latter half; usually {reference}.",
        "Paid nothing in the last 365 days.",
    ),
    "wallet_payment_rate": (
        "[value>0] {value} of payments out of the wallet{within}; usually {reference}."
        " | No payment out of the wallet{within}; usually {reference}.",
        "No payments{within}.",
    ),
    "past_due_band": (
        "[value>0] An invoice is {current_days_past_due} past due."
        " | [value>0] An invoice is past due. | No open invoice is a day or more past due.",
        "Days past due: not known.",
    ),
    "last_delivery_hours_late": (
        "[value>0] The latest delivery was {value} late; usually {reference}."
        " | The latest delivery was not late; usually {reference}.",
        "No delivery promised yet.",
    ),
    "worst_delivery_hours_late": (
        "[value>0] A delivery was up to {value} late{within}; usually {reference}."
        " | No delivery promised{within} was late; usually {reference}.",
        "No delivery promised{within}.",
    ),
    "last_invoice_days_past_due": (
        "[value>=1] The latest invoice was {value} past due; usually {reference}."
        " | The latest invoice was not a day past due.",
        "No invoice yet.",
    ),
    "low_review_share": (
        "[value>0] {value} of reviews gave one or two stars{within}; usually {reference}."
        " | No review gave one or two stars{within}; usually {reference}.",
        "No reviews{within}.",
    ),
    "active_share": (
        "The latest order came after {value} of the time since the first; usually {reference}.",
        "No order yet.",
    ),
    "tenure_band": (
        "A customer for {days_since_first_order}. | [value=0] A customer for less than 30 days."
        " | [value=1] A customer for 30 days or more. | [value=2] A customer for 90 days or more."
        " | [value=3] A customer for 180 days or more. | [value=4] A customer for a year or more."
        " | A customer for two years or more.",
        "No order yet.",
    ),
    "newsletter": (
        "[value=1] Newsletter subscribed to. | Newsletter given up.",
        "Newsletter never subscribed to.",
    ),
    "has_credit_card": ("[value=1] Has a credit card. | Has no credit card.", "Cards: not known."),
    "is_active_member": (
        "[value=1] An active member. | Inactive member.",
        "Activity as a member: not known.",
    ),
    "days_since_return": ("Latest return {value} ago; usually {reference}.", "No returns."),
    "days_since_first_order": ("A customer for {value}; usually {reference}.", "No order yet."),
    "days_since_registration": ("Known for {value}; usually {reference}.", "Not registered."),
}
"""(sentence, sentence where the customer has no value) by feature, or by feature without its window."""
