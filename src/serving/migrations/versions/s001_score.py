"""The tables as they are today; later revisions bring the older ones there."""

from alembic import op

from commerce.records.migrations.isolation import isolate
from commerce.records.migrations.triggers import append_only, drop_append_only, guard
from serving.schema import metadata

revision = "s001"
down_revision = None
branch_labels = ("serving",)


def upgrade() -> None:
    metadata.create_all(op.get_bind(), checkfirst=False)
    append_only("score")
    guard(
        "shadow_score_is_settled_once",
        "shadow_score",
        "state",
        "OLD.state <> 'waiting'",
        "shadow_score must wait to be settled",
    )
    isolate("score", "login", "job", "shadow_score")


def downgrade() -> None:
    drop_append_only("score")
    metadata.drop_all(op.get_bind())  # a later revision's table is gone already
