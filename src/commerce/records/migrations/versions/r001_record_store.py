"""The record store: customers, catalogue, trade, money, the activity stream; its rules; tenants apart.

Frozen: a later revision changes, this one never does. What it makes is written out in
`commerce.records.migrations.r001`, an idea a module.
"""

from alembic import op

from commerce.records.migrations.isolation import isolate, share
from commerce.records.migrations.r001 import rules
from commerce.records.migrations.r001.tables import metadata

revision = "r001"
down_revision = None
branch_labels = ("commerce",)


def upgrade() -> None:
    metadata.create_all(op.get_bind(), checkfirst=False)
    rules.keep()
    isolate(*(table.name for table in metadata.sorted_tables if "tenant_id" in table.c))
    isolate("tenant", key="id")
    share("transition")


def downgrade() -> None:
    rules.release()
    metadata.drop_all(op.get_bind(), checkfirst=False)
