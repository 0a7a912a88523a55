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
)

CLOCK_MODES = ("wall", "recorded")
ROLES = ("user", "seller", "delivery", "admin", "superadmin")

tenant = sa.Table(
    "tenant",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("slug", sa.Text, nullable=False, unique=True),
    sa.Column("zone", sa.Text, nullable=False),
    currency_column(),
    sa.Column("clock_mode", sa.Text, nullable=False),
    sa.Column("observed_at", Instant),
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("name", sa.Text),
    sa.Column("domain", sa.Text),
    sa.Column("settings", Document),
    sa.Column("closed_at", Instant),
    one_of("clock_mode", CLOCK_MODES),
    sa.Index("uq_tenant_domain", "domain", unique=True),
)

counter = sa.Table(
    "counter",
    metadata,
    tenant_key(),
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("value", sa.BigInteger, nullable=False),
)

customer = record(
    "customer",
    sa.Column("number", sa.BigInteger, nullable=False),
    sa.Column("external_id", sa.Text),
    sa.Column("full_name", sa.Text),
    sa.Column("email", sa.Text),
    sa.Column("phone", sa.Text),
    sa.Column("country", sa.Text),
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("latitude", sa.Float),
    sa.Column("longitude", sa.Float),
    sa.Column("address", sa.Text),
    sa.Column("erased_at", Instant),
    sa.UniqueConstraint("tenant_id", "number"),
    sa.UniqueConstraint("tenant_id", "external_id"),
    sa.Index("uq_customer_email", "tenant_id", "email", unique=True),
    *located(),
)

users = record(
    "users",
    sa.Column("username", sa.Text, nullable=False),
    sa.Column("email", sa.Text),
    sa.Column("password_hash", sa.Text, nullable=False),
    sa.Column("role", sa.Text, nullable=False),
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
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("prefix", sa.Text, nullable=False, unique=True),
    sa.Column("secret_hash", sa.Text, nullable=False),
    sa.Column("role", sa.Text, nullable=False),
    sa.Column("user_id", sa.Uuid),
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("revoked_at", Instant),
    to("users", "user_id"),
    one_of("role", ROLES),
)

note = record(
    "note",
    sa.Column("customer_id", sa.Uuid, nullable=False),
    sa.Column("author_id", sa.Uuid),
    sa.Column("body", sa.Text, nullable=False),
    sa.Column("created_at", Instant, nullable=False),
    to("customer"),
    to("users", "author_id"),
    sa.Index(None, "tenant_id", "customer_id"),
)

notification = record(
    "notification",
    sa.Column("event_id", sa.BigInteger, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("recipient_type", sa.Text, nullable=False),
    sa.Column("recipient_id", sa.Uuid, nullable=False),
    sa.Column("subject_type", sa.Text),
    sa.Column("subject_id", sa.Text),
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
    sa.Column("operation", sa.Text, primary_key=True),
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("request_hash", sa.Text, nullable=False),
    sa.Column("result", Document),
    sa.Column("created_at", Instant, nullable=False),
)
