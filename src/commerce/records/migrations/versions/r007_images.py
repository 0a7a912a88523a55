"""Products have pictures, in an order."""

import sqlalchemy as sa
from alembic import op

from commerce.records.migrations.isolation import isolate
from commerce.records.schema.columns import Document

revision = "r007"
down_revision = "r006"
branch_labels = None


def upgrade() -> None:
    op.create_table(
        "image",
        sa.Column("tenant_id", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("product_id", sa.Uuid, nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("files", Document, nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_image"),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name="fk_image_tenant_id"),
        sa.ForeignKeyConstraint(
            ["tenant_id", "product_id"],
            ["product.tenant_id", "product.id"],
            name="fk_image_tenant_id_product_id",
        ),
        sa.UniqueConstraint(
            "tenant_id", "product_id", "digest", name="uq_image_tenant_id_product_id_digest"
        ),
        *_whole(),
    )
    isolate("image")


def _whole() -> list[sa.CheckConstraint]:
    if op.get_bind().dialect.name != "sqlite":
        return []
    rule = "typeof(position) IN ('integer', 'null')"
    return [sa.CheckConstraint(rule, name=op.f("ck_image_whole_numbers"))]


def downgrade() -> None:
    op.drop_table("image")
