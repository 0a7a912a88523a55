"""Triggers that keep facts: rows of these tables can be added, never changed or deleted."""

from __future__ import annotations

from alembic import op


def keep_facts(table: str) -> None:
    """Refuse UPDATE and DELETE on a table, on SQLite and on PostgreSQL."""
    message = f"{table} is append-only: add a row that corrects"
    if op.get_bind().dialect.name == "sqlite":
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


def release_facts(table: str) -> None:
    """Take the triggers of `keep_facts` away again, before the table is dropped."""
    if op.get_bind().dialect.name == "sqlite":
        for action in ("update", "delete"):
            op.execute(f"DROP TRIGGER {table}_refuses_{action}")
        return
    op.execute(f"DROP TRIGGER {table}_refuses_change ON {table}")
    op.execute(f"DROP FUNCTION {table}_is_append_only()")
