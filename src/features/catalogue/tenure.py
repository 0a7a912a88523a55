"""How long a customer has been here."""

from __future__ import annotations

from features.activities import placed
from features.declaration import (
    age,
    family,
    source,
)

TENURE = family(
    "tenure",
    age(placed, name="days_since_first_order", description="Days since the first order."),
    age(
        source("customer.registered"),
        name="days_since_registration",
        description="Days since the customer was first known.",
    ),
    owner="growth",
)
