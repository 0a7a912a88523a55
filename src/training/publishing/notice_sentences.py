"""What may be read to a customer who was refused: one principal reason per characteristic, in plain words.

The sentence of a feature says what counted against the customer, with {value}; that of a concept says it of any other
feature about it. What has neither is told as people who run the shop are told it. Nothing here is about who somebody
is: what a customer cannot change by acting otherwise, such as age, is no principal reason.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from training.specs.concepts import names_of

if TYPE_CHECKING:
    from features.declaring.declaration import Output

PRINCIPAL: Mapping[str, str] = {
    "current_days_past_due": "An invoice is overdue: by {value}.",
    "past_due_band": "An invoice is overdue.",
    "overdue_invoices": "Invoices are overdue: {value}.",
    "days_past_due": "An invoice was paid later than agreed: by up to {value}.",
    "mean_days_past_due": "Invoices were paid later than agreed: {value} on average.",
    "last_invoice_days_past_due": "The latest invoice was paid later than agreed: by {value}.",
    "invoices_paid_late": "Invoices were paid later than agreed: {value}.",
    "invoices_late": "Invoices were not paid in time: {value}.",
    "promises_kept": "Too few invoices were paid in time: {value}.",
    "hours_to_settle": "Invoices took long to be paid: {value} on average.",
    "lateness of payment": "Invoices were paid later than agreed.",
    "open_invoices": "Invoices are still to be paid: {value}.",
    "open_invoice_balance": "Much is still to be paid on invoices: {value}.",
    "pay_later_utilisation": "Much of what was invoiced is still to be paid: {value}.",
    "exposure": "Much is still to be paid on invoices: {value} times an average order.",
    "days_until_due": "When open invoices are due: in {value}.",
    "open_invoice_paid_share": "How much of open invoices is paid: {value}.",
    "debt": "Much is still to be paid on invoices.",
    "invoices": "Invoices so far: {value}.",
    "largest_invoice": "The size of the largest invoice: {value}.",
    "use of invoices": "How much was bought on invoice.",
    "failed_payments": "Payments failed: {value}.",
    "failed_payment_rate": "Payments failed: {value} of the attempts.",
    "days_since_failed_payment": "A payment failed lately: {value} ago.",
    "failed payments": "Payments failed.",
    "cash_on_delivery_rate": "How much was paid in cash at the door: {value} of the payments.",
    "ways of paying": "How payments were made.",
    "return_rate": "Much of what was paid was for goods sent back: {value}.",
    "money back": "Much of what was bought was sent back.",
    "chargeback_rate": "Payments were taken back: {value} of them.",
    "disputes": "Payments were disputed or taken back.",
    "days_since_order": "The latest order was long ago: {value}.",
    "recency": "Little was ordered lately.",
    "orders": "Few orders: {value}.",
    "paid_orders": "Few paid orders: {value}.",
    "how often": "Few orders.",
    "regularity": "Orders came unevenly.",
    "spending": "The amounts of past orders.",
    "basket": "The size of past orders.",
    "range": "The range of past orders.",
    "time of orders": "When orders were placed.",
    "season": "Orders of the same season last year.",
    "days_since_registration": "The account is new: it was opened {value} ago.",
    "days_since_first_order": "The first order was only {value} ago.",
    "tenure": "The account is new.",
    "cancellation_rate": "Orders were called off: {value} of them.",
    "cancellations": "Orders were called off.",
    "late deliveries": "Deliveries were late.",
    "speed of deliveries": "How long deliveries took.",
    "failed deliveries": "Deliveries failed.",
    "credit score of others": "The credit score given by others: {value}.",
    "balance": "The balance of the account: {value}.",
}
"""By feature, by feature without its window, or by concept."""


def notice_for(output: Output) -> tuple[str, str]:
    """Give the principal reason of a feature, and the one where the customer has no value; empty where none is."""
    name, stem, concept = names_of(output)
    general = PRINCIPAL.get(concept, "")
    return PRINCIPAL.get(name, PRINCIPAL.get(stem, general)), general
