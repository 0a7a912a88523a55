"""What a new record store is made of: the schema's tables, the machines' moves, rules by trigger, tenants apart."""

from __future__ import annotations

from alembic import op
from sqlalchemy import Column, Table, Text

from commerce.records.migrations.isolation import isolate, share
from commerce.records.migrations.triggers import (
    append_only,
    drop,
    drop_append_only,
    drop_status_guard,
    guard,
    guard_status,
    react,
)
from commerce.records.schema import APPEND_ONLY, metadata
from commerce.records.schema.columns import named_metadata
from commerce.records.states import EDGES, MOVED_BY_EVENTS

_rules = named_metadata()
_NAMES = ("record", "event", "source", "target")
_transition = Table(
    "transition", _rules, *(Column(name, Text, primary_key=True) for name in _NAMES)
)
"""The moves by which a status may change, for the triggers to look up."""

_BALANCE_RULE = """NEW.balance IS DISTINCT FROM OLD.balance AND NOT EXISTS (
    SELECT 1 FROM posting
    WHERE posting.id = NEW.last_posting_id AND posting.tenant_id = NEW.tenant_id
    AND NEW.last_posting_id IS DISTINCT FROM OLD.last_posting_id
    AND (posting.credit_account_id = NEW.id AND NEW.balance = OLD.balance + posting.amount
        OR posting.debit_account_id = NEW.id AND NEW.balance = OLD.balance - posting.amount)
)"""
_MOVE_BALANCE = """UPDATE account SET last_posting_id = NEW.id, balance = balance
    + CASE WHEN id = NEW.credit_account_id THEN NEW.amount ELSE -NEW.amount END
    WHERE id IN (NEW.debit_account_id, NEW.credit_account_id)
    AND tenant_id = NEW.tenant_id AND balance IS NOT NULL;"""


def make_records() -> None:
    """Make every table with its rules, as the schema and the machines are today."""
    for tables in (metadata, _rules):
        tables.create_all(op.get_bind(), checkfirst=False)
    op.bulk_insert(_transition, [dict(zip(_NAMES, edge, strict=True)) for edge in EDGES])
    for table in APPEND_ONLY:
        append_only(table)
    for table in MOVED_BY_EVENTS:
        guard_status(table)
    guard(
        "account_balance_moves_with_posting",
        "account",
        "balance",
        _BALANCE_RULE,
        "account.balance must move with a posting",
    )
    react("posting_moves_balance", "posting", _MOVE_BALANCE)
    isolate(*(table.name for table in metadata.sorted_tables if "tenant_id" in table.c))
    isolate("tenant", key="id")
    share("transition")


def drop_records() -> None:
    """Take every rule and table away."""
    drop("posting_moves_balance", "posting")
    drop("account_balance_moves_with_posting", "account")
    for table in MOVED_BY_EVENTS:
        drop_status_guard(table)
    for table in APPEND_ONLY:
        drop_append_only(table)
    for tables in (_rules, metadata):
        tables.drop_all(op.get_bind())
