"""A status moves only with an event that makes the move, a balance only with a posting."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from commerce.schema import MOVED_BY_EVENTS
from commerce.states import EDGES

revision: str = "c004"
down_revision: str | None = "c003"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

STATUS_RULE = """NEW.status <> OLD.status AND NOT EXISTS (
    SELECT 1 FROM event JOIN transition ON transition.event = event.type
    WHERE event.tenant_id = NEW.tenant_id AND event.id = NEW.event_id
    AND NEW.event_id IS DISTINCT FROM OLD.event_id AND event.aggregate_id = {key}
    AND transition.record = '{table}'
    AND transition.source = OLD.status AND transition.target = NEW.status
)"""

BALANCE_RULE = """NEW.balance IS DISTINCT FROM OLD.balance AND NOT EXISTS (
    SELECT 1 FROM posting
    WHERE posting.id = NEW.last_posting_id AND posting.tenant_id = NEW.tenant_id
    AND NEW.last_posting_id IS DISTINCT FROM OLD.last_posting_id
    AND (posting.credit_account_id = NEW.id AND NEW.balance = OLD.balance + posting.amount
        OR posting.debit_account_id = NEW.id AND NEW.balance = OLD.balance - posting.amount)
)"""

MOVE_BALANCE = """UPDATE account SET last_posting_id = NEW.id, balance = balance
    + CASE WHEN id = NEW.credit_account_id THEN NEW.amount ELSE -NEW.amount END
    WHERE id IN (NEW.debit_account_id, NEW.credit_account_id)
    AND tenant_id = NEW.tenant_id AND balance IS NOT NULL;"""


def _status_rule(table: str, key: str) -> str:
    return STATUS_RULE.format(table=table, key=key)


def _guard(name: str, table: str, column: str, rule: str, message: str) -> None:
    """Refuse an UPDATE of a column that breaks a rule."""
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            f"CREATE TRIGGER {name} BEFORE UPDATE OF {column} ON {table} WHEN {rule}"
            f" BEGIN SELECT RAISE(ABORT, '{message}'); END"
        )
        return
    op.execute(
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF {rule}"
        f" THEN RAISE EXCEPTION '{message}'; END IF; RETURN NEW; END $$"
    )
    op.execute(
        f"CREATE TRIGGER {name} BEFORE UPDATE OF {column} ON {table}"
        f" FOR EACH ROW EXECUTE FUNCTION {name}()"
    )


def _drop(name: str, table: str) -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute(f"DROP TRIGGER {name}")
        return
    op.execute(f"DROP TRIGGER {name} ON {table}")
    op.execute(f"DROP FUNCTION {name}()")


def upgrade() -> None:
    transition = op.create_table(
        "transition",
        *(
            sa.Column(name, sa.Text(), nullable=False)
            for name in ("record", "event", "source", "target")
        ),
        sa.PrimaryKeyConstraint("record", "event", "source", "target", name=op.f("pk_transition")),
    )
    op.bulk_insert(
        transition,
        [dict(zip(("record", "event", "source", "target"), edge, strict=True)) for edge in EDGES],
    )
    sqlite = op.get_bind().dialect.name == "sqlite"
    key = "NEW.id" if sqlite else "replace(NEW.id::text, '-', '')"
    for table in MOVED_BY_EVENTS:
        _guard(
            f"{table}_status_moves_with_event",
            table,
            "status",
            _status_rule(table, key),
            f"{table}.status must move with an event that makes the move",
        )
    _guard(
        "account_balance_moves_with_posting",
        "account",
        "balance",
        BALANCE_RULE,
        "account.balance must move with a posting",
    )
    if sqlite:
        op.execute(
            f"CREATE TRIGGER posting_moves_balance AFTER INSERT ON posting BEGIN {MOVE_BALANCE} END"
        )
        return
    op.execute(
        "CREATE FUNCTION posting_moves_balance() RETURNS trigger LANGUAGE plpgsql AS"
        f" $$ BEGIN {MOVE_BALANCE} RETURN NULL; END $$"
    )
    op.execute(
        "CREATE TRIGGER posting_moves_balance AFTER INSERT ON posting"
        " FOR EACH ROW EXECUTE FUNCTION posting_moves_balance()"
    )


def downgrade() -> None:
    _drop("posting_moves_balance", "posting")
    _drop("account_balance_moves_with_posting", "account")
    for table in MOVED_BY_EVENTS:
        _drop(f"{table}_status_moves_with_event", table)
    op.drop_table("transition")
