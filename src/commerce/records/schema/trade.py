"""What is bought, brought and sent back."""

import sqlalchemy as sa

from commerce.records.schema.columns import (
    ExactDecimal,
    Instant,
    currency_column,
    emitted_by,
    located,
    metadata,
    one_of,
    record,
    reference,
    tenant_key,
    to,
)
from commerce.records.states import DELIVERY, ORDER, RETURN

CONDITIONS = ("new", "opened", "damaged")

orders = record(
    "orders",
    sa.Column("number", sa.BigInteger, nullable=False),
    sa.Column("external_id", sa.Text),
    sa.Column("customer_id", sa.Uuid),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("total_minor", sa.BigInteger, nullable=False),
    currency_column(),
    sa.Column("placed_at", Instant),
    sa.Column("method", sa.Text),
    sa.Column("discount_minor", sa.BigInteger, nullable=False, server_default="0"),
    sa.Column("tax_minor", sa.BigInteger, nullable=False, server_default="0"),
    sa.Column("country", sa.Text),
    sa.Column("latitude", sa.Float),
    sa.Column("longitude", sa.Float),
    sa.Column("address", sa.Text),
    emitted_by(),
    to("customer"),
    sa.UniqueConstraint("tenant_id", "number"),
    sa.UniqueConstraint("tenant_id", "external_id"),
    one_of("status", ORDER.states),
    *located(),
    sa.Index(None, "tenant_id", "customer_id", "placed_at"),
    sa.Index(
        "uq_orders_one_cart",
        "tenant_id",
        "customer_id",
        unique=True,
        sqlite_where=sa.text("status = 'cart'"),
        postgresql_where=sa.text("status = 'cart'"),
    ),
)

order_line = sa.Table(
    "order_line",
    metadata,
    tenant_key(),
    sa.Column("order_id", sa.Uuid, primary_key=True),
    sa.Column("position", sa.Integer, primary_key=True),
    sa.Column("product_id", sa.Uuid),
    sa.Column("variant_id", sa.Uuid),
    sa.Column("quantity", sa.BigInteger, nullable=False),
    sa.Column("returned_quantity", sa.BigInteger, nullable=False, server_default="0"),
    sa.Column("unit_price", ExactDecimal),
    sa.Column("amount_minor", sa.BigInteger, nullable=False),
    sa.Column("seller_id", sa.Uuid),
    sa.Column("promotion_id", sa.Uuid),
    sa.Column("discount_minor", sa.BigInteger, nullable=False, server_default="0"),
    sa.Column("tax_minor", sa.BigInteger, nullable=False, server_default="0"),
    to("orders", "order_id"),
    to("product"),
    to("variant"),
    to("users", "seller_id"),
    to("promotion"),
    sa.CheckConstraint("quantity >= 0", name="quantity"),
    sa.CheckConstraint(
        "returned_quantity >= 0 AND returned_quantity <= quantity", name="returned_quantity"
    ),
)

delivery = record(
    "delivery",
    sa.Column("order_id", sa.Uuid, nullable=False),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("promised_at", Instant),
    sa.Column("delivered_at", Instant),
    sa.Column("courier_id", sa.Uuid),
    sa.Column("pin_hash", sa.Text),
    sa.Column("token_hash", sa.Text),
    sa.Column("proof_expires_at", Instant),
    sa.Column("wrong_tries", sa.Integer, nullable=False, server_default="0"),
    sa.Column("proof_latitude", sa.Float),
    sa.Column("proof_longitude", sa.Float),
    emitted_by(),
    to("orders", "order_id"),
    to("users", "courier_id"),
    one_of("status", DELIVERY.states),
    sa.CheckConstraint("wrong_tries >= 0", name="wrong_tries"),
    sa.Index(None, "tenant_id", "order_id"),
    sa.Index(None, "tenant_id", "status"),
    sa.Index(None, "tenant_id", "courier_id"),
)

return_request = record(
    "return_request",
    sa.Column("order_id", sa.Uuid, nullable=False),
    sa.Column("position", sa.Integer, nullable=False),
    sa.Column("quantity", sa.BigInteger, nullable=False),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("reason", sa.Text),
    sa.Column("requested_at", Instant, nullable=False),
    sa.Column("received_quantity", sa.BigInteger),
    sa.Column("condition", sa.Text),
    sa.Column("seller_at_fault", sa.Boolean),
    sa.Column("refund_minor", sa.BigInteger),
    emitted_by(),
    reference(["order_id", "position"], "order_line", ["order_id", "position"]),
    sa.CheckConstraint("quantity > 0", name="quantity"),
    sa.CheckConstraint("received_quantity BETWEEN 0 AND quantity", name="received_quantity"),
    one_of("status", RETURN.states),
    one_of("condition", CONDITIONS),
    sa.Index(None, "tenant_id", "order_id"),
)
