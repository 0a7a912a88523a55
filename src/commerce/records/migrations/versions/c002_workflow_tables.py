"""Tables of the workflows: users, brands, promotions, auctions, reviews, disputes, notifications."""

import sqlalchemy as sa
from alembic import op

from commerce.records.migrations.facts import keep_facts, release_facts
from commerce.records.schema.columns import BigKey, Document, Instant

revision = "c002"
down_revision = "c001"

TABLES = (
    "idempotency_record",
    "provider_record",
    "payment_method",
    "users",
    "api_key",
    "brand",
    "note",
    "dispute",
    "promotion",
    "review",
    "auction",
    "notification",
    "bid",
)
INDEXES = (
    ("note", ["tenant_id", "customer_id"]),
    ("dispute", ["tenant_id", "payment_id"]),
    ("promotion", ["tenant_id", "product_id"]),
    ("review", ["tenant_id", "product_id"]),
    ("auction", ["tenant_id", "status", "ends_at"]),
    ("notification", ["tenant_id", "recipient_id", "created_at"]),
    ("bid", ["tenant_id", "auction_id", "maximum_minor"]),
    ("bid", ["tenant_id", "customer_id"]),
)

# fmt: off


def upgrade() -> None:
    op.create_table('idempotency_record',
    sa.Column('tenant_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('operation', sa.Text(), nullable=False),
    sa.Column('key', sa.Text(), nullable=False),
    sa.Column('request_hash', sa.Text(), nullable=False),
    sa.Column('result', Document, nullable=True),
    sa.Column('created_at', Instant(), nullable=False),
    sa.ForeignKeyConstraint(['tenant_id'], ['tenant.id'], name=op.f('fk_idempotency_record_tenant_id')),
    sa.PrimaryKeyConstraint('tenant_id', 'operation', 'key', name=op.f('pk_idempotency_record'))
    )
    op.create_table('provider_record',
    sa.Column('tenant_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('reference', sa.Text(), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('document', Document, nullable=False),
    sa.ForeignKeyConstraint(['tenant_id'], ['tenant.id'], name=op.f('fk_provider_record_tenant_id')),
    sa.PrimaryKeyConstraint('tenant_id', 'reference', name=op.f('pk_provider_record'))
    )
    op.create_table('payment_method',
    sa.Column('tenant_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('customer_id', sa.Uuid(), nullable=False),
    sa.Column('provider', sa.Text(), nullable=False),
    sa.Column('reference', sa.Text(), nullable=False),
    sa.Column('brand', sa.Text(), nullable=True),
    sa.Column('last4', sa.Text(), nullable=True),
    sa.Column('is_default', sa.Boolean(), nullable=False),
    sa.Column('attached_at', Instant(), nullable=False),
    sa.Column('detached_at', Instant(), nullable=True),
    sa.ForeignKeyConstraint(['tenant_id', 'customer_id'], ['customer.tenant_id', 'customer.id'], name=op.f('fk_payment_method_tenant_id_customer_id')),
    sa.ForeignKeyConstraint(['tenant_id'], ['tenant.id'], name=op.f('fk_payment_method_tenant_id')),
    sa.PrimaryKeyConstraint('tenant_id', 'id', name=op.f('pk_payment_method')),
    sa.UniqueConstraint('tenant_id', 'provider', 'reference', name=op.f('uq_payment_method_tenant_id_provider_reference'))
    )
    op.create_index('uq_payment_method_one_default', 'payment_method', ['tenant_id', 'customer_id'], unique=True, sqlite_where=sa.text('is_default'), postgresql_where=sa.text('is_default'))

    op.create_table('users',
    sa.Column('tenant_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('username', sa.Text(), nullable=False),
    sa.Column('email', sa.Text(), nullable=True),
    sa.Column('password_hash', sa.Text(), nullable=False),
    sa.Column('role', sa.Text(), nullable=False),
    sa.Column('customer_id', sa.Uuid(), nullable=True),
    sa.Column('active', sa.Boolean(), nullable=False),
    sa.Column('created_at', Instant(), nullable=False),
    sa.CheckConstraint("role IN ('user', 'seller', 'delivery', 'admin', 'superadmin')", name=op.f('ck_users_role')),
    sa.ForeignKeyConstraint(['tenant_id', 'customer_id'], ['customer.tenant_id', 'customer.id'], name=op.f('fk_users_tenant_id_customer_id')),
    sa.ForeignKeyConstraint(['tenant_id'], ['tenant.id'], name=op.f('fk_users_tenant_id')),
    sa.PrimaryKeyConstraint('tenant_id', 'id', name=op.f('pk_users')),
    sa.UniqueConstraint('tenant_id', 'customer_id', name=op.f('uq_users_tenant_id_customer_id')),
    sa.UniqueConstraint('tenant_id', 'username', name=op.f('uq_users_tenant_id_username'))
    )
    op.create_table('api_key',
    sa.Column('tenant_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('prefix', sa.Text(), nullable=False),
    sa.Column('secret_hash', sa.Text(), nullable=False),
    sa.Column('role', sa.Text(), nullable=False),
    sa.Column('user_id', sa.Uuid(), nullable=True),
    sa.Column('created_at', Instant(), nullable=False),
    sa.Column('revoked_at', Instant(), nullable=True),
    sa.CheckConstraint("role IN ('user', 'seller', 'delivery', 'admin', 'superadmin')", name=op.f('ck_api_key_role')),
    sa.ForeignKeyConstraint(['tenant_id', 'user_id'], ['users.tenant_id', 'users.id'], name=op.f('fk_api_key_tenant_id_user_id')),
    sa.ForeignKeyConstraint(['tenant_id'], ['tenant.id'], name=op.f('fk_api_key_tenant_id')),
    sa.PrimaryKeyConstraint('tenant_id', 'id', name=op.f('pk_api_key')),
    sa.UniqueConstraint('prefix', name=op.f('uq_api_key_prefix'))
    )
    op.create_table('brand',
    sa.Column('tenant_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('owner_id', sa.Uuid(), nullable=True),
    sa.Column('status', sa.Text(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=True),
    sa.Column('event_id', sa.BigInteger(), nullable=True),
    sa.CheckConstraint("status IN ('pending', 'approved', 'rejected')", name=op.f('ck_brand_status')),
    sa.ForeignKeyConstraint(['tenant_id', 'owner_id'], ['users.tenant_id', 'users.id'], name=op.f('fk_brand_tenant_id_owner_id')),
    sa.ForeignKeyConstraint(['tenant_id'], ['tenant.id'], name=op.f('fk_brand_tenant_id')),
    sa.PrimaryKeyConstraint('tenant_id', 'id', name=op.f('pk_brand')),
    sa.UniqueConstraint('tenant_id', 'name', name=op.f('uq_brand_tenant_id_name'))
    )
    op.create_table('note',
    sa.Column('tenant_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('customer_id', sa.Uuid(), nullable=False),
    sa.Column('author_id', sa.Uuid(), nullable=True),
    sa.Column('body', sa.Text(), nullable=False),
    sa.Column('created_at', Instant(), nullable=False),
    sa.ForeignKeyConstraint(['tenant_id', 'author_id'], ['users.tenant_id', 'users.id'], name=op.f('fk_note_tenant_id_author_id')),
    sa.ForeignKeyConstraint(['tenant_id', 'customer_id'], ['customer.tenant_id', 'customer.id'], name=op.f('fk_note_tenant_id_customer_id')),
    sa.ForeignKeyConstraint(['tenant_id'], ['tenant.id'], name=op.f('fk_note_tenant_id')),
    sa.PrimaryKeyConstraint('tenant_id', 'id', name=op.f('pk_note'))
    )

    op.create_table('dispute',
    sa.Column('tenant_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('payment_id', sa.Uuid(), nullable=False),
    sa.Column('customer_id', sa.Uuid(), nullable=True),
    sa.Column('reference', sa.Text(), nullable=True),
    sa.Column('status', sa.Text(), nullable=False),
    sa.Column('amount_minor', sa.BigInteger(), nullable=False),
    sa.Column('currency', sa.Text(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=True),
    sa.Column('opened_at', Instant(), nullable=False),
    sa.Column('event_id', sa.BigInteger(), nullable=True),
    sa.CheckConstraint("status IN ('open', 'won', 'lost')", name=op.f('ck_dispute_status')),
    sa.CheckConstraint('amount_minor > 0', name=op.f('ck_dispute_amount_minor')),
    sa.ForeignKeyConstraint(['tenant_id', 'customer_id'], ['customer.tenant_id', 'customer.id'], name=op.f('fk_dispute_tenant_id_customer_id')),
    sa.ForeignKeyConstraint(['tenant_id', 'payment_id'], ['payment.tenant_id', 'payment.id'], name=op.f('fk_dispute_tenant_id_payment_id')),
    sa.ForeignKeyConstraint(['tenant_id'], ['tenant.id'], name=op.f('fk_dispute_tenant_id')),
    sa.PrimaryKeyConstraint('tenant_id', 'id', name=op.f('pk_dispute')),
    sa.UniqueConstraint('tenant_id', 'reference', name=op.f('uq_dispute_tenant_id_reference'))
    )

    op.create_table('promotion',
    sa.Column('tenant_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('product_id', sa.Uuid(), nullable=True),
    sa.Column('category_id', sa.Uuid(), nullable=True),
    sa.Column('percent_bp', sa.Integer(), nullable=True),
    sa.Column('amount_minor', sa.BigInteger(), nullable=True),
    sa.Column('starts_at', Instant(), nullable=True),
    sa.Column('ends_at', Instant(), nullable=True),
    sa.CheckConstraint('(percent_bp IS NULL) <> (amount_minor IS NULL)', name=op.f('ck_promotion_one_discount')),
    sa.CheckConstraint('amount_minor > 0', name=op.f('ck_promotion_amount_minor')),
    sa.CheckConstraint('percent_bp BETWEEN 1 AND 10000', name=op.f('ck_promotion_percent_bp')),
    sa.CheckConstraint('starts_at < ends_at', name=op.f('ck_promotion_period')),
    sa.ForeignKeyConstraint(['tenant_id', 'category_id'], ['category.tenant_id', 'category.id'], name=op.f('fk_promotion_tenant_id_category_id')),
    sa.ForeignKeyConstraint(['tenant_id', 'product_id'], ['product.tenant_id', 'product.id'], name=op.f('fk_promotion_tenant_id_product_id')),
    sa.ForeignKeyConstraint(['tenant_id'], ['tenant.id'], name=op.f('fk_promotion_tenant_id')),
    sa.PrimaryKeyConstraint('tenant_id', 'id', name=op.f('pk_promotion'))
    )

    op.create_table('review',
    sa.Column('tenant_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('product_id', sa.Uuid(), nullable=False),
    sa.Column('order_id', sa.Uuid(), nullable=False),
    sa.Column('customer_id', sa.Uuid(), nullable=False),
    sa.Column('stars', sa.Integer(), nullable=False),
    sa.Column('body', sa.Text(), nullable=True),
    sa.Column('status', sa.Text(), nullable=False),
    sa.Column('posted_at', Instant(), nullable=False),
    sa.Column('event_id', sa.BigInteger(), nullable=True),
    sa.CheckConstraint("status IN ('posted', 'removed')", name=op.f('ck_review_status')),
    sa.CheckConstraint('stars BETWEEN 1 AND 5', name=op.f('ck_review_stars')),
    sa.ForeignKeyConstraint(['tenant_id', 'customer_id'], ['customer.tenant_id', 'customer.id'], name=op.f('fk_review_tenant_id_customer_id')),
    sa.ForeignKeyConstraint(['tenant_id', 'order_id'], ['orders.tenant_id', 'orders.id'], name=op.f('fk_review_tenant_id_order_id')),
    sa.ForeignKeyConstraint(['tenant_id', 'product_id'], ['product.tenant_id', 'product.id'], name=op.f('fk_review_tenant_id_product_id')),
    sa.ForeignKeyConstraint(['tenant_id'], ['tenant.id'], name=op.f('fk_review_tenant_id')),
    sa.PrimaryKeyConstraint('tenant_id', 'id', name=op.f('pk_review')),
    sa.UniqueConstraint('tenant_id', 'order_id', 'product_id', name=op.f('uq_review_tenant_id_order_id_product_id'))
    )

    op.create_table('auction',
    sa.Column('tenant_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('external_id', sa.Text(), nullable=True),
    sa.Column('product_id', sa.Uuid(), nullable=True),
    sa.Column('variant_id', sa.Uuid(), nullable=True),
    sa.Column('seller_id', sa.Uuid(), nullable=True),
    sa.Column('status', sa.Text(), nullable=False),
    sa.Column('currency', sa.Text(), nullable=False),
    sa.Column('opening_minor', sa.BigInteger(), nullable=False),
    sa.Column('reserve_minor', sa.BigInteger(), nullable=True),
    sa.Column('buy_now_minor', sa.BigInteger(), nullable=True),
    sa.Column('increments', Document, nullable=True),
    sa.Column('starts_at', Instant(), nullable=False),
    sa.Column('ends_at', Instant(), nullable=False),
    sa.Column('extension_seconds', sa.Integer(), server_default='0', nullable=False),
    sa.Column('extensions_left', sa.Integer(), server_default='0', nullable=False),
    sa.Column('order_id', sa.Uuid(), nullable=True),
    sa.Column('event_id', sa.BigInteger(), nullable=True),
    sa.CheckConstraint("status IN ('draft', 'submitted', 'scheduled', 'live', 'sold', 'unsold', 'rejected')", name=op.f('ck_auction_status')),
    sa.CheckConstraint('buy_now_minor > opening_minor', name=op.f('ck_auction_buy_now_minor')),
    sa.CheckConstraint('extensions_left >= 0', name=op.f('ck_auction_extensions_left')),
    sa.CheckConstraint('opening_minor > 0', name=op.f('ck_auction_opening_minor')),
    sa.CheckConstraint('reserve_minor >= opening_minor', name=op.f('ck_auction_reserve_minor')),
    sa.CheckConstraint('starts_at < ends_at', name=op.f('ck_auction_period')),
    sa.ForeignKeyConstraint(['tenant_id', 'order_id'], ['orders.tenant_id', 'orders.id'], name=op.f('fk_auction_tenant_id_order_id')),
    sa.ForeignKeyConstraint(['tenant_id', 'product_id'], ['product.tenant_id', 'product.id'], name=op.f('fk_auction_tenant_id_product_id')),
    sa.ForeignKeyConstraint(['tenant_id', 'seller_id'], ['users.tenant_id', 'users.id'], name=op.f('fk_auction_tenant_id_seller_id')),
    sa.ForeignKeyConstraint(['tenant_id', 'variant_id'], ['variant.tenant_id', 'variant.id'], name=op.f('fk_auction_tenant_id_variant_id')),
    sa.ForeignKeyConstraint(['tenant_id'], ['tenant.id'], name=op.f('fk_auction_tenant_id')),
    sa.PrimaryKeyConstraint('tenant_id', 'id', name=op.f('pk_auction')),
    sa.UniqueConstraint('tenant_id', 'external_id', name=op.f('uq_auction_tenant_id_external_id'))
    )

    op.create_table('notification',
    sa.Column('tenant_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('event_id', sa.BigInteger(), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('recipient_type', sa.Text(), nullable=False),
    sa.Column('recipient_id', sa.Uuid(), nullable=False),
    sa.Column('subject_type', sa.Text(), nullable=True),
    sa.Column('subject_id', sa.Text(), nullable=True),
    sa.Column('content', Document, nullable=False),
    sa.Column('created_at', Instant(), nullable=False),
    sa.Column('mailed_at', Instant(), nullable=True),
    sa.Column('read_at', Instant(), nullable=True),
    sa.CheckConstraint("recipient_type IN ('customer', 'user')", name=op.f('ck_notification_recipient_type')),
    sa.ForeignKeyConstraint(['tenant_id', 'event_id'], ['event.tenant_id', 'event.id'], name=op.f('fk_notification_tenant_id_event_id')),
    sa.ForeignKeyConstraint(['tenant_id'], ['tenant.id'], name=op.f('fk_notification_tenant_id')),
    sa.PrimaryKeyConstraint('tenant_id', 'id', name=op.f('pk_notification')),
    sa.UniqueConstraint('tenant_id', 'event_id', 'kind', 'recipient_id', name=op.f('uq_notification_tenant_id_event_id_kind_recipient_id'))
    )

    op.create_table('bid',
    sa.Column('id', BigKey, nullable=False),
    sa.Column('tenant_id', sa.Integer(), nullable=False),
    sa.Column('auction_id', sa.Uuid(), nullable=False),
    sa.Column('customer_id', sa.Uuid(), nullable=False),
    sa.Column('event_id', sa.BigInteger(), nullable=False),
    sa.Column('amount_minor', sa.BigInteger(), nullable=False),
    sa.Column('maximum_minor', sa.BigInteger(), nullable=False),
    sa.Column('placed_at', Instant(), nullable=False),
    sa.CheckConstraint('amount_minor > 0 AND maximum_minor >= amount_minor', name=op.f('ck_bid_amounts')),
    sa.ForeignKeyConstraint(['tenant_id', 'auction_id'], ['auction.tenant_id', 'auction.id'], name=op.f('fk_bid_tenant_id_auction_id')),
    sa.ForeignKeyConstraint(['tenant_id', 'customer_id'], ['customer.tenant_id', 'customer.id'], name=op.f('fk_bid_tenant_id_customer_id')),
    sa.ForeignKeyConstraint(['tenant_id', 'event_id'], ['event.tenant_id', 'event.id'], name=op.f('fk_bid_tenant_id_event_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_bid')),
    sa.UniqueConstraint('tenant_id', 'id', name=op.f('uq_bid_tenant_id_id'))
    )
    for table, columns in INDEXES:
        op.create_index(op.f(f"ix_{table}_{'_'.join(columns)}"), table, columns)
    keep_facts("bid")


def downgrade() -> None:
    release_facts("bid")
    for table in reversed(TABLES):
        op.drop_table(table)
