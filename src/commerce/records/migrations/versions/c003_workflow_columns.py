"""What the workflows need to know of records that are there already."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from commerce.records.migrations.facts import keep_facts, release_facts
from commerce.records.schema.columns import Document, Instant

revision = "c003"
down_revision = "c002"


def _count(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.BigInteger(), server_default="0", nullable=False)


def _place() -> list[sa.Column[Any]]:
    return [
        sa.Column("latitude", sa.Float()),
        sa.Column("longitude", sa.Float()),
        sa.Column("address", sa.Text()),
    ]


def _columns() -> dict[str, list[sa.Column[Any]]]:
    return {
        "account": [sa.Column("last_posting_id", sa.BigInteger())],
        "customer": [*_place(), sa.Column("erased_at", Instant())],
        "tenant": [
            sa.Column("name", sa.Text()),
            sa.Column("domain", sa.Text()),
            sa.Column("settings", Document),
            sa.Column("closed_at", Instant()),
        ],
        "product": [
            sa.Column("brand_id", sa.Uuid()),
            sa.Column("seller_id", sa.Uuid()),
            sa.Column("description", sa.Text()),
            sa.Column("status", sa.Text(), server_default="approved", nullable=False),
            _count("ratings_count"),
            _count("ratings_sum"),
            sa.Column("event_id", sa.BigInteger()),
        ],
        "variant": [_count("low_stock_at")],
        "orders": [
            sa.Column("method", sa.Text()),
            _count("discount_minor"),
            _count("tax_minor"),
            sa.Column("country", sa.Text()),
            *_place(),
            sa.Column("event_id", sa.BigInteger()),
        ],
        "order_line": [
            sa.Column("seller_id", sa.Uuid()),
            sa.Column("promotion_id", sa.Uuid()),
            _count("discount_minor"),
            _count("tax_minor"),
        ],
        "delivery": [
            sa.Column("courier_id", sa.Uuid()),
            sa.Column("pin_hash", sa.Text()),
            sa.Column("token_hash", sa.Text()),
            sa.Column("proof_expires_at", Instant()),
            sa.Column("wrong_tries", sa.Integer(), server_default="0", nullable=False),
            sa.Column("proof_latitude", sa.Float()),
            sa.Column("proof_longitude", sa.Float()),
            sa.Column("event_id", sa.BigInteger()),
        ],
        "return_request": [
            sa.Column("received_quantity", sa.BigInteger()),
            sa.Column("condition", sa.Text()),
            sa.Column("seller_at_fault", sa.Boolean()),
            sa.Column("refund_minor", sa.BigInteger()),
            sa.Column("event_id", sa.BigInteger()),
        ],
        "payment": [
            sa.Column("provider", sa.Text()),
            sa.Column("reference", sa.Text()),
            sa.Column("payment_method_id", sa.Uuid()),
            sa.Column("heard_at", Instant()),
            sa.Column("event_id", sa.BigInteger()),
        ],
        "payment_event": [sa.Column("reference", sa.Text())],
        "invoice": [sa.Column("payment_id", sa.Uuid())],
        "outbox": [
            sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
            sa.Column("retry_at", Instant()),
        ],
    }


REFERENCES = (
    ("product", "brand_id", "brand"),
    ("product", "seller_id", "users"),
    ("order_line", "seller_id", "users"),
    ("order_line", "promotion_id", "promotion"),
    ("delivery", "courier_id", "users"),
    ("payment", "payment_method_id", "payment_method"),
    ("invoice", "payment_id", "payment"),
)

CHECKS = {
    "customer": {
        "latitude": "latitude BETWEEN -90 AND 90",
        "longitude": "longitude BETWEEN -180 AND 180",
    },
    "orders": {
        "latitude": "latitude BETWEEN -90 AND 90",
        "longitude": "longitude BETWEEN -180 AND 180",
    },
    "product": {
        "status": "status IN ('submitted', 'approved', 'rejected', 'retired')",
        "ratings": "ratings_count >= 0 AND ratings_sum BETWEEN ratings_count AND 5 * ratings_count",
    },
    "delivery": {"wrong_tries": "wrong_tries >= 0"},
    "return_request": {
        "received_quantity": "received_quantity BETWEEN 0 AND quantity",
        "condition": "condition IN ('new', 'opened', 'damaged')",
    },
}

INDEXES = (
    ("product", "category_id"),
    ("product", "seller_id"),
    ("variant", "product_id"),
    ("delivery", "status"),
    ("delivery", "courier_id"),
    ("return_request", "order_id"),
    ("payment", "customer_id"),
    ("invoice", "order_id"),
    ("invoice", "customer_id"),
)

UNIQUE_INDEXES = {
    "uq_tenant_domain": ("tenant", ["domain"], None),
    "uq_customer_email": ("customer", ["tenant_id", "email"], None),
    "uq_orders_one_cart": ("orders", ["tenant_id", "customer_id"], "status = 'cart'"),
    "uq_payment_event_reference": ("payment_event", ["tenant_id", "payment_id", "reference"], None),
}


def upgrade() -> None:
    for table, columns in _columns().items():
        with op.batch_alter_table(table) as batch:
            for column in columns:
                batch.add_column(column)
            for name, rule in CHECKS.get(table, {}).items():
                batch.create_check_constraint(op.f(f"ck_{table}_{name}"), sa.text(rule))
            if table == "payment":
                batch.create_unique_constraint(
                    op.f("uq_payment_tenant_id_provider_reference"),
                    ["tenant_id", "provider", "reference"],
                )
            for _, name, target in (row for row in REFERENCES if row[0] == table):
                batch.create_foreign_key(
                    op.f(f"fk_{table}_tenant_id_{name}"),
                    target,
                    ["tenant_id", name],
                    ["tenant_id", "id"],
                )
    for table, name in INDEXES:
        op.create_index(op.f(f"ix_{table}_tenant_id_{name}"), table, ["tenant_id", name])
    for name, (table, names, where) in UNIQUE_INDEXES.items():
        condition = None if where is None else sa.text(where)
        op.create_index(
            name, table, names, unique=True, sqlite_where=condition, postgresql_where=condition
        )


def downgrade() -> None:
    release_facts("payment_event")  # SQLite makes the table anew, without its triggers
    for name, (table, _, _) in UNIQUE_INDEXES.items():
        op.drop_index(name, table)
    for table, name in INDEXES:
        op.drop_index(op.f(f"ix_{table}_tenant_id_{name}"), table)
    for table, columns in reversed(_columns().items()):
        with op.batch_alter_table(table) as batch:
            for _, name, _ in (row for row in REFERENCES if row[0] == table):
                batch.drop_constraint(op.f(f"fk_{table}_tenant_id_{name}"), type_="foreignkey")
            if table == "payment":
                batch.drop_constraint(
                    op.f("uq_payment_tenant_id_provider_reference"), type_="unique"
                )
            for name in CHECKS.get(table, {}):
                batch.drop_constraint(op.f(f"ck_{table}_{name}"), type_="check")
            for column in columns:
                batch.drop_column(column.name)
    keep_facts("payment_event")
