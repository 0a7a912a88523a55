"""The activities that features look at: kinds of event, and pairs of events reduced to one row each."""

from __future__ import annotations

from features.activities import INVOICES, ORDERS, PAID
from features.declaration import per_aggregate, source

placed = ORDERS
paid = PAID
lines = source("order.line")
captured = source("payment.captured")
failed = source("payment.failed")
refunded = source("payment.refunded")
returned = source("order.returned", "return.approved")
invoices = INVOICES
deliveries = per_aggregate(open="delivery.promised", close="delivery.delivered", settled_by="event")
