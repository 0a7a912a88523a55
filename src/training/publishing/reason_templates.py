"""What is told of each feature, as data: see :mod:`training.publishing.reason_sentences` for how a template reads."""

from __future__ import annotations

# longer than modules are here: one table, an entry for each family of features, read and edited beside its neighbours
from collections.abc import Mapping

_LULL = "-> days_since_order"
"""What says that nothing was bought is said once, by the latest order."""

_NONE_BOUGHT = f"[orders{{window}}=0] {_LULL} | "
NO_HOURS = _LULL
"""Of hours of the day, where records are of days alone."""

_NOT_DUE = "No invoice issued{within} with a due time is settled or has come due."

_ONLY_ONE = f"[orders=1] {_LULL}"
"""What is said of an only order is said once, too."""


def _only_worth(noun: str = "") -> str:
    compared = "{compared:" + noun + "}"
    return (
        f"[orders=1] The only order was worth {{value}}{compared}."
        f" | [orders{{window}}=1] The only order{{within}} was worth {{value}}{compared}. | "
    )


_A_YEAR = "[days_since_first_order>=365] "
"""What is told of a customer who was there a year ago."""

_NEVER = ""
"""Of trouble that a customer never had; it raises no risk."""

_UNLIKE_MOST = ", unlike most of {customers}."


