"""Who is logged in; and a tenant's own rows are all that its role sees of serving's tables, too."""

import sqlalchemy as sa
from alembic import op

from commerce.records.migrations.isolation import isolate
from commerce.records.schema.columns import Instant

revision = "s003"
down_revision = "s002"
branch_labels = None


def upgrade() -> None:
    op.create_table(
        "login",
        sa.Column("tenant_id", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("user_id", sa.Uuid, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("secret_hash", sa.Text, nullable=False),
        sa.Column("created_at", Instant, nullable=False),
        sa.Column("expires_at", Instant, nullable=False),
        sa.Column("revoked_at", Instant),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_login"),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name="fk_login_tenant_id"),
        sa.ForeignKeyConstraint(
            ["tenant_id", "user_id"],
            ["users.tenant_id", "users.id"],
            name="fk_login_tenant_id_user_id",
        ),
        sa.CheckConstraint("kind IN ('refresh', 'session')", name=op.f("ck_login_kind")),
    )
    op.create_index("ix_login_tenant_id_user_id", "login", ["tenant_id", "user_id"])
    op.create_index("uq_login_id", "login", ["id"], unique=True)
    isolate("score", "login")


def downgrade() -> None:
    op.drop_table("login")
    if op.get_bind().dialect.name != "sqlite":
        op.execute("DROP POLICY score_of_tenant ON score")
        op.execute("ALTER TABLE score DISABLE ROW LEVEL SECURITY")
