"""How much and what a customer buys."""

from __future__ import annotations

from features.activities import lines, paid, placed
from features.declaration import (
    DAYS,
    EVER,
    count,
    distinct,
    family,
    maximum,
    mean,
    minimum,
    ratio,
    source,
    total,
)

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
