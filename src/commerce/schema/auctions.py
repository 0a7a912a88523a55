"""What is sold to who bids most."""

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
    BigKey,
    Document,
    Instant,
    currency_column,
    metadata,
    one_of,
    tenant_key,
    to,
    told_by,
    uuid_key,
)

AUCTION_STATES = ("draft", "submitted", "scheduled", "live", "sold", "unsold", "rejected")

auction = Table(
    "auction",
    metadata,
    tenant_key(),
    uuid_key(),
    Column("external_id", Text),
    Column("product_id", Uuid),
    Column("variant_id", Uuid),
    Column("seller_id", Uuid),
    Column("status", Text, nullable=False),
    currency_column(),
    Column("opening_minor", BigInteger, nullable=False),
    Column("reserve_minor", BigInteger),
    Column("buy_now_minor", BigInteger),
    Column("increments", Document),
    Column("starts_at", Instant, nullable=False),
    Column("ends_at", Instant, nullable=False),
    Column("extension_seconds", Integer, nullable=False, server_default="0"),
    Column("extensions_left", Integer, nullable=False, server_default="0"),
    Column("order_id", Uuid),
    told_by(),
    to("product"),
    to("variant"),
    to("users", "seller_id"),
    to("orders", "order_id"),
    UniqueConstraint("tenant_id", "external_id"),
    one_of("status", AUCTION_STATES),
    CheckConstraint("opening_minor > 0", name="opening_minor"),
    CheckConstraint("reserve_minor >= opening_minor", name="reserve_minor"),
    CheckConstraint("buy_now_minor > opening_minor", name="buy_now_minor"),
    CheckConstraint("starts_at < ends_at", name="period"),
    CheckConstraint("extensions_left >= 0", name="extensions_left"),
    Index(None, "tenant_id", "status", "ends_at"),
)

bid = Table(
    "bid",
    metadata,
    Column("id", BigKey, primary_key=True),
    Column("tenant_id", Integer, nullable=False),
    Column("auction_id", Uuid, nullable=False),
    Column("customer_id", Uuid, nullable=False),
    Column("event_id", BigInteger, nullable=False),
    Column("amount_minor", BigInteger, nullable=False),
    Column("maximum_minor", BigInteger, nullable=False),
    Column("placed_at", Instant, nullable=False),
    to("auction"),
    to("customer"),
    to("event"),
    UniqueConstraint("tenant_id", "id"),
    CheckConstraint("amount_minor > 0 AND maximum_minor >= amount_minor", name="amounts"),
    Index(None, "tenant_id", "auction_id", "maximum_minor"),
    Index(None, "tenant_id", "customer_id"),
)
