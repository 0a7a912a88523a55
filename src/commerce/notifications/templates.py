"""What is said of which events, and to whom: the sentences of `commerce.notifications.inbox`."""

from __future__ import annotations

from typing import NamedTuple


class Template(NamedTuple):
    """What is said of an event, and to whom.

    ``to`` is a recipient rule: ``customer`` whom the event is about, ``seller`` whom it names, or ``staff``,
    every admin of the shop. ``{subject}`` is an order's number or a name, ``{amount}`` money, ``{value}`` a count,
    ``{due}`` a day, ``{reason}`` why.
    """

    kind: str
    to: str
    title: str
    body: str


# event type | kind | to | title | body
_TABLE = """\
order.placed | order_created | customer | Order {subject} received | We got it: {amount} in all.
order.cancelled | order_cancelled | customer | Order {subject} cancelled | It will not be delivered.
order.completed | order_completed | customer | Order {subject} completed | Thank you for buying.
seller.paid | seller_payment | seller | Paid: {amount} | Order {subject} is completed.
delivery.shipped | order_shipped | customer | Order {subject} is on its way \
| When the courier is there, open the order and ask for your PIN or QR code. \
Only you can see it.
delivery.delivered | order_delivered | customer | Order {subject} delivered | It was handed over.
delivery.failed | delivery_failed | customer | Order {subject} not delivered | We will try again.
payment.failed | payment_failed | customer | Payment of {amount} failed | Choose how to pay.
payment.action_required | payment_action | customer | Confirm your payment | Your bank asks for it.
payment.refunded | payment_refunded | customer | Refunded: {amount} | It goes back as it came.
wallet.topped_up | wallet_topped_up | customer | {amount} in your wallet | The money arrived.
dispute.opened | dispute_opened | staff | Payment of {amount} disputed | Answer the provider.
payment.lost | payment_lost | staff | Loss of {amount} | The bank took more than was left of a payment.
invoice.issued | invoice_issued | customer | Invoice of {amount} | Please pay it by {due}.
invoice.overdue | invoice_overdue | customer | Invoice of {amount} overdue | It was due on {due}.
return.requested | return_requested | seller | Return from order {subject} | {quantity} to come back.
return.requested | return_requested | staff | Return from order {subject} | {quantity} to come back.
return.received | return_received | customer | Return arrived | We look at what you sent back.
return.approved | return_approved | customer | Return accepted | {amount} is refunded.
return.rejected | return_rejected | customer | Return not accepted | Order {subject} stays yours.
points.deducted | points_deducted | seller | {value} points lost | A return was your fault.
brand.requested | brand_requested | staff | Brand {subject} requested | Approve or reject it.
brand.approved | brand_approved | seller | Brand {subject} approved | You may sell under it.
brand.rejected | brand_rejected | seller | Brand {subject} not approved | Reason: {reason}
product.submitted | product_submitted | staff | Product {subject} submitted | Approve or reject it.
product.approved | product_approved | seller | Product {subject} approved | It is for sale.
product.rejected | product_rejected | seller | Product {subject} not approved | Correct it.
stock.low | stock_low | seller | {subject} runs low | {value} left. Order more.
auction.submitted | auction_submitted | staff | Auction of {subject} submitted | Approve or reject it.
auction.scheduled | auction_approved | seller | Auction of {subject} approved | It starts by itself.
auction.rejected | auction_rejected | seller | Auction of {subject} not approved | Draft it anew.
auction.outbid | auction_outbid | customer | Outbid: {subject} \
| Somebody bid more; what you had set aside is free again.
auction.won | auction_won | customer | Won: {subject} | It is yours for {amount}.
auction.sold | auction_sold | seller | Sold: {subject} | It went for {amount}.
auction.unsold | auction_unsold | seller | Not sold: {subject} | Nobody bid enough.
"""

TEMPLATES: dict[str, list[Template]] = {}
"""Every event that notifies, with its kinds."""
for _event_type, *_said in (row.split(" | ") for row in _TABLE.splitlines()):
    TEMPLATES.setdefault(_event_type, []).append(Template(*_said))
