"""Which way a feature is expected to move a risk: what anybody who runs a shop would say before looking at data.

The names are those of features, without their windows, or of the concepts they are about.
"""

from __future__ import annotations

from collections.abc import Mapping

_RAISES = (
    "recency, order_gap_days, regularity, cancellations, failed payments, money back, disputes,"
    " lateness of payment, debt, late deliveries, speed of deliveries, failed deliveries, low_reviews,"
    " low_review_share, wallet_release_rate, wallet_refunds, top_up_gap_days, outbid_rate, points_deducted,"
    " points_lost_share, penalties, penalty_rate"
)
_LOWERS = (
    "order_trend, spend_trend, half_year_spend_share, active_share, how often, spending, basket, range, season, tenure,"
    " order_weekdays, days_since_failed_payment, days_since_return, days_since_dispute, promises_kept, auctions,"
    " wallet, reviews, points, newsletter, credit score of others, products held, membership"
)
_EITHER_FOR_CREDIT = "spending, basket, season, auctions, wallet, top_ups, reviews"
"""Much of these is more to lose, little of them is little to go by."""

Signs = Mapping[str, int]


def _signs(either: str) -> Signs:
    ways = ((1, _RAISES), (-1, _LOWERS), (0, either))
    return {name: sign for sign, names in ways for name in names.split(", ")}


CHURN_SIGNS: Signs = _signs("debt, lines_per_product, open_deliveries")
CREDIT_SIGNS: Signs = _signs(_EITHER_FOR_CREDIT)
