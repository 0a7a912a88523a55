"""Files that came in are kept, with the events of each; and what an annulled event brought about may be moved."""

import sqlalchemy as sa
from alembic import op

from commerce.records.migrations.isolation import isolate
from commerce.records.schema.columns import Document, Instant

revision = "r002"
down_revision = "r001"
branch_labels = None

_ANNULLED = (
    ("orders", "placed", "cancelled"),
    ("orders", "completed", "cancelled"),
    ("payment", "requires_payment_method", "canceled"),
    ("payment", "processing", "canceled"),
    ("auction", "sold", "unsold"),
    ("review", "posted", "removed"),
)
_transition = sa.table("transition", *map(sa.column, ("record", "event", "source", "target")))


def upgrade() -> None:
    op.create_table(
        "file_import",
        sa.Column("tenant_id", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("number", sa.BigInteger, autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("options", Document, nullable=False),
        sa.Column("started_at", Instant, nullable=False),
        sa.Column("finished_at", Instant),
        sa.Column("rows_read", sa.BigInteger),
        sa.Column("rows_rejected", sa.BigInteger),
        sa.Column("customers", sa.BigInteger, nullable=False, server_default="0"),
        sa.Column("orders", sa.BigInteger, nullable=False, server_default="0"),
        sa.Column("events", sa.BigInteger, nullable=False, server_default="0"),
        sa.Column("undone_at", Instant),
        sa.PrimaryKeyConstraint("tenant_id", "number", name="pk_file_import"),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name="fk_file_import_tenant_id"),
    )
    op.create_table(
        "file_import_part",
        sa.Column("tenant_id", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("first_event_id", sa.BigInteger, autoincrement=False, nullable=False),
        sa.Column("last_event_id", sa.BigInteger, nullable=False),
        sa.Column("number", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "first_event_id", name="pk_file_import_part"),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name="fk_file_import_part_tenant_id"),
        *(
            sa.ForeignKeyConstraint(
                ["tenant_id", column],
                [f"{table}.tenant_id", f"{table}.{key}"],
                name=f"fk_file_import_part_tenant_id_{column}",
            )
            for column, table, key in (
                ("number", "file_import", "number"),
                ("first_event_id", "event", "id"),
                ("last_event_id", "event", "id"),
            )
        ),
        sa.CheckConstraint(
            "first_event_id <= last_event_id", name=op.f("ck_file_import_part_span")
        ),
    )
    op.create_index(
        "ix_file_import_part_tenant_id_number", "file_import_part", ["tenant_id", "number"]
    )
    isolate("file_import", "file_import_part")
    moves = [
        dict(zip(("record", "source", "target"), move, strict=True), event="event.annulled")
        for move in _ANNULLED
    ]
    op.bulk_insert(_transition, moves)


def downgrade() -> None:
    op.execute(_transition.delete().where(_transition.c.event == "event.annulled"))
    op.drop_table("file_import_part")
    op.drop_table("file_import")
