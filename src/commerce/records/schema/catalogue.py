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
)
from commerce.records.states import AUCTION, BRAND, PRODUCT, REVIEW

category = record(
    "category",
    sa.Column("parent_id", sa.Uuid),
    sa.Column("name", sa.Text, nullable=False),
    to("category", "parent_id"),
    sa.UniqueConstraint("tenant_id", "name"),
)

brand = record(
    "brand",
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("owner_id", sa.Uuid),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("reason", sa.Text),
    emitted_by(),
    to("users", "owner_id"),
    sa.UniqueConstraint("tenant_id", "name"),
    one_of("status", BRAND.states),
)

product = record(
    "product",
    sa.Column("number", sa.BigInteger, nullable=False),
    sa.Column("external_id", sa.Text),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("category_id", sa.Uuid),
    sa.Column("brand_id", sa.Uuid),
    sa.Column("seller_id", sa.Uuid),
    sa.Column("description", sa.Text),
    sa.Column("status", sa.Text, nullable=False, server_default="approved"),
    sa.Column("ratings_count", sa.BigInteger, nullable=False, server_default="0"),
    sa.Column("ratings_sum", sa.BigInteger, nullable=False, server_default="0"),
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
    sa.Column("sku", sa.Text, nullable=False),
    sa.Column("price_minor", sa.BigInteger),
    currency_column(nullable=True),
    sa.Column("low_stock_at", sa.BigInteger, nullable=False, server_default="0"),
    to("product"),
    sa.UniqueConstraint("tenant_id", "sku"),
    sa.Index(None, "tenant_id", "product_id"),
)

promotion = record(
    "promotion",
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("product_id", sa.Uuid),
    sa.Column("category_id", sa.Uuid),
    sa.Column("percent_bp", sa.Integer),
    sa.Column("amount_minor", sa.BigInteger),
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
    sa.Column("stars", sa.Integer, nullable=False),
    sa.Column("body", sa.Text),
    sa.Column("status", sa.Text, nullable=False),
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
    sa.Column("external_id", sa.Text),
    sa.Column("product_id", sa.Uuid),
    sa.Column("variant_id", sa.Uuid),
    sa.Column("seller_id", sa.Uuid),
    sa.Column("status", sa.Text, nullable=False),
    currency_column(),
    sa.Column("opening_minor", sa.BigInteger, nullable=False),
    sa.Column("reserve_minor", sa.BigInteger),
    sa.Column("buy_now_minor", sa.BigInteger),
    sa.Column("increments", Document),
    sa.Column("starts_at", Instant, nullable=False),
    sa.Column("ends_at", Instant, nullable=False),
    sa.Column("extension_seconds", sa.Integer, nullable=False, server_default="0"),
    sa.Column("extensions_left", sa.Integer, nullable=False, server_default="0"),
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
    sa.Column("amount_minor", sa.BigInteger, nullable=False),
    sa.Column("maximum_minor", sa.BigInteger, nullable=False),
    sa.Column("placed_at", Instant, nullable=False),
    to("auction"),
    to("customer"),
    to("event"),
    sa.UniqueConstraint("tenant_id", "id"),
    sa.CheckConstraint("amount_minor > 0 AND maximum_minor >= amount_minor", name="amounts"),
    sa.Index(None, "tenant_id", "auction_id", "maximum_minor"),
    sa.Index(None, "tenant_id", "customer_id"),
)
