"""An auction may be turned down before it is submitted."""

import sqlalchemy as sa
from alembic import op

revision = "r011"
down_revision = "r010"
branch_labels = None

_transition = sa.table("transition", *map(sa.column, ("record", "event", "source", "target")))
_MOVE = {"record": "auction", "event": "auction.rejected", "source": "draft", "target": "rejected"}


def upgrade() -> None:
    op.bulk_insert(_transition, [_MOVE])


def downgrade() -> None:
    here = (_transition.c[name] == value for name, value in _MOVE.items())
    op.execute(_transition.delete().where(*here))
