"""What the first revision keeps by trigger: append-only tables, statuses, balances.

A status changes only with an event that makes the move, a balance only with a posting.
"""

from __future__ import annotations

from alembic import op
from sqlalchemy import Column, Table, Text

from commerce.records.migrations.r001.columns import metadata
from commerce.records.migrations.triggers import (
    append_only,
    drop,
    drop_append_only,
    drop_status_guard,
    guard,
    guard_status,
    react,
)

BALANCE, POSTING = "account_balance_moves_with_posting", "posting_moves_balance"
APPEND_ONLY = ("event", "posting", "payment_event", "bid")

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


_NAMES = ("record", "event", "source", "target")
_transition = Table(
    "transition", metadata, *(Column(each, Text, primary_key=True) for each in _NAMES)
)


def keep() -> None:
    """Put every rule in force."""
    for table in APPEND_ONLY:
        append_only(table)
    for table, moves in MOVES.items():
        for move in moves:
            event, _, states = move.partition(": ")
            values = (table, event, *states.split(" > "))
            op.execute(_transition.insert().values(dict(zip(_NAMES, values, strict=True))))
        guard_status(table)
    guard(
        BALANCE,
        "account",
        "balance",
        BALANCE_RULE,
        "account.balance must move with a posting",
    )
    react(POSTING, "posting", MOVE_BALANCE)


def release() -> None:
    """Take the rules away before the tables go."""
    drop(POSTING, "posting")
    drop(BALANCE, "account")
    for table in MOVES:
        drop_status_guard(table)
    for table in APPEND_ONLY:
        drop_append_only(table)
