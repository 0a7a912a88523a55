"""The tables of the record store, as SQLAlchemy Core.

Guarantees: every tenant's table leads its key with ``tenant_id`` and every reference carries it, so a row
can never point into another tenant; instants are whole microseconds UTC; money is whole minor units beside
its currency; numbers are whole, and a text is one that both databases can keep; what is `APPEND_ONLY` refuses UPDATE
and DELETE by trigger; a status is one that its machine in `commerce.records.states` knows, and changes only under an
event that makes the move; a balance changes only by a posting.

Identity: customer, orders and product carry ``id`` (UUID), ``number`` (counted per tenant) and
``external_id`` (the shop's own name for it, unique per tenant).
"""

from commerce.records.schema.catalogue import (
    auction,
    bid,
    brand,
    category,
    image,
    product,
    promotion,
    review,
    variant,
)
from commerce.records.schema.columns import (
    ExactDecimal,
    Instant,
    Whole,
    metadata,
    named_metadata,
    whole_numbers,
)
from commerce.records.schema.imports import file_import, file_import_part
from commerce.records.schema.money import (
    account,
    dispute,
    invoice,
    payment,
    payment_event,
    payment_method,
    posting,
    provider_record,
)
from commerce.records.schema.people import (
    CLOCK_MODES,
    ROLES,
    api_key,
    counter,
    customer,
    idempotency_record,
    note,
    notification,
    tenant,
    users,
)
from commerce.records.schema.stream import backfill, event, outbox
from commerce.records.schema.trade import (
    CONDITIONS,
    delivery,
    order_line,
    orders,
    return_request,
)

APPEND_ONLY = ("event", "backfill", "posting", "payment_event", "bid")
"""Tables whose rows a trigger refuses to change or to delete."""

WHOLE_NUMBERS = {
    table.name: columns
    for table in metadata.sorted_tables
    if (columns := [column.name for column in table.c if isinstance(column.type, Whole)])
}
"""Columns of units, minor units, points and counts by table: on SQLite a CHECK refuses anything but whole numbers."""

for _table, _columns in WHOLE_NUMBERS.items():
    metadata.tables[_table].append_constraint(whole_numbers(_columns))

__all__ = [
    "APPEND_ONLY",
    "CLOCK_MODES",
    "CONDITIONS",
    "ROLES",
    "WHOLE_NUMBERS",
    "ExactDecimal",
    "Instant",
    "account",
    "api_key",
    "auction",
    "backfill",
    "bid",
    "brand",
    "category",
    "counter",
    "customer",
    "delivery",
    "dispute",
    "event",
    "file_import",
    "file_import_part",
    "idempotency_record",
    "image",
    "invoice",
    "metadata",
    "named_metadata",
    "note",
    "notification",
    "order_line",
    "orders",
    "outbox",
    "payment",
    "payment_event",
    "payment_method",
    "posting",
    "product",
    "promotion",
    "provider_record",
    "return_request",
    "review",
    "tenant",
    "users",
    "variant",
]
