"""The tables of the record store, as SQLAlchemy Core.

Guarantees: every tenant's table leads its key with ``tenant_id`` and every reference carries it, so a row
can never point into another tenant; instants are whole microseconds UTC; money is whole minor units beside
its currency; ``event``, ``posting`` and ``payment_event`` refuse UPDATE and DELETE by trigger.

Identity: customer, orders and product carry ``id`` (UUID), ``number`` (counted per tenant) and
``external_id`` (the shop's own word, unique per tenant).
"""

from commerce.schema.columns import ExactDecimal, Instant, metadata, named_metadata
from commerce.schema.goods import category, product, variant
from commerce.schema.money import PAYMENT_STATES, account, invoice, payment, payment_event, posting
from commerce.schema.parties import CLOCK_MODES, counter, customer, tenant
from commerce.schema.stream import event, outbox
from commerce.schema.trade import (
    DELIVERY_STATES,
    ORDER_STATES,
    RETURN_STATES,
    delivery,
    order_line,
    orders,
    return_request,
)

APPEND_ONLY = ("event", "posting", "payment_event")
"""Tables whose rows are facts: a trigger refuses to change or delete one."""

__all__ = [
    "APPEND_ONLY",
    "CLOCK_MODES",
    "DELIVERY_STATES",
    "ORDER_STATES",
    "PAYMENT_STATES",
    "RETURN_STATES",
    "ExactDecimal",
    "Instant",
    "account",
    "category",
    "counter",
    "customer",
    "delivery",
    "event",
    "invoice",
    "metadata",
    "named_metadata",
    "order_line",
    "orders",
    "outbox",
    "payment",
    "payment_event",
    "posting",
    "product",
    "return_request",
    "tenant",
    "variant",
]
