"""The activities that both features and labels look at."""

from __future__ import annotations

from features.sources import per_aggregate, source

ORDERS = source("order.placed")
INVOICES = per_aggregate(open="invoice.issued", close=["invoice.paid", "invoice.credited"])
PAID = source("order.paid")
