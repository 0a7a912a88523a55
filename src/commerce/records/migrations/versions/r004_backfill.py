"""Events that count from another instant than they were recorded at."""

import sqlalchemy as sa
from alembic import op

from commerce.records.migrations.isolation import isolate
from commerce.records.migrations.triggers import append_only, drop_append_only
from commerce.records.schema.columns import Instant

revision = "r004"
down_revision = "r003"
branch_labels = None


def upgrade() -> None:
    op.create_table(
        "backfill",
        sa.Column("tenant_id", sa.Integer, nullable=False),
        sa.Column("event_id", sa.BigInteger, autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("recorded_at", Instant, nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], op.f("fk_backfill_tenant_id")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "event_id"],
            ["event.tenant_id", "event.id"],
            op.f("fk_backfill_tenant_id_event_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "event_id", "number", name=op.f("pk_backfill")),
    )
    op.create_index(op.f("ix_backfill_tenant_id_number"), "backfill", ["tenant_id", "number"])
    append_only("backfill")
    isolate("backfill")


def downgrade() -> None:
    drop_append_only("backfill")
    op.drop_table("backfill")
