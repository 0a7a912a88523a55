"""Orders and payments are listed by status and by time, newest first, without reading all of them."""

from alembic import op

revision = "r008"
down_revision = "r007"
branch_labels = None

_INDEXES = {
    "ix_orders_tenant_id_status_number": ("orders", ["tenant_id", "status", "number"]),
    "ix_orders_tenant_id_placed_at": ("orders", ["tenant_id", "placed_at"]),
    "ix_payment_tenant_id_created_at": ("payment", ["tenant_id", "created_at"]),
    "ix_payment_tenant_id_status": ("payment", ["tenant_id", "status"]),
}


def upgrade() -> None:
    for name, (table, columns) in _INDEXES.items():
        op.create_index(name, table, columns)


def downgrade() -> None:
    for name, (table, _) in _INDEXES.items():
        op.drop_index(name, table)
