"""A status moves only with an event that makes the move, a balance only with a posting."""

from collections.abc import Iterator

import sqlalchemy as sa
from alembic import op

revision = "c004"
down_revision = "c003"

MOVES = {
    "orders": (
        "cart.dropped: cart > cancelled",
        "order.placed: cart > placed",
        "order.completed: placed > completed",
        "order.cancelled: placed > cancelled",
    ),
    "payment": (
        "payment.method_chosen: requires_payment_method > requires_confirmation",
        "payment.confirmed: requires_confirmation > processing",
        "payment.confirmed: requires_action > processing",
        "payment.action_required: requires_confirmation > requires_action",
        "payment.action_required: processing > requires_action",
        "payment.authorised: requires_confirmation > requires_capture",
        "payment.authorised: requires_action > requires_capture",
        "payment.authorised: processing > requires_capture",
        "payment.captured: requires_confirmation > succeeded",
        "payment.captured: requires_confirmation > processing",
        "payment.captured: requires_confirmation > requires_capture",
        "payment.captured: requires_action > succeeded",
        "payment.captured: requires_action > processing",
        "payment.captured: requires_action > requires_capture",
        "payment.captured: processing > succeeded",
        "payment.captured: processing > requires_capture",
        "payment.captured: requires_capture > succeeded",
        "payment.captured: requires_capture > processing",
        "wallet.topped_up: requires_confirmation > succeeded",
        "wallet.topped_up: requires_action > succeeded",
        "wallet.topped_up: processing > succeeded",
        "wallet.topped_up: requires_capture > succeeded",
        "payment.failed: requires_confirmation > requires_payment_method",
        "payment.failed: requires_action > requires_payment_method",
        "payment.failed: processing > requires_payment_method",
        "payment.failed: requires_capture > requires_payment_method",
        "payment.cancelled: requires_payment_method > canceled",
        "payment.cancelled: requires_confirmation > canceled",
        "payment.cancelled: requires_action > canceled",
        "payment.cancelled: processing > canceled",
        "payment.cancelled: requires_capture > canceled",
        "payment.settled: processing > succeeded",
    ),
    "dispute": (
        "dispute.closed: open > won",
        "dispute.closed: open > lost",
    ),
    "delivery": (
        "delivery.claimed: available > processing",
        "delivery.released: processing > available",
        "delivery.shipped: processing > shipped",
        "delivery.failed: shipped > processing",
        "delivery.delivered: shipped > delivered",
    ),
    "return_request": (
        "return.received: requested > received",
        "return.inspected: received > inspected",
        "return.approved: inspected > approved",
        "return.rejected: inspected > rejected",
    ),
    "auction": (
        "auction.submitted: draft > submitted",
        "auction.scheduled: submitted > scheduled",
        "auction.rejected: submitted > rejected",
        "auction.started: scheduled > live",
        "auction.bought: live > sold",
        "auction.sold: live > sold",
        "auction.unsold: live > unsold",
    ),
    "brand": (
        "brand.approved: pending > approved",
        "brand.rejected: pending > rejected",
    ),
    "product": (
        "product.submitted: rejected > submitted",
        "product.approved: submitted > approved",
        "product.rejected: submitted > rejected",
        "product.retired: approved > retired",
        "product.relisted: retired > approved",
    ),
    "review": (
        "review.posted: removed > posted",
        "review.removed: posted > removed",
    ),
}
"""Every change of a status that there was when this revision was made, by table."""

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


def _edges() -> Iterator[tuple[str, ...]]:
    for table, moves in MOVES.items():
        for move in moves:
            event, _, states = move.partition(": ")
            yield (table, event, *states.split(" > "))


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
    names = ("record", "event", "source", "target")
    transition = op.create_table(
        "transition",
        *(sa.Column(name, sa.Text(), nullable=False) for name in names),
        sa.PrimaryKeyConstraint(*names, name=op.f("pk_transition")),
    )
    op.bulk_insert(transition, [dict(zip(names, edge, strict=True)) for edge in _edges()])
    sqlite = op.get_bind().dialect.name == "sqlite"
    key = "NEW.id" if sqlite else "replace(NEW.id::text, '-', '')"
    for table in MOVES:
        _guard(
            f"{table}_status_moves_with_event",
            table,
            "status",
            STATUS_RULE.format(table=table, key=key),
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
    for table in MOVES:
        _drop(f"{table}_status_moves_with_event", table)
    op.drop_table("transition")
