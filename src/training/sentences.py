"""The sentence of each feature: what a person is told when it raises the risk.

A template holds {value} (the customer's), {reference} (what is usual among customers) or the name of another
feature of the package; of alternatives separated by " | " the first whose values are all known, and whose
tests in brackets hold, is told. No sentence states more than these values prove: where the number of orders
is not among them, nothing is said of it. A feature without an entry of its own is told by its description.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from features.declaration import Output

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
    "days_since_return": ("Latest return {value} ago; usually {reference}.", "No returns."),
    "days_since_first_order": ("A customer for {value}; usually {reference}.", "No order yet."),
    "days_since_registration": ("Known for {value}; usually {reference}.", "Not registered."),
}
"""(sentence, sentence where the customer has no value) by feature, or by feature without its window."""

_WINDOW = re.compile(r"_(\d+)d$")


def template_for(output: Output) -> tuple[str, str]:
    """Give the two templates of a feature.

    Parameters
    ----------
    output : Output

    Returns
    -------
    tuple of str
        The sentence, and the one where the customer has no value.
    """
    window = _WINDOW.search(output.name)
    stem = output.name[: window.start()] if window else output.name
    within = f" in the last {window[1]} days" if window else ""
    for name in (output.name, stem):
        if name in TEMPLATES:
            told, missing = TEMPLATES[name]
            return _windowed(told, window, within), _windowed(missing, window, within)
    subject = re.sub(r",? of the last year|[.{}]", "", output.description).strip()
    return (
        f"{subject}{within}: {{value}}; usually {{reference}}.",
        f"{subject}{within}: not known.",
    )


def _windowed(text: str, window: re.Match[str] | None, within: str) -> str:
    """Put a feature's window into a template: in words, and as the end of the names of its companions."""
    return text.replace("{within}", within).replace("{window}", window[0] if window else "")
