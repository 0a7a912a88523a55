"""What lists are narrowed by is found by an index."""

from alembic import op

revision = "r010"
down_revision = "r009"
branch_labels = None

_FILTERS = (
    ("customer", "country"),
    ("brand", "status"),
    ("product", "brand_id"),
    ("promotion", "category_id"),
    ("review", "customer_id"),
    ("dispute", "status"),
    ("return_request", "status"),
)


def upgrade() -> None:
    for table, column in _FILTERS:
        op.create_index(f"ix_{table}_tenant_id_{column}", table, ["tenant_id", column])


def downgrade() -> None:
    for table, column in _FILTERS:
        op.drop_index(f"ix_{table}_tenant_id_{column}", table)
