"""Which group of customers an answer is about; of whom leaving is not asked, coming back may be."""

import sqlalchemy as sa
from alembic import op

from commerce.records.migrations.triggers import append_only, drop_append_only

revision = "s005"
down_revision = "s004"
branch_labels = None


def upgrade() -> None:
    drop_append_only("score")
    with op.batch_alter_table("score") as table:
        table.alter_column("probability", existing_type=sa.Float(53), nullable=True)
        table.add_column(sa.Column("population", sa.Text))
        table.add_column(sa.Column("return_probability", sa.Float(53)))
        table.add_column(sa.Column("note", sa.Text))
    append_only("score")


def downgrade() -> None:
    drop_append_only("score")
    with op.batch_alter_table("score") as table:
        for name in ("note", "return_probability", "population"):
            table.drop_column(name)
    append_only("score")
