"""Tenants, customers and users as the first revision makes them."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
)

from commerce.records.migrations.r001.columns import (
    Document,
    Instant,
    currency_column,
    located,
    metadata,
    one_of,
    tenant_key,
    to,
    uuid_key,
)

Table(
    "tenant",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("slug", Text, nullable=False, unique=True),
    Column("zone", Text, nullable=False),
    currency_column(),
    Column("clock_mode", Text, nullable=False),
    Column("observed_at", Instant),
    Column("created_at", Instant, nullable=False),
    Column("name", Text),
    Column("domain", Text),
    Column("settings", Document),
    Column("closed_at", Instant),
    one_of("clock_mode", "wall recorded"),
    Index("uq_tenant_domain", "domain", unique=True),
)

Table(
    "counter",
    metadata,
    tenant_key(),
    Column("name", Text, primary_key=True),
    Column("value", BigInteger, nullable=False),
)

Table(
    "customer",
    metadata,
    tenant_key(),
    uuid_key(),
    Column("number", BigInteger, nullable=False),
    Column("external_id", Text),
    Column("full_name", Text),
    Column("email", Text),
    Column("phone", Text),
    Column("country", Text),
    Column("created_at", Instant, nullable=False),
    Column("latitude", Float),
    Column("longitude", Float),
    Column("address", Text),
    Column("erased_at", Instant),
    UniqueConstraint("tenant_id", "number"),
    UniqueConstraint("tenant_id", "external_id"),
    Index("uq_customer_email", "tenant_id", "email", unique=True),
    *located(),
)

Table(
    "users",
    metadata,
    tenant_key(),
    uuid_key(),
    Column("username", Text, nullable=False),
    Column("email", Text),
    Column("password_hash", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("customer_id", Uuid),
    Column("active", Boolean, nullable=False),
    Column("created_at", Instant, nullable=False),
    to("customer"),
    UniqueConstraint("tenant_id", "username"),
    UniqueConstraint("tenant_id", "customer_id"),
    one_of("role", "user seller delivery admin superadmin"),
)

Table(
    "api_key",
    metadata,
    tenant_key(),
    uuid_key(),
    Column("name", Text, nullable=False),
    Column("prefix", Text, nullable=False, unique=True),
    Column("secret_hash", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("user_id", Uuid),
    Column("created_at", Instant, nullable=False),
    Column("revoked_at", Instant),
    to("users", "user_id"),
    one_of("role", "user seller delivery admin superadmin"),
)

Table(
    "note",
    metadata,
    tenant_key(),
    uuid_key(),
    Column("customer_id", Uuid, nullable=False),
    Column("author_id", Uuid),
    Column("body", Text, nullable=False),
    Column("created_at", Instant, nullable=False),
    to("customer"),
    to("users", "author_id"),
    Index(None, "tenant_id", "customer_id"),
)

Table(
    "notification",
    metadata,
    tenant_key(),
    uuid_key(),
    Column("event_id", BigInteger, nullable=False),
    Column("kind", Text, nullable=False),
    Column("recipient_type", Text, nullable=False),
    Column("recipient_id", Uuid, nullable=False),
    Column("subject_type", Text),
    Column("subject_id", Text),
    Column("content", Document, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("mailed_at", Instant),
    Column("read_at", Instant),
    to("event"),
    UniqueConstraint("tenant_id", "event_id", "kind", "recipient_id"),
    one_of("recipient_type", "customer user"),
    Index(None, "tenant_id", "recipient_id", "created_at"),
)

Table(
    "idempotency_record",
    metadata,
    tenant_key(),
    Column("operation", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("request_hash", Text, nullable=False),
    Column("result", Document),
    Column("created_at", Instant, nullable=False),
)
