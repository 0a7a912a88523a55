"""An order that an annulled event had completed or cancelled may be placed again."""

import sqlalchemy as sa
from alembic import op

revision = "r005"
down_revision = "r004"
branch_labels = None

_transition = sa.table("transition", *map(sa.column, ("record", "event", "source", "target")))


def upgrade() -> None:
    moves = [
        {"record": "orders", "event": "event.annulled", "source": source, "target": "placed"}
        for source in ("completed", "cancelled")
    ]
    op.bulk_insert(_transition, moves)


def downgrade() -> None:
    op.execute(
        _transition.delete().where(
            _transition.c.record == "orders",
            _transition.c.event == "event.annulled",
            _transition.c.target == "placed",
        )
    )
