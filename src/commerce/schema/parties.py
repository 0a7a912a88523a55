"""Whose records these are, and about whom they tell."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    Integer,
    Table,
    Text,
    UniqueConstraint,
)

from commerce.schema.columns import (
    Instant,
    currency_column,
    metadata,
    one_of,
    tenant_key,
    uuid_key,
)

CLOCK_MODES = ("wall", "recorded")

tenant = Table(
    "tenant",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("slug", Text, nullable=False, unique=True),
    Column("zone", Text, nullable=False),
    currency_column(),
    Column("clock_mode", Text, nullable=False),
    Column("observed_at", Instant),
    Column("created_at", Instant, nullable=False),
    one_of("clock_mode", CLOCK_MODES),
)

counter = Table(
    "counter",
    metadata,
    tenant_key(),
    Column("name", Text, primary_key=True),
    Column("value", BigInteger, nullable=False),
)

customer = Table(
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
    UniqueConstraint("tenant_id", "number"),
    UniqueConstraint("tenant_id", "external_id"),
)
