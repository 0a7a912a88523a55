"""The activities that features and labels look at: kinds of event, and pairs of events reduced to one row each."""

from features.declaring.sources import per_aggregate, source

placed = source("order.placed")
paid = source("order.paid")
lines = source("order.line")
captured = source("payment.captured")
failed = source("payment.failed")
refunded = source("payment.refunded")
returned = source("order.returned", "return.approved")
invoices = per_aggregate(open="invoice.issued", close=["invoice.paid", "invoice.credited"])
deliveries = per_aggregate(
    open="delivery.promised",
    close=["delivery.delivered", "delivery.withdrawn"],
    settled_by="event",
)
bids = source("auction.bid")
outbid = source("auction.outbid")
won = source("auction.won")
topped_up = source("wallet.topped_up")
held = source("wallet.held")
released = source("wallet.released")
spent = source("wallet.spent")
reviewed = source("review.posted")
earned = source("points.earned")
deducted = source("points.deducted")
profiled = source("customer.profiled")
disputed = source("dispute.opened")
disputes = per_aggregate(open="dispute.opened", close="dispute.closed", settled_by="event")
