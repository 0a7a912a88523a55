"""What a shop sells."""

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
    Instant,
    currency_column,
    metadata,
    one_of,
    tenant_key,
    to,
    told_by,
    uuid_key,
)

BRAND_STATES = ("pending", "approved", "rejected")
PRODUCT_STATES = ("submitted", "approved", "rejected", "retired")
REVIEW_STATES = ("posted", "removed")

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

brand = Table(
    "brand",
    metadata,
    tenant_key(),
    uuid_key(),
    Column("name", Text, nullable=False),
    Column("owner_id", Uuid),
    Column("status", Text, nullable=False),
    Column("reason", Text),
    told_by(),
    to("users", "owner_id"),
    UniqueConstraint("tenant_id", "name"),
    one_of("status", BRAND_STATES),
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
    Column("brand_id", Uuid),
    Column("seller_id", Uuid),
    Column("description", Text),
    Column("status", Text, nullable=False, server_default="approved"),
    Column("ratings_count", BigInteger, nullable=False, server_default="0"),
    Column("ratings_sum", BigInteger, nullable=False, server_default="0"),
    told_by(),
    to("category"),
    to("brand"),
    to("users", "seller_id"),
    UniqueConstraint("tenant_id", "number"),
    UniqueConstraint("tenant_id", "external_id"),
    one_of("status", PRODUCT_STATES),
    CheckConstraint(
        "ratings_count >= 0 AND ratings_sum BETWEEN ratings_count AND 5 * ratings_count",
        name="ratings",
    ),
    Index(None, "tenant_id", "category_id"),
    Index(None, "tenant_id", "seller_id"),
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
    Column("low_stock_at", BigInteger, nullable=False, server_default="0"),
    to("product"),
    UniqueConstraint("tenant_id", "sku"),
    Index(None, "tenant_id", "product_id"),
)

promotion = Table(
    "promotion",
    metadata,
    tenant_key(),
    uuid_key(),
    Column("name", Text, nullable=False),
    Column("product_id", Uuid),
    Column("category_id", Uuid),
    Column("percent_bp", Integer),
    Column("amount_minor", BigInteger),
    Column("starts_at", Instant),
    Column("ends_at", Instant),
    to("product"),
    to("category"),
    CheckConstraint("(percent_bp IS NULL) <> (amount_minor IS NULL)", name="one_discount"),
    CheckConstraint("percent_bp BETWEEN 1 AND 10000", name="percent_bp"),
    CheckConstraint("amount_minor > 0", name="amount_minor"),
    CheckConstraint("starts_at < ends_at", name="period"),
    Index(None, "tenant_id", "product_id"),
)

review = Table(
    "review",
    metadata,
    tenant_key(),
    uuid_key(),
    Column("product_id", Uuid, nullable=False),
    Column("order_id", Uuid, nullable=False),
    Column("customer_id", Uuid, nullable=False),
    Column("stars", Integer, nullable=False),
    Column("body", Text),
    Column("status", Text, nullable=False),
    Column("posted_at", Instant, nullable=False),
    told_by(),
    to("product"),
    to("orders", "order_id"),
    to("customer"),
    UniqueConstraint("tenant_id", "order_id", "product_id"),
    one_of("status", REVIEW_STATES),
    CheckConstraint("stars BETWEEN 1 AND 5", name="stars"),
    Index(None, "tenant_id", "product_id"),
)
