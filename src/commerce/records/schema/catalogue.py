"""What a shop sells, at a price or to who bids most."""

import sqlalchemy as sa

from commerce.records.schema.columns import (
    BigKey,
    Document,
    Instant,
    currency_column,
    emitted_by,
    metadata,
    one_of,
    record,
    to,
    whole,
    words,
)
from commerce.records.states import AUCTION, BRAND, PRODUCT, REVIEW

category = record(
    "category",
    sa.Column("parent_id", sa.Uuid),
    words("name", nullable=False),
    to("category", "parent_id"),
    sa.UniqueConstraint("tenant_id", "name"),
)

brand = record(
    "brand",
    words("name", nullable=False),
    sa.Column("owner_id", sa.Uuid),
    words("status", nullable=False),
    words("reason"),
    emitted_by(),
    to("users", "owner_id"),
    sa.UniqueConstraint("tenant_id", "name"),
    one_of("status", BRAND.states),
)

product = record(
    "product",
    whole("number", nullable=False),
    words("external_id"),
    words("name", nullable=False),
    sa.Column("category_id", sa.Uuid),
    sa.Column("brand_id", sa.Uuid),
    sa.Column("seller_id", sa.Uuid),
    words("description"),
    words("status", nullable=False, server_default="approved"),
    whole("ratings_count", nullable=False, server_default="0"),
    whole("ratings_sum", nullable=False, server_default="0"),
    emitted_by(),
    to("category"),
    to("brand"),
    to("users", "seller_id"),
    sa.UniqueConstraint("tenant_id", "number"),
    sa.UniqueConstraint("tenant_id", "external_id"),
    one_of("status", PRODUCT.states),
    sa.CheckConstraint(
        "ratings_count >= 0 AND ratings_sum BETWEEN ratings_count AND 5 * ratings_count",
        name="ratings",
    ),
    sa.Index(None, "tenant_id", "category_id"),
    sa.Index(None, "tenant_id", "seller_id"),
)

variant = record(
    "variant",
    sa.Column("product_id", sa.Uuid, nullable=False),
    words("sku", nullable=False),
    whole("price_minor"),
    currency_column(nullable=True),
    whole("low_stock_at", nullable=False, server_default="0"),
    to("product"),
    sa.UniqueConstraint("tenant_id", "sku"),
    sa.Index(None, "tenant_id", "product_id"),
)

image = record(
    "image",
    sa.Column("product_id", sa.Uuid, nullable=False),
    whole("position", small=True, nullable=False),
    words("digest", nullable=False),
    sa.Column("files", Document, nullable=False),
    to("product"),
    sa.UniqueConstraint("tenant_id", "product_id", "digest"),
)

promotion = record(
    "promotion",
    words("name", nullable=False),
    sa.Column("product_id", sa.Uuid),
    sa.Column("category_id", sa.Uuid),
    whole("percent_bp", small=True),
    whole("amount_minor"),
    sa.Column("starts_at", Instant),
    sa.Column("ends_at", Instant),
    to("product"),
    to("category"),
    sa.CheckConstraint("(percent_bp IS NULL) <> (amount_minor IS NULL)", name="one_discount"),
    sa.CheckConstraint("percent_bp BETWEEN 1 AND 10000", name="percent_bp"),
    sa.CheckConstraint("amount_minor > 0", name="amount_minor"),
    sa.CheckConstraint("starts_at < ends_at", name="period"),
    sa.Index(None, "tenant_id", "product_id"),
)

review = record(
    "review",
    sa.Column("product_id", sa.Uuid, nullable=False),
    sa.Column("order_id", sa.Uuid, nullable=False),
    sa.Column("customer_id", sa.Uuid, nullable=False),
    whole("stars", small=True, nullable=False),
    words("body"),
    words("status", nullable=False),
    sa.Column("posted_at", Instant, nullable=False),
    emitted_by(),
    to("product"),
    to("orders", "order_id"),
    to("customer"),
    sa.UniqueConstraint("tenant_id", "order_id", "product_id"),
    one_of("status", REVIEW.states),
    sa.CheckConstraint("stars BETWEEN 1 AND 5", name="stars"),
    sa.Index(None, "tenant_id", "product_id"),
)

auction = record(
    "auction",
    words("external_id"),
    sa.Column("product_id", sa.Uuid),
    sa.Column("variant_id", sa.Uuid),
    sa.Column("seller_id", sa.Uuid),
    words("status", nullable=False),
    currency_column(),
    whole("opening_minor", nullable=False),
    whole("reserve_minor"),
    whole("buy_now_minor"),
    sa.Column("increments", Document),
    sa.Column("starts_at", Instant, nullable=False),
    sa.Column("ends_at", Instant, nullable=False),
    whole("extension_seconds", small=True, nullable=False, server_default="0"),
    whole("extensions_left", small=True, nullable=False, server_default="0"),
    sa.Column("order_id", sa.Uuid),
    emitted_by(),
    to("product"),
    to("variant"),
    to("users", "seller_id"),
    to("orders", "order_id"),
    sa.UniqueConstraint("tenant_id", "external_id"),
    one_of("status", AUCTION.states),
    sa.CheckConstraint("opening_minor > 0", name="opening_minor"),
    sa.CheckConstraint("reserve_minor >= opening_minor", name="reserve_minor"),
    sa.CheckConstraint("buy_now_minor > opening_minor", name="buy_now_minor"),
    sa.CheckConstraint("starts_at < ends_at", name="period"),
    sa.CheckConstraint("extensions_left >= 0", name="extensions_left"),
    sa.Index(None, "tenant_id", "status", "ends_at"),
)

bid = sa.Table(
    "bid",
    metadata,
    sa.Column("id", BigKey, primary_key=True),
    sa.Column("tenant_id", sa.Integer, nullable=False),
    sa.Column("auction_id", sa.Uuid, nullable=False),
    sa.Column("customer_id", sa.Uuid, nullable=False),
    sa.Column("event_id", sa.BigInteger, nullable=False),
    whole("amount_minor", nullable=False),
    whole("maximum_minor", nullable=False),
    sa.Column("placed_at", Instant, nullable=False),
    to("auction"),
    to("customer"),
    to("event"),
    sa.UniqueConstraint("tenant_id", "id"),
    sa.CheckConstraint("amount_minor > 0 AND maximum_minor >= amount_minor", name="amounts"),
    sa.Index(None, "tenant_id", "auction_id", "maximum_minor"),
    sa.Index(None, "tenant_id", "customer_id"),
)
