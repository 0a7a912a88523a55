"""What is told of each feature, as data: see :mod:`training.publishing.reason_sentences` for how a template reads."""

from __future__ import annotations

# longer than modules are here: one table, an entry for each family of features, read and edited beside its neighbours
from collections.abc import Mapping

_LULL = "-> days_since_order"
"""What says that nothing was bought is said once, by the latest order."""

_NONE_BOUGHT = f"[orders{{window}}=0] {_LULL} | "
NO_HOURS = f"{_LULL} | Hours of orders are not recorded."
"""Of hours of the day, where records are of days alone."""

_NOT_DUE = "No invoice issued{within} with a due time is settled or has come due."


def _flag(yes: str, no: str) -> str:
    """Tell a flag beside what most customers have."""
    like, unlike = ", like most of {customers}.", ", unlike most of {customers}."
    return (
        f"[value=1] [reference=1] {yes}{like} | [value=1] [reference=0] {yes}{unlike} | [value=1] {yes}."
        f" | [reference=0] {no}{like} | [reference=1] {no}{unlike} | {no}."
    )


TEMPLATES: Mapping[str, tuple[str, str]] = {
    "days_since_order": (
        "[orders=1] [value>=reference] No order for {value} since the only one{compared}."
        " | [orders=1] Only one order so far, {value} ago{compared:ago}."
        " | [orders=2] [order_gap_days>0] [value>order_gap_days] No order for {value}; this customer's two orders lie"
        " {order_gap_days} apart."
        " | [order_gap_days>0] [value>order_gap_days] No order for {value}; usually {order_gap_days} between"
        " this customer's orders."
        " | [value>=reference] No order for {value}{compared}."
        " | Latest order {value} ago{compared:ago}.",
        "No order yet.",
    ),
    "overdue_for_order": (
        f"[value>=1] {_LULL} | Latest order {{days_since_order}} ago, {{value}} times the"
        " usual time between this customer's orders{compared:times}."
        f" | {_LULL} | Time since the latest order: {{value}} times the usual time between this customer's"
        " orders{compared:times}.",
        f"{_LULL} | No time between orders to go by.",
    ),
    "days_since_payment": (
        "[value>=reference] No payment arrived for {value}{compared}."
        " | Latest payment arrived {value} ago{compared:ago}.",
        f"[orders=0] {_LULL} | No payment has arrived yet.",
    ),
    "days_since_delivery": (
        "[value>=reference] No delivery arrived for {value}{compared}."
        " | Latest delivery arrived {value} ago{compared:ago}.",
        f"[orders=0] {_LULL} | No delivery has arrived yet.",
    ),
    "active_share": (
        f"[orders=1] {_LULL}"
        " | The latest order came after {value} of the time since the first{compared}.",
        f"{_LULL} | No order yet.",
    ),
    "order_trend": (
        f"[orders_90d=0] {_LULL}"
        " | {value} of the last year's orders came in the last 90 days{compared}.",
        f"{_LULL} | No order in the last 365 days.",
    ),
    "spend_trend": (
        f"[orders_90d=0] {_LULL} | [spend_365d=0] Paid nothing for orders in the last 365 days."
        " | {value} of the last year's spend came in the last 90 days{compared}.",
        f"{_LULL} | Paid nothing for orders in the last 365 days.",
    ),
    "half_year_spend_share": (
        f"[orders_180d=0] {_LULL}"
        " | {value} of the last year's spend came in the last 180 days{compared}.",
        f"[orders_365d=0] {_LULL} | Paid nothing for orders in the last 365 days.",
    ),
    "order_gap_days": (
        f"[orders=2] [value>0] [days_since_order>value] {_LULL} | "
        "[value>0] Time between orders{within}: {value} on average{compared}."
        " | Orders{within} less than an hour apart{compared:between orders}.",
        f"[orders<2] {_LULL} | {_NONE_BOUGHT}Fewer than two orders{{within}}.",
    ),
    "order_gap_deviation_days": (
        "Variation of the time between orders: {value}{compared}.",
        f"[orders<2] {_LULL} | Fewer than three orders.",
    ),
    "order_gap_variation": (
        "Variation of the time between orders: {value} times its mean{compared:times}.",
        f"[orders<2] {_LULL} | Fewer than three orders at different hours.",
    ),
    "orders_per_day": (
        f"[orders=1] {_LULL} | Orders a day since the first: {{value}}{{compared}}.",
        f"{_LULL} | No order yet.",
    ),
    "orders": (
        f"[value=0] {_LULL} | Orders placed{{within}}: {{value}}{{compared}}.",
        "Orders placed{within}: nothing on record.",
    ),
    "paid_orders": (
        _NONE_BOUGHT + "Orders paid for{within}: {value}{compared}.",
        "Orders paid for{within}: nothing on record.",
    ),
    "order_days": (
        f"[value=0] {_LULL} | Days with an order{{within}}: {{value}}{{compared}}.",
        "Days with an order{within}: nothing on record.",
    ),
    "order_months": (
        f"[value=0] {_LULL} | Months with an order{{within}}: {{value}}{{compared}}.",
        "Months with an order{within}: nothing on record.",
    ),
    "payments": (
        _NONE_BOUGHT + "Payments that arrived: {value}{compared}.",
        "Payments that arrived: nothing on record.",
    ),
    "delivered_orders": (
        _NONE_BOUGHT + "Deliveries that arrived{within}: {value}{compared}.",
        "Deliveries that arrived{within}: nothing on record.",
    ),
    "spend": (
        f"[value=0] {_NONE_BOUGHT}[value=0] Paid nothing for orders{{within}}{{compared}}."
        " | Paid {value} for orders{within}{compared}.",
        "Amount paid for orders{within}: nothing on record.",
    ),
    "average_order_value": (
        f"[value=0] {_NONE_BOUGHT}[value=0] Paid nothing for orders{{within}}{{compared:an order}}."
        " | Paid {value} an order{within}{compared}.",
        _NONE_BOUGHT + "No order paid for{within}.",
    ),
    "monetary_value": (
        "Mean amount of an order paid for{within}: {value}{compared}.",
        _NONE_BOUGHT + "No order paid for{within}.",
    ),
    "monetary_trend": (
        "Orders of the last 90 days were worth {value} of those of the last year{compared}.",
        f"[orders_90d=0] {_LULL} | No order paid for in the last 90 days.",
    ),
    "largest_order": (
        "Largest order{within}: {value}{compared}.",
        _NONE_BOUGHT + "Worth of orders{within}: nothing on record.",
    ),
    "smallest_order": (
        "Smallest order{within}: {value}{compared}.",
        _NONE_BOUGHT + "Worth of orders{within}: nothing on record.",
    ),
    "first_order_value": ("Worth of the first order: {value}{compared}.", f"{_LULL} | No order."),
    "last_order_value": ("Worth of the latest order: {value}{compared}.", f"{_LULL} | No order."),
    "last_order_in_averages": (
        "Latest order worth {value} times this customer's average paid order{compared:times}.",
        f"[orders=0] {_LULL} | No order paid for.",
    ),
    "line_value": (
        "Amount of an order line{within}: {value} on average{compared}.",
        _NONE_BOUGHT + "Order lines{within}: nothing on record.",
    ),
    "payment_value": (
        "Amount of a payment{within}: {value} on average{compared}.",
        _NONE_BOUGHT + "No payment arrived{within}.",
    ),
    "basket_lines": (
        "Lines per order{within}: {value}{compared}.",
        _NONE_BOUGHT + "Lines per order{within}: nothing on record.",
    ),
    "basket_units": (
        "Units per order{within}: {value}{compared}.",
        _NONE_BOUGHT + "Units per order{within}: nothing on record.",
    ),
    "lines_per_product": (
        "Order lines per product{within}: {value}{compared}.",
        _NONE_BOUGHT + "No product bought{within}.",
    ),
    "products": (
        _NONE_BOUGHT + "Different products bought{within}: {value}{compared}.",
        "Different products bought{within}: nothing on record.",
    ),
    "categories": (
        _NONE_BOUGHT + "Different categories bought from{within}: {value}{compared}.",
        "Different categories bought from{within}: nothing on record.",
    ),
    "sellers": (
        _NONE_BOUGHT + "Different sellers bought from{within}: {value}{compared}.",
        "Different sellers bought from{within}: nothing on record.",
    ),
    "payment_methods": (
        _NONE_BOUGHT + "Different ways of paying used{within}: {value}{compared}.",
        "Different ways of paying used{within}: nothing on record.",
    ),
    "order_weekdays": (
        _NONE_BOUGHT + "Different weekdays with an order{within}: {value}{compared}.",
        "Different weekdays with an order{within}: nothing on record.",
    ),
    "weekend_order_share": (
        "{value} of orders{within} came {weekend}{compared}.",
        _NONE_BOUGHT + "No order{within}.",
    ),
    "night_order_share": (
        "{value} of orders{within} came {night}{compared}.",
        _NONE_BOUGHT + "No order{within}.",
    ),
    "order_hour": (
        "[orders{window}=1] The only order{within} came around {value}{compared}. | {hours}",
        _NONE_BOUGHT + "No order{within}.",
    ),
    "orders_season_ahead": (
        f"[orders_365d=0] {_LULL} | Orders a year ago, in the 90 days now ahead: {{value}}{{compared}}.",
        "Orders a year ago, in the 90 days now ahead: nothing on record.",
    ),
    "spend_season_ahead": (
        f"[orders_365d=0] {_LULL}"
        " | [value=0] Paid nothing a year ago, in the 90 days now ahead{compared}."
        " | Paid {value} a year ago, in the 90 days now ahead{compared}.",
        "Amount paid a year ago, in the 90 days now ahead: nothing on record.",
    ),
    "season_order_share": (
        "{value} of the last year's orders fell in the 90 days now ahead{compared}.",
        f"{_LULL} | No order in the last 365 days.",
    ),
    "season_spend_share": (
        "{value} of the last year's spend fell in the 90 days now ahead{compared}.",
        f"[orders_365d=0] {_LULL} | Paid nothing for orders in the last 365 days.",
    ),
    "days_since_first_order": (
        f"[orders=1] {_LULL} | First order {{value}} ago{{compared:ago}}.",
        f"{_LULL} | No order yet.",
    ),
    "days_since_registration": (
        f"[orders=1] [value~days_since_order] {_LULL} | Known for {{value}}{{compared}}.",
        "Not registered.",
    ),
    "days_ordering": (
        f"[orders=1] {_LULL} | First and latest order {{value}} apart{{compared}}.",
        f"{_LULL} | No order yet.",
    ),
    "cancellation_rate": (
        "Orders called off, of orders placed{within}: {value}{compared}.",
        f"[orders{{window}}=0] {_LULL} | No order{{within}}.",
    ),
    "failed_payment_rate": (
        "[value=0] No payment attempt failed{within}{compared}."
        " | {value} of payment attempts failed{within}{compared}.",
        "No payment attempt{within}.",
    ),
    "days_since_failed_payment": (
        "A payment attempt failed {value} ago{compared:ago}.",
        "No payment attempt has failed (where one did, typically {reference} ago among {customers})."
        " | No payment attempt has failed.",
    ),
    "failed_payment_value": (
        "Amount of a failed payment attempt{within}: {value} on average{compared}.",
        "No payment attempt failed{within} (where one did, typically {reference} among {customers})."
        " | No payment attempt failed{within}.",
    ),
    "cash_on_delivery_rate": (
        "[value=0] No payment in cash at the door{compared}."
        " | {value} of payments in cash at the door{compared}.",
        "Payments in cash at the door: nothing on record.",
    ),
    "wallet_payment_rate": (
        "[value=0] No payment out of the wallet{within}{compared}."
        " | {value} of payments out of the wallet{within}{compared}.",
        "No payment{within}.",
    ),
    "open_invoice_balance": (
        "[value=0] Nothing owed on invoices{compared}. | {value} owed on invoices{compared}.",
        "Amount owed on invoices: nothing on record.",
    ),
    "exposure": (
        "[value=0] Nothing owed on invoices{compared:average orders}."
        " | Unsettled invoices are worth {value} average paid orders of this customer{compared:average orders}.",
        "Paid nothing for orders yet.",
    ),
    "current_days_past_due": (
        "[value>=1] An open invoice is {value} past due{compared}."
        " | No open invoice is a day or more past due{compared}.",
        "Days past due: nothing on record.",
    ),
    "days_past_due": (
        "[value>=1] An invoice was up to {value} past due{within}{compared}."
        " | No invoice issued{within} was a day or more past due{compared}.",
        "[invoices{window}=0] No invoice issued{within}. | Days past due{within}: nothing on record.",
    ),
    "mean_days_past_due": (
        "[value>0] Invoices settled or due were {value} late on average{within}{compared}."
        " | No invoice issued{within} was settled or is due a day or more late{compared}.",
        _NOT_DUE,
    ),
    "last_invoice_days_past_due": (
        "[value>=1] The latest invoice was {value} past due{compared}."
        " | The latest invoice was not a day past due{compared}.",
        "No invoice yet.",
    ),
    "promises_kept": ("{value} of invoices settled in time{compared}.", _NOT_DUE),
    "hours_to_settle": (
        "Invoices took {value} to settle{within}{compared}.",
        "No invoice issued{within} is settled.",
    ),
    "days_since_invoice": ("Latest invoice {value} ago{compared:ago}.", "No invoice yet."),
    "late_deliveries": (
        _NONE_BOUGHT + "Late deliveries{within}: {value}{compared}.",
        "Late deliveries{within}: nothing on record.",
    ),
    "late_delivery_rate": (
        "[value=0] No delivery promised{within} was late{compared}."
        " | {value} of deliveries were late{within}{compared}.",
        _NONE_BOUGHT + "No delivery promised{within} has come due.",
    ),
    "delivery_hours_late": (
        "Late deliveries missed their promise by {value} on average{within}{compared}.",
        _NONE_BOUGHT
        + "No delivery promised{within} was late (late ones typically by {reference} among"
        " {customers}). | No delivery promised{within} was late.",
    ),
    "last_delivery_hours_late": (
        "[value>0] The delivery promised last missed its promise by {value}{compared}."
        " | The delivery promised last was not late{compared}.",
        "No delivery promised yet.",
    ),
    "worst_delivery_hours_late": (
        "[value>0] A delivery missed its promise by up to {value}{within}{compared}."
        " | No delivery promised{within} was late{compared}.",
        _NONE_BOUGHT + "No delivery promised{within}.",
    ),
    "delivery_hours": (
        "Deliveries took {value} on average{within}{compared}.",
        _NONE_BOUGHT + "No delivery promised{within} has arrived.",
    ),
    "return_rate": (
        "[value>0] Returned {value} of what was paid{within}{compared}."
        " | [spend{window}=0] Paid nothing for orders{within}."
        " | Returned {value} of what was paid{within}{compared}.",
        _NONE_BOUGHT + "Paid nothing for orders{within}.",
    ),
    "refund_rate": (
        "Got back {value} of what was paid{within}{compared}.",
        _NONE_BOUGHT + "Paid nothing for orders{within}.",
    ),
    "returns_per_order": (
        "Returns, of orders placed{within}: {value}{compared}.",
        _NONE_BOUGHT + "No order{within}.",
    ),
    "days_since_return": (
        "Latest return {value} ago{compared:ago}.",
        "No returns (where there are, typically {reference} ago among {customers}). | No returns.",
    ),
    "largest_return": (
        "Largest return{within}: {value}{compared}.",
        "No returns{within} (where there are, typically {reference} at most among {customers})."
        " | No returns{within}.",
    ),
    "chargeback_rate": (
        "[value=0] No payment charged back{compared}. | {value} of payments charged back{compared}.",
        _NONE_BOUGHT + "No payment has arrived yet.",
    ),
    "disputes_per_payment": (
        "[value=0] No payment disputed{compared}. | {value} of payments disputed{compared}.",
        _NONE_BOUGHT + "No payment has arrived yet.",
    ),
    "dispute_rate": (
        "[value=0] Nothing paid{within} was disputed{compared}."
        " | Disputed {value} of what was paid{within}{compared}.",
        _NONE_BOUGHT + "Paid nothing for orders{within}.",
    ),
    "pay_later_share": (
        "Invoiced {value} of what was paid for orders{within}{compared}.",
        _NONE_BOUGHT + "Paid nothing for orders{within}.",
    ),
    "pay_later_utilisation": (
        "Amount owed, of what was invoiced in the last 365 days: {value}{compared}.",
        "Nothing invoiced in the last 365 days.",
    ),
    "review_rate": (
        "Reviews an order: {value}{compared}.",
        "Reviews an order: nothing on record.",
    ),
    "days_since_dispute": (
        "Latest dispute {value} ago{compared:ago}.",
        "No disputes (where there are, typically {reference} ago among {customers}). | No disputes.",
    ),
    "dispute_hours": (
        "Disputes took {value} on average{within}{compared}.",
        "No dispute{within} is settled (where one is, typically after {reference} among {customers})."
        " | No dispute{within} is settled.",
    ),
    "low_review_share": (
        "[value=0] No review gave one or two stars{within}{compared}."
        " | {value} of reviews gave one or two stars{within}{compared}.",
        "No reviews{within}.",
    ),
    "stars_mean": ("Stars given{within}: {value} on average{compared}.", "No reviews{within}."),
    "stars_lowest": ("Fewest stars given{within}: {value}{compared}.", "No reviews{within}."),
    "stars_last": ("Stars of the latest review: {value}{compared}.", "No reviews."),
    "days_since_review": ("Latest review {value} ago{compared:ago}.", "No reviews."),
    "days_since_bid": ("Latest bid {value} ago{compared:ago}.", "No bids."),
    "days_since_top_up": (
        "Money put into the wallet {value} ago{compared:ago}.",
        "No money put into the wallet.",
    ),
    "days_since_points": ("Points earned {value} ago{compared:ago}.", "No points earned."),
    "days_since_profile_change": (
        "Profile changed {value} ago{compared:ago}.",
        "Profile never recorded.",
    ),
    "top_ups": (
        "Times money was put into the wallet{within}: {value}{compared}.",
        "Times money was put into the wallet{within}: nothing on record.",
    ),
    "newsletter": (
        _flag("Subscribed to the newsletter", "Newsletter given up"),
        "Newsletter never subscribed to.",
    ),
    "has_credit_card": (
        _flag("Has a credit card", "Has no credit card"),
        "Cards: nothing on record.",
    ),
    "is_active_member": (
        _flag("An active member", "Inactive member"),
        "Activity as a member: nothing on record.",
    ),
}
"""(sentence, sentence where the customer has no value) by feature, or by feature without its window."""

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
