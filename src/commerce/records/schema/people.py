"""Whose records these are, and whom they are about: tenants, users with their keys, customers and notes on them."""

import sqlalchemy as sa

from commerce.records.schema.columns import (
    Document,
    Instant,
    currency_column,
    located,
    metadata,
    one_of,
    record,
    tenant_key,
    to,
    whole,
    words,
)

CLOCK_MODES = ("wall", "recorded")
ROLES = ("user", "seller", "delivery", "admin", "superadmin")

tenant = sa.Table(
    "tenant",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    words("slug", nullable=False, unique=True),
    words("zone", nullable=False),
    currency_column(),
    words("clock_mode", nullable=False),
    sa.Column("observed_at", Instant),
    sa.Column("created_at", Instant, nullable=False),
    words("name"),
    words("domain"),
    sa.Column("settings", Document),
    sa.Column("closed_at", Instant),
    one_of("clock_mode", CLOCK_MODES),
    sa.Index("uq_tenant_domain", "domain", unique=True),
)

counter = sa.Table(
    "counter",
    metadata,
    tenant_key(),
    words("name", primary_key=True),
    whole("value", nullable=False),
)

customer = record(
    "customer",
    whole("number", nullable=False),
    words("external_id"),
    words("full_name"),
    words("email"),
    words("phone"),
    words("country"),
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("latitude", sa.Float),
    sa.Column("longitude", sa.Float),
    words("address"),
    sa.Column("erased_at", Instant),
    sa.UniqueConstraint("tenant_id", "number"),
    sa.UniqueConstraint("tenant_id", "external_id"),
    sa.Index("uq_customer_email", "tenant_id", "email", unique=True),
    sa.Index(None, "tenant_id", "country"),
    *located(),
)

users = record(
    "users",
    words("username", nullable=False),
    words("email"),
    words("password_hash", nullable=False),
    words("role", nullable=False),
    sa.Column("customer_id", sa.Uuid),
    sa.Column("active", sa.Boolean, nullable=False),
    sa.Column("created_at", Instant, nullable=False),
    to("customer"),
    sa.UniqueConstraint("tenant_id", "username"),
    sa.UniqueConstraint("tenant_id", "customer_id"),
    one_of("role", ROLES),
)

api_key = record(
    "api_key",
    words("name", nullable=False),
    words("prefix", nullable=False, unique=True),
    words("secret_hash", nullable=False),
    words("role", nullable=False),
    sa.Column("user_id", sa.Uuid),
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("revoked_at", Instant),
    sa.Column("expires_at", Instant),
    sa.Column("scopes", Document),
    to("users", "user_id"),
    one_of("role", ROLES),
)

note = record(
    "note",
    sa.Column("customer_id", sa.Uuid, nullable=False),
    sa.Column("author_id", sa.Uuid),
    words("body", nullable=False),
    sa.Column("created_at", Instant, nullable=False),
    to("customer"),
    to("users", "author_id"),
    sa.Index(None, "tenant_id", "customer_id"),
)

notification = record(
    "notification",
    sa.Column("event_id", sa.BigInteger, nullable=False),
    words("kind", nullable=False),
    words("recipient_type", nullable=False),
    sa.Column("recipient_id", sa.Uuid, nullable=False),
    words("subject_type"),
    words("subject_id"),
    sa.Column("content", Document, nullable=False),
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("mailed_at", Instant),
    sa.Column("read_at", Instant),
    to("event"),
    sa.UniqueConstraint("tenant_id", "event_id", "kind", "recipient_id"),
    one_of("recipient_type", ("customer", "user")),
    sa.Index(None, "tenant_id", "recipient_id", "created_at"),
)

idempotency_record = sa.Table(
    "idempotency_record",
    metadata,
    tenant_key(),
    words("operation", primary_key=True),
    words("key", primary_key=True),
    words("request_hash", nullable=False),
    sa.Column("result", Document),
    sa.Column("created_at", Instant, nullable=False),
)
