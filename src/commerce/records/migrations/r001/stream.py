"""The stream and its outbox as the first revision makes them."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKeyConstraint,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
)

from commerce.records.migrations.r001.columns import (
    BigKey,
    Document,
    Instant,
    currency_column,
    metadata,
    tenant_key,
    to,
)

Table(
    "event",
    metadata,
    Column("id", BigKey, primary_key=True),
    Column("tenant_id", Integer, nullable=False),
    Column("type", Text, nullable=False),
    Column("customer_id", Uuid),
    Column("actor_id", Uuid),
    Column("seller_id", Uuid),
    Column("product_id", Uuid),
    Column("aggregate_type", Text),
    Column("aggregate_id", Text),
    Column("occurred_at", Instant, nullable=False),
    Column("recorded_at", Instant, nullable=False),
    Column("ingested_at", Instant, nullable=False),
    Column("due_at", Instant),
    Column("amount_minor", BigInteger),
    currency_column(nullable=True),
    Column("base_minor", BigInteger),
    Column("quantity", BigInteger),
    Column("value", BigInteger),
    Column("method", Text),
    Column("category", Text),
    Column("reason", Text),
    Column("source_key", Text, nullable=False),
    Column("attributes", Document),
    ForeignKeyConstraint(["tenant_id"], ["tenant.id"]),
    to("customer"),
    to("product"),
    UniqueConstraint("tenant_id", "id"),
    UniqueConstraint("tenant_id", "source_key"),
    CheckConstraint("recorded_at >= occurred_at", name="recorded_after_occurred"),
    CheckConstraint(
        "(amount_minor IS NULL) = (base_minor IS NULL)"
        " AND (amount_minor IS NULL OR currency IS NOT NULL)",
        name="amount_has_currency",
    ),
    Index(None, "tenant_id", "customer_id", "recorded_at"),
    Index(None, "tenant_id", "recorded_at"),
)

Table(
    "outbox",
    metadata,
    tenant_key(),
    Column("event_id", BigInteger, primary_key=True, autoincrement=False),
    Column("published_at", Instant),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("retry_at", Instant),
    to("event"),
    Index(None, "published_at"),
)
