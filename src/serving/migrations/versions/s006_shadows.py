"""What a version that shadows said to what its champion was asked."""

import sqlalchemy as sa
from alembic import op

from commerce.records.migrations.isolation import isolate
from commerce.records.migrations.triggers import drop, guard
from commerce.records.schema.columns import Document, Instant

revision = "s006"
down_revision = "s005"
branch_labels = None


def upgrade() -> None:
    op.create_table(
        "shadow_score",
        sa.Column("request_id", sa.Text, nullable=False),
        sa.Column("tenant_id", sa.Integer, nullable=False),
        sa.Column("customer_id", sa.Uuid),
        sa.Column("model", sa.Text, nullable=False),
        sa.Column("model_version", sa.Text, nullable=False),
        sa.Column("asked_at", Instant, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("why", sa.Text),
        sa.Column("answer", Document),
        sa.Column("decided_at", Instant),
        sa.PrimaryKeyConstraint("request_id", name="pk_shadow_score"),
        sa.ForeignKeyConstraint(
            ["request_id"], ["score.request_id"], name="fk_shadow_score_request_id"
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name="fk_shadow_score_tenant_id"),
        sa.ForeignKeyConstraint(
            ["tenant_id", "customer_id"],
            ["customer.tenant_id", "customer.id"],
            name="fk_shadow_score_tenant_id_customer_id",
        ),
        sa.CheckConstraint(
            "state IN ('waiting', 'decided', 'failed', 'skipped')",
            name=op.f("ck_shadow_score_state"),
        ),
    )
    for columns in (["state", "asked_at"], ["tenant_id", "model", "asked_at"]):
        op.create_index(f"ix_shadow_score_{'_'.join(columns)}", "shadow_score", columns)
    guard(
        "shadow_score_is_settled_once",
        "shadow_score",
        "state",
        "OLD.state <> 'waiting'",
        "shadow_score must wait to be settled",
    )
    isolate("shadow_score")


def downgrade() -> None:
    drop("shadow_score_is_settled_once", "shadow_score")
    op.drop_table("shadow_score")
