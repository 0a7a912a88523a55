"""A new record store, made from the schema as it is today; later revisions bring the older ones there."""

from commerce.records.migrations.baseline import drop_records, make_records

revision = "r001"
down_revision = None
branch_labels = ("commerce",)


def upgrade() -> None:
    make_records()


def downgrade() -> None:
    drop_records()
