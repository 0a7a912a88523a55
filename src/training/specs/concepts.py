"""What each feature is about, and of whom its value is known: what signs are declared and reasons grouped by."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from features.declaring.declaration import Output

_WINDOW = re.compile(r"_(\d+)d$")

CONCEPTS: Mapping[str, str] = {
    stem: concept
    for concept, stems in {
        "recency": "days_since_order recency_band overdue_for_order days_since_payment days_since_delivery"
        " days_since_review days_since_invoice days_since_bid days_since_top_up days_since_points"
        " active_share order_trend spend_trend half_year_spend_share",
        "how often": "orders paid_orders order_days order_months payments delivered_orders frequency_band"
        " orders_per_day order_gap_days",
        "regularity": "order_gap_deviation_days order_gap_variation",
        "spending": "spend average_order_value monetary_value monetary_trend monetary_band largest_order"
        " smallest_order first_order_value last_order_value last_order_in_averages line_value payment_value",
        "basket": "basket_lines basket_units lines_per_product",
        "range": "products categories sellers",
        "time of orders": "order_weekdays weekend_order_share order_hour night_order_share",
        "season": "orders_season_ahead spend_season_ahead season_order_share season_spend_share",
        "tenure": "days_since_first_order days_since_registration days_ordering tenure_band",
        "cancellations": "cancellation_rate",
        "failed payments": "failed_payments failed_payment_rate failed_payment_value days_since_failed_payment",
        "ways of paying": "cash_on_delivery_payments cash_on_delivery_rate payment_methods wallet_payment_rate",
        "money back": "refunds refund_rate returns returned_amount largest_return returns_per_order"
        " return_reasons return_rate days_since_return",
        "disputes": "chargebacks chargeback_rate disputes open_disputes dispute_hours dispute_rate"
        " disputes_per_payment days_since_dispute",
        "lateness of payment": "overdue_invoices current_days_past_due days_past_due mean_days_past_due"
        " invoices_paid_late invoices_late promises_kept hours_to_settle last_invoice_days_past_due past_due_band",
        "debt": "open_invoices open_invoice_balance pay_later_utilisation exposure",
        "due dates": "days_until_due",
        "part payments": "open_invoice_paid_share",
        "use of invoices": "invoices pay_later_share largest_invoice",
        "late deliveries": "late_deliveries late_delivery_rate delivery_hours_late last_delivery_hours_late"
        " worst_delivery_hours_late",
        "speed of deliveries": "delivery_hours open_deliveries",
        "failed deliveries": "failed_deliveries failed_proofs",
        "newsletter": "newsletter",
        "age": "customer_age",
        "credit score of others": "external_credit_score",
        "balance": "account_balance",
        "products held": "products_held",
        "credit card": "has_credit_card",
        "membership": "is_active_member",
    }.items()
    for stem in stems.split()
}
"""What a feature is about, by feature without its window: one reason tells of it. Others are about their family."""

WITH_VALUE: Mapping[str, str] = {
    stem: who
    for who, stems in {
        "with several orders{within}": "order_gap_days regularity",
        "with orders{within}": "spending basket weekend_order_share order_hour night_order_share"
        " order_weekdays",
        "with deliveries{within}": "late_deliveries delivery_hours delivery_hours_late last_delivery_hours_late"
        " worst_delivery_hours_late late_delivery_rate days_since_delivery",
        "with payments": "failed_payment_rate wallet_payment_rate cash_on_delivery_rate days_since_payment",
        "with invoices": "hours_to_settle promises_kept mean_days_past_due days_past_due",
        "with reviews": "reviews days_since_review low_review_share",
        "with bids": "auctions days_since_bid",
        "who put money into the wallet": "wallet days_since_top_up",
        "who subscribed": "newsletter",
    }.items()
    for stem in stems.split()
}
"""Whose value is usual where some customers have none, by feature without its window or by concept."""


def concept_of(output: Output) -> str:
    """Name what a feature is about; of all that is about the same, one reason is given."""
    return CONCEPTS.get(part_window(output.name)[0]) or output.family or output.name


def names_of(output: Output) -> tuple[str, str, str]:
    """By what a feature may be declared: name, name without window, concept."""
    return output.name, part_window(output.name)[0], concept_of(output)


def expected_sign(output: Output, signs: Mapping[str, int]) -> int:
    """Say which way people expect a feature to move the risk: as declared of it, or else of its concept."""
    return next((signs[name] for name in names_of(output) if name in signs), 0)


def part_window(name: str) -> tuple[str, str]:
    """Part a feature's name from its window of days, which may be none.

    Examples
    --------
    >>> part_window("spend_365d"), part_window("recency_band")
    (('spend', '365'), ('recency_band', ''))
    """
    window = _WINDOW.search(name)
    return (name[: window.start()], window[1]) if window else (name, "")
