"""What is bought, brought and sent back."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
)

from commerce.schema.columns import (
    ExactDecimal,
    Instant,
    currency_column,
    metadata,
    one_of,
    reference,
    tenant_key,
    to,
    uuid_key,
)

ORDER_STATES = ("cart", "placed", "completed", "cancelled")
DELIVERY_STATES = ("available", "processing", "shipped", "delivered")
RETURN_STATES = ("requested", "received", "inspected", "approved", "rejected")

orders = Table(
    "orders",
    metadata,
    tenant_key(),
    uuid_key(),
    Column("number", BigInteger, nullable=False),
    Column("external_id", Text),
    Column("customer_id", Uuid),
    Column("status", Text, nullable=False),
    Column("total_minor", BigInteger, nullable=False),
    currency_column(),
    Column("placed_at", Instant),
    to("customer"),
    UniqueConstraint("tenant_id", "number"),
    UniqueConstraint("tenant_id", "external_id"),
    one_of("status", ORDER_STATES),
    Index(None, "tenant_id", "customer_id", "placed_at"),
)

order_line = Table(
    "order_line",
    metadata,
    tenant_key(),
    Column("order_id", Uuid, primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("product_id", Uuid),
    Column("variant_id", Uuid),
    Column("quantity", BigInteger, nullable=False),
    Column("returned_quantity", BigInteger, nullable=False, server_default="0"),
    Column("unit_price", ExactDecimal),
    Column("amount_minor", BigInteger, nullable=False),
    to("orders", "order_id"),
    to("product"),
    to("variant"),
    CheckConstraint("quantity >= 0", name="quantity"),
    CheckConstraint(
        "returned_quantity >= 0 AND returned_quantity <= quantity", name="returned_quantity"
    ),
)

delivery = Table(
    "delivery",
    metadata,
    tenant_key(),
    uuid_key(),
    Column("order_id", Uuid, nullable=False),
    Column("status", Text, nullable=False),
    Column("promised_at", Instant),
    Column("delivered_at", Instant),
    to("orders", "order_id"),
    one_of("status", DELIVERY_STATES),
    Index(None, "tenant_id", "order_id"),
)

return_request = Table(
    "return_request",
    metadata,
    tenant_key(),
    uuid_key(),
    Column("order_id", Uuid, nullable=False),
    Column("position", Integer, nullable=False),
    Column("quantity", BigInteger, nullable=False),
    Column("status", Text, nullable=False),
    Column("reason", Text),
    Column("requested_at", Instant, nullable=False),
    reference(["order_id", "position"], "order_line", ["order_id", "position"]),
    CheckConstraint("quantity > 0", name="quantity"),
    one_of("status", RETURN_STATES),
)
