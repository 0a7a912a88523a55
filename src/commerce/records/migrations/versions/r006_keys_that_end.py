"""A key may end by itself and open only some doors; those of before do neither."""

import sqlalchemy as sa
from alembic import op

from commerce.records.schema.columns import Document, Instant

revision = "r006"
down_revision = "r005"
branch_labels = None


def upgrade() -> None:
    op.add_column("api_key", sa.Column("expires_at", Instant))
    op.add_column("api_key", sa.Column("scopes", Document))


def downgrade() -> None:
    op.drop_column("api_key", "scopes")
    op.drop_column("api_key", "expires_at")
