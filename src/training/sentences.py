"""The sentence of each feature: what a person is told when it raises the risk.

A template holds {value} (the customer's), {reference} (what is usual among customers) or the name of another
feature of the package; of alternatives separated by " | " the first whose values are all known is told. A
feature without an entry of its own is told by its description.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from features.declaration import Output

TEMPLATES: Mapping[str, tuple[str, str]] = {
    "days_since_order": (
        "No order for {value}; usually every {order_gap_days}."
        " | No order for {value}; usually {reference} among customers.",
        "No order yet.",
    ),
    "overdue_for_order": (
        "No order for {days_since_order}; usually every {order_gap_days}."
        " | No order for {value} times the usual gap; usually {reference} among customers.",
        "Only one order, {days_since_order} ago. | Only one order so far.",
    ),
    "order_gap_days": (
        "An order every {value}; usually every {reference}.",
        "Only one order, {days_since_order} ago. | Only one order so far.",
    ),
    "order_gap_deviation_days": (
        "Orders come irregularly, give or take {value}; usually {reference}.",
        "Too few orders so far to know a rhythm.",
    ),
    "orders_per_day": (
        "{value} orders a day since the first; usually {reference}.",
        "No order yet.",
    ),
    "order_trend": (
        "{value} of the last year's orders came in the last 90 days; usually {reference}.",
    )
    * 2,
    "spend_trend": (
        "{value} of the last year's spend came in the last 90 days; usually {reference}.",
    )
    * 2,
    "orders": ("Orders placed{within}: {value}; usually {reference}.", "No orders{within}."),
    "paid_orders": (
        "Orders paid for{within}: {value}; usually {reference}.",
        "No paid orders{within}.",
    ),
    "order_days": (
        "Days with an order{within}: {value}; usually {reference}.",
        "No orders{within}.",
    ),
    "order_months": (
        "Months with an order{within}: {value}; usually {reference}.",
        "No orders{within}.",
    ),
    "spend": ("Spent {value}{within}; usually {reference}.", "Spent nothing{within}."),
    "average_order_value": (
        "Spends {value} per order{within}; usually {reference}.",
        "No paid order{within}.",
    ),
    "largest_order": ("Largest order{within} {value}; usually {reference}.", "No orders{within}."),
    "smallest_order": (
        "Smallest order{within} {value}; usually {reference}.",
        "No orders{within}.",
    ),
    "basket_lines": (
        "Lines per order{within}: {value}; usually {reference}.",
        "No orders{within}.",
    ),
    "basket_units": (
        "Units per order{within}: {value}; usually {reference}.",
        "No orders{within}.",
    ),
    "failed_payment_rate": (
        "{value} of payment attempts failed{within}; usually {reference}.",
        "No payment attempts{within}.",
    ),
    "cash_on_delivery_rate": (
        "{value} of payments in cash at the door; usually {reference}.",
        "No payments.",
    ),
    "days_since_failed_payment": (
        "A payment attempt failed {value} ago; usually {reference}. | A payment attempt failed {value} ago.",
        "No payment attempt has failed.",
    ),
    "open_invoice_balance": (
        "{value} of invoices not settled; usually {reference}.",
        "No open invoice.",
    ),
    "exposure": (
        "Unsettled invoices are worth {value} average orders; usually {reference}.",
        "No order paid for yet.",
    ),
    "current_days_past_due": (
        "An invoice is {value} past due; usually {reference}.",
        "No invoice is past due.",
    ),
    "days_past_due": (
        "An invoice was up to {value} past due{within}; usually {reference}.",
        "No invoice{within}.",
    ),
    "mean_days_past_due": (
        "Invoices settled or due were {value} late on average{within}; usually {reference}.",
        "No invoice has come due{within}.",
    ),
    "promises_kept": (
        "{value} of invoices settled in time; usually {reference}.",
        "No invoice has come due yet.",
    ),
    "days_since_invoice": ("Latest invoice {value} ago; usually {reference}.", "No invoice yet."),
    "late_delivery_rate": (
        "{value} of deliveries were late{within}; usually {reference}.",
        "No delivery has come due{within}.",
    ),
    "delivery_hours_late": (
        "Late deliveries missed their promise by {value}{within}; usually {reference}.",
        "No late delivery{within}.",
    ),
    "hours_to_settle": (
        "Invoices took {value} to settle{within}; usually {reference}.",
        "No invoice settled{within}.",
    ),
    "return_rate": (
        "Returned {value} of what was paid{within}; usually {reference}.",
        "Nothing paid{within}.",
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
            return told.replace("{within}", within), missing.replace("{within}", within)
    subject = re.sub(r",? of the last year|[.{}]", "", output.description).strip()
    return (
        f"{subject}{within}: {{value}}; usually {{reference}}.",
        f"{subject}{within}: none.",
    )
