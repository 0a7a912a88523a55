"""The append-only activity stream and its way to the outside."""

import sqlalchemy as sa

from commerce.records.schema.columns import (
    BigKey,
    Document,
    Instant,
    currency_column,
    metadata,
    tenant_key,
    to,
    whole,
    words,
)

event = sa.Table(
    "event",
    metadata,
    sa.Column("id", BigKey, primary_key=True),
    sa.Column("tenant_id", sa.Integer, nullable=False),
    words("type", nullable=False),
    sa.Column("customer_id", sa.Uuid),
    sa.Column("actor_id", sa.Uuid),
    sa.Column("seller_id", sa.Uuid),
    sa.Column("product_id", sa.Uuid),
    words("aggregate_type"),
    words("aggregate_id"),
    sa.Column("occurred_at", Instant, nullable=False),
    sa.Column("recorded_at", Instant, nullable=False),
    sa.Column("ingested_at", Instant, nullable=False),
    sa.Column("due_at", Instant),
    whole("amount_minor"),
    currency_column(nullable=True),
    whole("base_minor"),
    whole("quantity"),
    whole("value"),
    words("method"),
    words("category"),
    words("reason"),
    words("source_key", nullable=False),
    sa.Column("attributes", Document),
    sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"]),
    to("customer"),
    to("product"),
    sa.UniqueConstraint("tenant_id", "id"),
    sa.UniqueConstraint("tenant_id", "source_key"),
    sa.CheckConstraint("recorded_at >= occurred_at", name="recorded_after_occurred"),
    sa.CheckConstraint(
        "(amount_minor IS NULL) = (base_minor IS NULL)"
        " AND (amount_minor IS NULL OR currency IS NOT NULL)",
        name="amount_has_currency",
    ),
    sa.Index(None, "tenant_id", "customer_id", "recorded_at"),
    sa.Index(None, "tenant_id", "recorded_at"),
)

backfill = sa.Table(
    "backfill",
    metadata,
    tenant_key(),
    sa.Column("event_id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("recorded_at", Instant, nullable=False),
    to("event"),
    sa.Index(None, "tenant_id", "number"),
)
"""Events that count from another instant than they were recorded at; see `commerce.records.stream.backfills`."""

outbox = sa.Table(
    "outbox",
    metadata,
    tenant_key(),
    sa.Column("event_id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("published_at", Instant),
    whole("attempts", small=True, nullable=False, server_default="0"),
    sa.Column("retry_at", Instant),
    to("event"),
    sa.Index(None, "published_at"),
)
