"""Triggers for migrations, on SQLite and on PostgreSQL: what is refused, and what follows from a row."""

from __future__ import annotations

from alembic import op


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
    """Take the triggers of `append_only` away again, before the table is dropped."""
    if _sqlite():
        for action in ("update", "delete"):
            op.execute(f"DROP TRIGGER {table}_refuses_{action}")
        return
    op.execute(f"DROP TRIGGER {table}_refuses_change ON {table}")
    op.execute(f"DROP FUNCTION {table}_is_append_only()")


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


def drop(name: str, table: str) -> None:
    """Take a trigger of `guard` or `react` away again."""
    if _sqlite():
        op.execute(f"DROP TRIGGER {name}")
        return
    op.execute(f"DROP TRIGGER {name} ON {table}")
    op.execute(f"DROP FUNCTION {name}()")


def _sqlite() -> bool:
    return op.get_bind().dialect.name == "sqlite"
