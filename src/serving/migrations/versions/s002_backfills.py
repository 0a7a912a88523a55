"""The last backfill that an answer knew; answers of before knew none, for there was none."""

import sqlalchemy as sa
from alembic import op

revision = "s002"
down_revision = "s001"
branch_labels = None


def upgrade() -> None:
    op.add_column(
        "score", sa.Column("backfills", sa.Integer, nullable=False, server_default=sa.text("0"))
    )


def downgrade() -> None:
    op.drop_column("score", "backfills")
