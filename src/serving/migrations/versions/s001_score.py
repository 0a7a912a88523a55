"""The tables as they are today; later revisions bring the older ones there."""

from alembic import op

from commerce.records.migrations.isolation import isolate
from commerce.records.migrations.triggers import append_only, drop_append_only
from serving.schema import metadata

revision = "s001"
down_revision = None
branch_labels = ("serving",)


def upgrade() -> None:
    metadata.create_all(op.get_bind(), checkfirst=False)
    append_only("score")
    isolate("score", "login", "job")


def downgrade() -> None:
    drop_append_only("score")
    metadata.drop_all(op.get_bind())  # a later revision's table is gone already
