"""What a shop sells."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
)

from commerce.schema.columns import (
    currency_column,
    metadata,
    tenant_key,
    to,
    uuid_key,
)

category = Table(
    "category",
    metadata,
    tenant_key(),
    uuid_key(),
    Column("parent_id", Uuid),
    Column("name", Text, nullable=False),
    to("category", "parent_id"),
    UniqueConstraint("tenant_id", "name"),
)

product = Table(
    "product",
    metadata,
    tenant_key(),
    uuid_key(),
    Column("number", BigInteger, nullable=False),
    Column("external_id", Text),
    Column("name", Text, nullable=False),
    Column("category_id", Uuid),
    to("category"),
    UniqueConstraint("tenant_id", "number"),
    UniqueConstraint("tenant_id", "external_id"),
)

variant = Table(
    "variant",
    metadata,
    tenant_key(),
    uuid_key(),
    Column("product_id", Uuid, nullable=False),
    Column("sku", Text, nullable=False),
    Column("price_minor", BigInteger),
    currency_column(nullable=True),
    to("product"),
    UniqueConstraint("tenant_id", "sku"),
)
