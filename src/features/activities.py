"""The activities that features and labels look at: kinds of event, and pairs of events reduced to one row each."""

from __future__ import annotations

from features.sources import per_aggregate, source

placed = source("order.placed")
paid = source("order.paid")
lines = source("order.line")
captured = source("payment.captured")
failed = source("payment.failed")
refunded = source("payment.refunded")
returned = source("order.returned", "return.approved")
invoices = per_aggregate(open="invoice.issued", close=["invoice.paid", "invoice.credited"])
deliveries = per_aggregate(open="delivery.promised", close="delivery.delivered", settled_by="event")
