"""What moved an account is found without reading all postings."""

from alembic import op

revision = "r009"
down_revision = "r008"
branch_labels = None

_SIDES = ("debit_account_id", "credit_account_id")


def upgrade() -> None:
    for side in _SIDES:
        op.create_index(f"ix_posting_tenant_id_{side}", "posting", ["tenant_id", side])


def downgrade() -> None:
    for side in _SIDES:
        op.drop_index(f"ix_posting_tenant_id_{side}", "posting")
