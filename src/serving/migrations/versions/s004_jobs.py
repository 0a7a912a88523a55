"""Work that is done later, by whichever worker takes it."""

import sqlalchemy as sa
from alembic import op

from commerce.records.migrations.isolation import isolate
from commerce.records.schema.columns import Document, Instant

revision = "s004"
down_revision = "s003"
branch_labels = None


def upgrade() -> None:
    op.create_table(
        "job",
        sa.Column("tenant_id", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("arguments", Document, nullable=False),
        sa.Column("asked_by", sa.Uuid),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("done", sa.Integer, nullable=False),
        sa.Column("total", sa.Integer),
        sa.Column("result", Document),
        sa.Column("error", sa.Text),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("created_at", Instant, nullable=False),
        sa.Column("due_at", Instant, nullable=False),
        sa.Column("started_at", Instant),
        sa.Column("heartbeat_at", Instant),
        sa.Column("finished_at", Instant),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_job"),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name="fk_job_tenant_id"),
        sa.CheckConstraint(
            "state IN ('queued', 'running', 'succeeded', 'failed')", name=op.f("ck_job_state")
        ),
    )
    for columns in (["state", "due_at"], ["tenant_id", "created_at"], ["tenant_id", "started_at"]):
        op.create_index(f"ix_job_{'_'.join(columns)}", "job", columns)
    isolate("job")


def downgrade() -> None:
    op.drop_table("job")
