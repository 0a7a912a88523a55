"""On PostgreSQL, who works for a tenant sees no row of another, whatever the statement says."""

from alembic import op

from commerce.records.migrations.isolation import ROLE, isolate, release, role_exists

revision = "c005"
down_revision = "c004"

TABLES = (
    "account", "api_key", "auction", "bid", "brand", "category", "counter", "customer", "delivery",
    "dispute", "event", "idempotency_record", "invoice", "note", "notification", "order_line",
    "orders", "outbox", "payment", "payment_event", "payment_method", "posting", "product",
    "promotion", "provider_record", "return_request", "review", "users", "variant",
)  # fmt: skip


def upgrade() -> None:
    for table in TABLES:
        isolate(table)
    isolate("tenant", key="id")
    if role_exists():
        op.execute(f"GRANT SELECT ON transition TO {ROLE}")
        op.execute(f"GRANT USAGE, SELECT, UPDATE ON ALL SEQUENCES IN SCHEMA public TO {ROLE}")


def downgrade() -> None:
    for table in (*TABLES, "tenant"):
        release(table)
