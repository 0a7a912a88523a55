"""Triggers for migrations, on SQLite and on PostgreSQL: what is refused, and what follows from a row.

SQLite changes a table by copying it (``op.batch_alter_table``) and forgets its triggers: take them away before and put
them back after.
"""

from __future__ import annotations

from alembic import op

_STATUS_RULE = """NEW.status <> OLD.status AND NOT EXISTS (
    SELECT 1 FROM event JOIN transition ON transition.event = event.type
    WHERE event.tenant_id = NEW.tenant_id AND event.id = NEW.event_id
    AND NEW.event_id IS DISTINCT FROM OLD.event_id AND event.aggregate_id = {key}
    AND transition.record = '{table}'
    AND transition.source = OLD.status AND transition.target = NEW.status
)"""


def append_only(table: str) -> None:
    """Refuse UPDATE and DELETE on a table."""
    message = f"{table} is append-only: add a row that corrects"
    if _sqlite():
        for action in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_refuses_{action.lower()} BEFORE {action} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{message}'); END"
            )
        return
    op.execute(
        f"CREATE FUNCTION {table}_is_append_only() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{message}'; END $$"
    )
    op.execute(
        f"CREATE TRIGGER {table}_refuses_change BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
        f"FOR EACH STATEMENT EXECUTE FUNCTION {table}_is_append_only()"
    )


def drop_append_only(table: str) -> None:
    """Take the triggers of `append_only` away again, before the table is dropped, if it still is there."""
    if _sqlite():
        for action in ("update", "delete"):
            op.execute(f"DROP TRIGGER IF EXISTS {table}_refuses_{action}")
        return
    op.execute(f"DROP TRIGGER IF EXISTS {table}_refuses_change ON {table}")
    op.execute(f"DROP FUNCTION IF EXISTS {table}_is_append_only()")


def guard(name: str, table: str, column: str, broken: str, message: str) -> None:
    """Refuse an UPDATE of a column where a condition on ``NEW`` and ``OLD`` says that a rule is broken."""
    if _sqlite():
        op.execute(
            f"CREATE TRIGGER {name} BEFORE UPDATE OF {column} ON {table} WHEN {broken}"
            f" BEGIN SELECT RAISE(ABORT, '{message}'); END"
        )
        return
    op.execute(
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF {broken}"
        f" THEN RAISE EXCEPTION '{message}'; END IF; RETURN NEW; END $$"
    )
    op.execute(
        f"CREATE TRIGGER {name} BEFORE UPDATE OF {column} ON {table}"
        f" FOR EACH ROW EXECUTE FUNCTION {name}()"
    )


def react(name: str, table: str, statement: str) -> None:
    """Let a statement on ``NEW`` follow every row that is inserted."""
    if _sqlite():
        op.execute(f"CREATE TRIGGER {name} AFTER INSERT ON {table} BEGIN {statement} END")
        return
    op.execute(
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS"
        f" $$ BEGIN {statement} RETURN NULL; END $$"
    )
    op.execute(
        f"CREATE TRIGGER {name} AFTER INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()"
    )


def guard_status(table: str) -> None:
    """Refuse a status that changes without a new event of this record that makes the move."""
    key = "NEW.id" if _sqlite() else "replace(NEW.id::text, '-', '')"
    guard(
        f"{table}_status_moves_with_event",
        table,
        "status",
        _STATUS_RULE.format(table=table, key=key),
        f"{table}.status must move with an event that makes the move",
    )


def drop_status_guard(table: str) -> None:
    """Take the trigger of `guard_status` away again."""
    drop(f"{table}_status_moves_with_event", table)


def drop(name: str, table: str) -> None:
    """Take a trigger of `guard` or `react` away again."""
    if _sqlite():
        op.execute(f"DROP TRIGGER {name}")
        return
    op.execute(f"DROP TRIGGER {name} ON {table}")
    op.execute(f"DROP FUNCTION {name}()")


def whole_numbers(table: str, *columns: str) -> None:
    """Refuse on SQLite what is no whole number, in a table of an older store, to which SQLite adds no CHECK.

    A table made new has the CHECK of `commerce.records.schema.columns.whole_numbers` instead.
    """
    if not _sqlite():
        return
    broken = " OR ".join(f"typeof(NEW.{name}) NOT IN ('integer', 'null')" for name in columns)
    for action in ("INSERT", f"UPDATE OF {', '.join(columns)}"):
        op.execute(
            f"CREATE TRIGGER {table}_whole_on_{action.partition(' ')[0].lower()} BEFORE {action} ON {table}"
            f" WHEN {broken} BEGIN SELECT"
            f" RAISE(ABORT, '{table} must hold whole numbers in {', '.join(columns)}'); END"
        )


def drop_whole_numbers(table: str) -> None:
    """Take the triggers of `whole_numbers` away again, before the table is dropped."""
    if _sqlite():
        for action in ("insert", "update"):
            op.execute(f"DROP TRIGGER IF EXISTS {table}_whole_on_{action}")


def _sqlite() -> bool:
    return op.get_bind().dialect.name == "sqlite"