TEMPLATES: Mapping[str, tuple[str, str]] = {
    "days_since_order": (
        "[orders=1] Only one order so far, {value} ago."
        " | [orders=2] [order_gap_days>0] [value>order_gap_days] Only two orders, {order_gap_days} apart; the latest"
        " {value} ago."
        " | [order_gap_days>0] [value>order_gap_days] No order for {value}; on average {order_gap_days} between"
        " this customer's orders."
        " | No order for {value}{compared}.",
        "No order yet.",
    ),
    "overdue_for_order": (_LULL, _LULL),
    "days_since_payment": (
        f"{_LULL} | No payment arrived for {{value}}{{compared}}.",
        f"[orders=0] {_LULL} | No payment has arrived yet.",
    ),
    "days_since_delivery": (
        f"{_LULL} | No delivery arrived for {{value}}{{compared}}.",
        f"[orders=0] {_LULL} | No delivery has arrived yet.",
    ),
    "active_share": (_LULL, _LULL),
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
        f"[orders=2] [value>0] [days_since_order>value] {_LULL}"
        " | [orders=2] [value>0] Only two orders, {value} apart{compared}."
        " | [orders{window}=2] [value>0] The two orders{within} came {value} apart{compared}."
        " | [value>0] Time between orders{within}: {value} on average{compared}.",
        f"[orders<2] {_LULL} | {_NONE_BOUGHT}Fewer than two orders{{within}}.",
    ),
    "order_gap_deviation_days": (
        "[value>reference] Orders come less evenly than usual among {customers}; on average {order_gap_days} apart.",
        f"[orders<2] {_LULL} | Fewer than three orders.",
    ),
    "order_gap_variation": (
        "[value>reference] Orders come less evenly than usual among {customers}; on average {order_gap_days} apart.",
        f"[orders<2] {_LULL} | Fewer than three orders at different hours.",
    ),
    "orders_per_day": (
        f"{_ONLY_ONE} | [value<reference] {{orders}} orders in the {{days_since_first_order}} since the first,"
        " fewer than usual in such a time among {customers}.",
        f"{_LULL} | No order yet.",
    ),
    "orders": (
        f"[value=0] {_LULL} | {_ONLY_ONE} | Orders placed{{within}}: {{value}}{{compared}}.",
        _NEVER,
    ),
    "paid_orders": (
        _NONE_BOUGHT + f"{_ONLY_ONE} | " + "Orders paid for{within}: {value}{compared}.",
        _NEVER,
    ),
    "order_days": (
        f"[value=0] {_LULL} | {_ONLY_ONE} | Days with an order{{within}}: {{value}}{{compared}}.",
        _NEVER,
    ),
    "order_months": (
        f"[value=0] {_LULL} | {_ONLY_ONE} | Months with an order{{within}}: {{value}}{{compared}}.",
        _NEVER,
    ),
    "payments": (
        _NONE_BOUGHT + f"{_ONLY_ONE} | " + "Payments that arrived: {value}{compared}.",
        _NEVER,
    ),
    "delivered_orders": (
        _NONE_BOUGHT + f"{_ONLY_ONE} | " + "Deliveries that arrived{within}: {value}{compared}.",
        _NEVER,
    ),
    "spend": (
        f"[value=0] {_NONE_BOUGHT}[value=0] Paid nothing for orders{{within}}{{compared}}."
        " | Paid {value} for orders{within}{compared}.",
        _NEVER,
    ),
    "average_order_value": (
        f"[value=0] {_NONE_BOUGHT}[value=0] Paid nothing for orders{{within}}{{compared:an order}}. | {_only_worth()}"
        "Paid {value} an order{within}{compared}.",
        _NONE_BOUGHT + "No order paid for{within}.",
    ),
    "monetary_value": (
        _only_worth() + "Mean amount of an order paid for{within}: {value}{compared}.",
        _NONE_BOUGHT + "No order paid for{within}.",
    ),
    "monetary_trend": (
        "[value<1] Orders of the last 90 days were smaller than those of the last year: {monetary_value_90d} on"
        " average, against {monetary_value_365d}.",
        f"[orders_90d=0] {_LULL} | No order paid for in the last 90 days.",
    ),
    "largest_order": (
        _only_worth("for the largest order") + "Largest order{within}: {value}{compared}.",
        _NONE_BOUGHT,
    ),
    "smallest_order": (
        _only_worth("for the smallest order") + "Smallest order{within}: {value}{compared}.",
        _NONE_BOUGHT,
    ),
    "first_order_value": (
        _only_worth() + "Worth of the first order: {value}{compared}.",
        f"{_LULL} | No order.",
    ),
    "last_order_value": (
        _only_worth() + "Worth of the latest order: {value}{compared}.",
        f"{_LULL} | No order.",
    ),
    "last_order_in_averages": (
        "[orders=2] [first_order_value>last_order_value] The latest order ({last_order_value}) was smaller than the one"
        " before ({first_order_value})."
        " | [orders>2] [value<1] The latest order ({last_order_value}) was smaller than this customer's average"
        " ({average_order_value}).",
        f"[orders=0] {_LULL} | No order paid for.",
    ),
    "line_value": (
        "Amount of an order line{within}: {value} on average{compared}.",
        _NONE_BOUGHT,
    ),
    "payment_value": (
        "Amount of a payment{within}: {value} on average{compared}.",
        _NONE_BOUGHT + "No payment arrived{within}.",
    ),
    "basket_lines": (
        "Lines per order{within}: {value}{compared}.",
        _NONE_BOUGHT,
    ),
    "basket_units": (
        "Units per order{within}: {value}{compared}.",
        _NONE_BOUGHT,
    ),
    "lines_per_product": (
        "Order lines per product{within}: {value}{compared}.",
        _NONE_BOUGHT + "No product bought{within}.",
    ),
    "products": (
        _NONE_BOUGHT + "Different products bought{within}: {value}{compared}.",
        _NEVER,
    ),
    "categories": (
        _NONE_BOUGHT + "Different categories bought from{within}: {value}{compared}.",
        _NEVER,
    ),
    "sellers": (
        _NONE_BOUGHT + "Different sellers bought from{within}: {value}{compared}.",
        _NEVER,
    ),
    "payment_methods": (
        _NONE_BOUGHT + "Different ways of paying used{within}: {value}{compared}.",
        _NEVER,
    ),
    "order_weekdays": (
        _NONE_BOUGHT + "Different weekdays with an order{within}: {value}{compared}.",
        _NEVER,
    ),
    "weekend_order_share": (
        "[orders{window}=1] [value>reference] The only order{within} came {weekend}; most of {customers}"
        " order on other days."
        " | [orders{window}>1] {value} of orders{within} came {weekend}{compared}.",
        _NONE_BOUGHT + "No order{within}.",
    ),
    "night_order_share": (
        "[orders{window}=1] [value>reference] The only order{within} came {night}; most of {customers}"
        " order at other times."
        " | [orders{window}>1] {value} of orders{within} came {night}{compared}.",
        _NONE_BOUGHT + "No order{within}.",
    ),
    "order_hour": (
        "[orders{window}=1] The only order{within} came around {value}{compared}. | {hours}",
        _NONE_BOUGHT + "No order{within}.",
    ),
    "orders_season_ahead": (
        f"[orders_365d=0] {_LULL} | {_A_YEAR}Orders in the 90 days after this date last year: {{value}}{{compared}}.",
        _NEVER,
    ),
    "spend_season_ahead": (
        f"[orders_365d=0] {_LULL}"
        f" | {_A_YEAR}[value=0] Paid nothing in the 90 days after this date last year{{compared}}."
        f" | {_A_YEAR}Paid {{value}} in the 90 days after this date last year{{compared}}.",
        _NEVER,
    ),
    "season_order_share": (
        _A_YEAR + "{value} of the past year's orders came in the 90 days after this date"
        " last year{compared}.",
        f"{_LULL} | No order in the last 365 days.",
    ),
    "season_spend_share": (
        _A_YEAR + "{value} of the past year's spend came in the 90 days after this date"
        " last year{compared}.",
        f"[orders_365d=0] {_LULL} | Paid nothing for orders in the last 365 days.",
    ),
    "days_since_first_order": (
        f"{_LULL} | First order only {{value}} ago{{compared:ago}}.",
        f"{_LULL} | No order yet.",
    ),
    "days_since_registration": (
        f"{_LULL} | Known for only {{value}}{{compared}}.",
        "Not registered.",
    ),
    "days_ordering": (
        f"{_ONLY_ONE} | Only {{value}} between the first and the latest order{{compared}}.",
        f"{_LULL} | No order yet.",
    ),
    "cancellation_rate": (
        "{value} of orders placed{within} were called off{compared}.",
        _NEVER,
    ),
    "failed_payment_rate": (
        "[failed_payments{window}=1] One payment attempt failed{within}, {value} of the attempts{compared}."
        " | {value} of payment attempts failed{within}{compared}.",
        _NEVER,
    ),
    "days_since_failed_payment": (
        "A payment attempt failed only {value} ago{compared:ago}.",
        _NEVER,
    ),
    "failed_payment_value": (
        "Amount of a failed payment attempt{within}: {value} on average{compared}.",
        _NEVER,
    ),
    "cash_on_delivery_rate": (
        "[value=0] No payment in cash at the door{compared}."
        " | {value} of payments in cash at the door{compared}.",
        _NEVER,
    ),
    "wallet_payment_rate": (
        "[value=0] No payment out of the wallet{within}{compared}."
        " | {value} of payments out of the wallet{within}{compared}.",
        "No payment{within}.",
    ),
    "open_invoice_balance": (
        "[value>0] {value} owed on invoices{compared}.",
        _NEVER,
    ),
    "exposure": (
        "[value>0] Unsettled invoices are worth {value} average paid orders of this customer{compared:average orders}.",
        "Paid nothing for orders yet.",
    ),
    "current_days_past_due": (
        "[value>=1] An open invoice is {value} past due{compared}.",
        _NEVER,
    ),
    "days_past_due": (
        "[value>=1] An invoice was up to {value} past due{within}{compared}.",
        "[invoices{window}=0] No invoice issued{within}.",
    ),
    "mean_days_past_due": (
        "[value>0] Invoices settled or due were {value} late on average{within}{compared}.",
        _NOT_DUE,
    ),
    "last_invoice_days_past_due": (
        "[value>=1] The latest invoice was {value} past due{compared}.",
        "No invoice yet.",
    ),
    "promises_kept": (
        "Only {value} of invoices settled in time{within}{compared}.",
        _NOT_DUE,
    ),
    "hours_to_settle": (
        "Invoices took {value} to settle{within}{compared}.",
        "No invoice issued{within} is settled.",
    ),
    "days_since_invoice": (
        f"{_LULL} | Latest invoice {{value}} ago{{compared:ago}}.",
        "No invoice yet.",
    ),
    "late_deliveries": (
        _NONE_BOUGHT + "Late deliveries{within}: {value}{compared}.",
        _NEVER,
    ),
    "late_delivery_rate": (
        "[value=1] [delivered_orders=1] The only delivery was late."
        " | {value} of deliveries were late{within}{compared}.",
        _NEVER,
    ),
    "delivery_hours_late": (
        "Late deliveries missed their promise by {value} on average{within}{compared}.",
        _NEVER,
    ),
    "last_delivery_hours_late": (
        "[value>0] [0>=reference] The latest delivery was {value} late; most of {customers} had theirs in time."
        " | [value>0] The latest delivery was {value} late{compared:late}.",
        _NEVER,
    ),
    "worst_delivery_hours_late": (
        "[value>0] [0>=reference] A delivery was up to {value} late{within}; most of {customers} had"
        " theirs in time."
        " | [value>0] A delivery was up to {value} late{within}{compared:late}.",
        _NEVER,
    ),
    "delivery_hours": (
        "[delivered_orders=1] The only delivery took {value}{compared}."
        " | Deliveries took {value} on average{within}{compared}.",
        _NEVER,
    ),
    "return_rate": (
        "Returned {value} of what was paid{within}{compared}.",
        _NEVER,
    ),
    "refund_rate": (
        "Got back {value} of what was paid{within}{compared}.",
        _NEVER,
    ),
    "returns_per_order": (
        "Returns, as a share of orders placed{within}: {value}{compared}.",
        _NEVER,
    ),
    "days_since_return": (
        "Latest return only {value} ago{compared:ago}.",
        _NEVER,
    ),
    "largest_return": ("Largest return{within}: {value}{compared}.", _NEVER),
    "chargeback_rate": ("{value} of payments charged back{compared}.", _NEVER),
    "disputes_per_payment": ("{value} of payments disputed{compared}.", _NEVER),
    "dispute_rate": (
        "Disputed {value} of what was paid{within}{compared}.",
        _NEVER,
    ),
    "pay_later_share": (
        "{value} of what was paid for orders{within} was on invoice{compared}.",
        _NONE_BOUGHT + "Paid nothing for orders{within}.",
    ),
    "days_until_due": (
        "[value=0] An open invoice is due. | The next open invoice is due in {value}{compared:in}.",
        "No invoice is open.",
    ),
    "open_invoice_paid_share": (
        "[value=0] Nothing of the open invoices is paid yet{compared}."
        " | {value} of the open invoices is paid already{compared}.",
        "No invoice is open.",
    ),
    "pay_later_utilisation": (
        "{value} of what was invoiced in the last 365 days is still owed{compared}.",
        "Nothing invoiced in the last 365 days.",
    ),
    "review_rate": (
        "[value<reference] Reviewed fewer orders than usual among {customers}: {reviews} of {orders}.",
        _NEVER,
    ),
    "days_since_dispute": (
        "Latest dispute only {value} ago{compared:ago}.",
        _NEVER,
    ),
    "dispute_hours": (
        "Disputes took {value} on average{within}{compared}.",
        _NEVER,
    ),
    "low_review_share": (
        "[reviews=1] The only review gave {stars_last}."
        " | {value} of reviews gave one or two stars{within}{compared}.",
        _NEVER,
    ),
    "stars_mean": (
        "[reviews=1] The only review gave {value}{compared}."
        " | Reviews gave {value} on average{within}{compared}.",
        "No reviews{within}.",
    ),
    "stars_lowest": (
        "[reviews=1] The only review gave {value}{compared}."
        " | The lowest review{within} gave {value}{compared}.",
        "No reviews{within}.",
    ),
    "stars_last": (
        "[reviews=1] The only review gave {value}{compared}."
        " | The latest review gave {value}{compared}.",
        "No reviews.",
    ),
    "days_since_review": (
        f"{_LULL} | Latest review {{value}} ago{{compared:ago}}.",
        "No reviews.",
    ),
    "days_since_bid": (
        f"{_LULL} | Latest bid {{value}} ago{{compared:ago}}.",
        "No bids.",
    ),
    "days_since_top_up": (
        f"{_LULL} | Money put into the wallet {{value}} ago{{compared:ago}}.",
        "No money put into the wallet.",
    ),
    "days_since_points": (
        f"{_LULL} | Points earned {{value}} ago{{compared:ago}}.",
        "No points earned.",
    ),
    "days_since_profile_change": (
        "Profile changed {value} ago{compared:ago}.",
        "Profile never recorded.",
    ),
    "top_ups": (
        "Times money was put into the wallet{within}: {value}{compared}.",
        _NEVER,
    ),
    "newsletter": (
        "[value=0] [reference=1] Unsubscribed from the newsletter; most of {customers} still get it."
        " | [value=0] Unsubscribed from the newsletter.",
        "Newsletter never subscribed to.",
    ),
    "has_credit_card": (
        f"[value=1] [reference=0] Has a credit card{_UNLIKE_MOST}"
        f" | [value=0] [reference=1] Has no credit card{_UNLIKE_MOST}",
        _NEVER,
    ),
    "is_active_member": (
        f"[value=0] [reference=1] Inactive member{_UNLIKE_MOST} | [value=0] Inactive member.",
        _NEVER,
    ),
    "stars_last_above_mean": (
        "[0>value] The latest review gave fewer stars than this customer gives on average: {stars_last},"
        " against {stars_mean}.",
        _NEVER,
    ),
    "wallet_use": (
        "Spent {value} of the money put into the wallet{compared}.",
        _NEVER,
    ),
    "auction_win_rate": (
        "Won {value} of the auctions joined{within}{compared}.",
        _NEVER,
    ),
    "bids_per_auction": (
        "Bids in each auction joined{within}: {value} on average{compared}.",
        _NEVER,
    ),
    "outbid_rate": (
        "Bids that others outbid{within}, for each bid made: {value}{compared}.",
        _NEVER,
    ),
    "hold_ratio": (
        "Set aside for bids and orders{within}, of what was put into the wallet: {value}{compared}.",
        _NEVER,
    ),
    "wallet_release_rate": (
        "Set aside in the wallet and freed again{within}: {value}{compared}.",
        _NEVER,
    ),
    "penalty_rate": (
        "Points lost{within}, of points earned: {value}{compared}.",
        _NEVER,
    ),
    "top_up_gap_days": (
        "Time between putting money into the wallet: {value} on average{compared}.",
        _NEVER,
    ),
}
"""(sentence, sentence where the customer has no value) by feature, or by feature without its window."""
