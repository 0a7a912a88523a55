"""Whole numbers are whole on SQLite, too, whose columns keep fractions if they are given some."""

from commerce.records.migrations.triggers import drop_whole_numbers, whole_numbers

revision = "r003"
down_revision = "r002"
branch_labels = None

_COLUMNS = {
    "account": ("balance",),
    "counter": ("value",),
    "customer": ("number",),
    "orders": ("number", "total_minor", "discount_minor", "tax_minor"),
    "delivery": ("wrong_tries",),
    "payment": ("amount_minor",),
    "dispute": ("amount_minor",),
    "invoice": ("amount_minor",),
    "product": ("number", "ratings_count", "ratings_sum"),
    "event": ("amount_minor", "base_minor", "quantity", "value"),
    "promotion": ("percent_bp", "amount_minor"),
    "review": ("stars",),
    "variant": ("price_minor", "low_stock_at"),
    "auction": (
        "opening_minor",
        "reserve_minor",
        "buy_now_minor",
        "extension_seconds",
        "extensions_left",
    ),
    "order_line": (
        "position",
        "quantity",
        "returned_quantity",
        "amount_minor",
        "discount_minor",
        "tax_minor",
    ),
    "outbox": ("attempts",),
    "payment_event": ("amount_minor",),
    "posting": ("amount",),
    "bid": ("amount_minor", "maximum_minor"),
    "return_request": ("position", "quantity", "received_quantity", "refund_minor"),
}


def upgrade() -> None:
    for table, columns in _COLUMNS.items():
        whole_numbers(table, *columns)


def downgrade() -> None:
    for table in _COLUMNS:
        drop_whole_numbers(table)
