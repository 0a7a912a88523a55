"""Values that no customer has at once."""

from __future__ import annotations

CONTRADICTIONS: list[dict[str, float | None]] = [
    {"orders_180d": 2, "orders_90d": 3},
    {"products_365d": 3, "products": 2},
    {"spend_90d": 5000, "spend_365d": 100},
    {"days_since_order": 10, "orders": 0},
    {"days_since_order": 10, "orders_30d": 0},
    {"days_since_order": None, "orders": 3},
    {"days_since_order": 200, "orders_90d": 2},
    {"days_since_order": 100, "days_since_first_order": 50},
    {"days_since_return": 5, "returns": 0},
    {"recency_band": 0, "days_since_order": 400},
    {"past_due_band": 0, "current_days_past_due": 10},
    {"order_gap_days": 20, "orders": 1},
    {"order_days_365d": 4, "orders_365d": 2},
    {"order_days_365d": 0, "orders_365d": 2},
    {"weekend_order_share_365d": 0.3, "orders_365d": 0},
    {"stars_lowest_365d": 4, "stars_mean_365d": 3},
    {"stars_mean_365d": 3, "reviews_365d": 0},
    {"largest_order_365d": 500, "smallest_order_365d": 900},
    {"open_invoices": 3, "invoices": 2},
    {"overdue_invoices": 2, "open_invoices": 1},
    {"promises_kept": 0.5, "invoices": 0},
    {"cash_on_delivery_payments": 5, "payments": 2},
    {"late_deliveries_365d": 3, "late_delivery_rate_365d": 0},
    {"return_rate": 0.5, "spend": 0},
    {"exposure": 2, "open_invoice_balance": 0},
    {"points_balance": 50, "points_earned": 20},
    {"orders_season_ahead": 3, "orders_365d": 2},
]
