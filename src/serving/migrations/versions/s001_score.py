"""The score table: every answer with its origin, append-only."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from commerce.records.migrations.triggers import append_only, drop_append_only
from commerce.records.schema.columns import Document, Instant

revision: str = "s001"
down_revision: str | None = None
branch_labels: str | Sequence[str] | None = ("serving",)
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "score",
        sa.Column("request_id", sa.Text(), nullable=False),
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=True),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("model_version", sa.Text(), nullable=False),
        sa.Column("as_of", Instant(), nullable=False),
        sa.Column("made_at", Instant(), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("probability", sa.Float(53), nullable=False),
        sa.Column("score", sa.Integer(), nullable=True),
        sa.Column("band", sa.Text(), nullable=True),
        sa.Column("rule_score", sa.Integer(), nullable=True),
        sa.Column("rule_band", sa.Text(), nullable=True),
        sa.Column("decision", Document, nullable=False),
        sa.Column("features", Document, nullable=False),
        sa.Column("reasons", Document, nullable=False),
        sa.CheckConstraint("origin IN ('batch', 'online')", name=op.f("ck_score_origin")),
        sa.PrimaryKeyConstraint("request_id", name=op.f("pk_score")),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_score_tenant_id")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "customer_id"],
            ["customer.tenant_id", "customer.id"],
            name=op.f("fk_score_tenant_id_customer_id"),
        ),
    )
    op.create_index(
        op.f("ix_score_tenant_id_customer_id_model_made_at"),
        "score",
        ["tenant_id", "customer_id", "model", "made_at"],
    )
    op.create_index(
        op.f("ix_score_tenant_id_model_version_as_of"),
        "score",
        ["tenant_id", "model_version", "as_of"],
    )
    append_only("score")


def downgrade() -> None:
    drop_append_only("score")
    op.drop_table("score")
