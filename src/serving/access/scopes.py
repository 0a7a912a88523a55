"""What an API key may be used for: ``<resource>:read`` and ``<resource>:write``, declared by every route.

A scope only narrows: what a role may not do, no scope opens.
"""

from __future__ import annotations

RESOURCES = (
    "analytics",
    "auctions",
    "carts",
    "categories",
    "customers",
    "deliveries",
    "events",
    "jobs",
    "keys",
    "models",
    "notifications",
    "orders",
    "payments",
    "predictions",
    "products",
    "promotions",
    "returns",
    "reviews",
    "shops",
    "stock",
    "tokens",
    "users",
    "wallet",
)
SCOPES = frozenset(f"{resource}:{way}" for resource in RESOURCES for way in ("read", "write"))
