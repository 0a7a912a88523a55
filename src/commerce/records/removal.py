"""Removing a tenant whole: the one way in which rows of a table that is only added to ever go.

Tables go one after another, what refers before what is referred to, each in a transaction of its own: a database that
looks up references as it deletes finds none left. Removing again goes on where a kill ended it; the tenant's own row is
the last.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from sqlalchemy import Connection, Engine, Table, delete, func, select, text, update

from commerce.records import schema
from commerce.records.database import writing
from commerce.records.tenants import Tenant


def tables_of_tenants(*also: Table) -> list[Table]:
    """List every table with rows of tenants, what refers before what is referred to; ``also`` of rooms above."""
    own = [table for table in schema.metadata.sorted_tables if "tenant_id" in table.c]
    return [*also, *reversed(own)]


def count_rows(connection: Connection, tenant: Tenant, tables: Sequence[Table]) -> dict[str, int]:
    """Count a tenant's rows, by table."""
    return {
        table.name: int(
            connection.scalar(
                select(func.count()).select_from(table).where(table.c.tenant_id == tenant.id)
            )
            or 0
        )
        for table in tables
    }


def remove_tenant(engine: Engine, tenant: Tenant, *also: Table) -> None:
    """Remove a tenant with all that it has.

    Parameters
    ----------
    *also : Table
        Of rooms above, which refer to the records.
    """
    with writing(engine) as connection:  # nobody works for it any more
        closed = update(schema.tenant).where(schema.tenant.c.id == tenant.id)
        connection.execute(closed.values(closed_at=func.coalesce(schema.tenant.c.closed_at, 0)))
    for table in tables_of_tenants(*also):
        with writing(engine) as connection, _unguarded(connection, table.name):
            connection.execute(delete(table).where(table.c.tenant_id == tenant.id))
    with writing(engine) as connection:
        connection.execute(delete(schema.tenant).where(schema.tenant.c.id == tenant.id))


@contextmanager
def _unguarded(connection: Connection, table: str) -> Iterator[None]:
    """Take away the triggers that refuse the deletion of rows, until the same transaction puts them back."""
    if connection.dialect.name == "sqlite":
        found = connection.execute(
            text(
                "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = :name"
                " AND name = :name || '_refuses_delete'"
            ),
            {"name": table},
        ).all()
        for name, _ in found:
            connection.exec_driver_sql(f"DROP TRIGGER {name}")
        yield
        for _, statement in found:
            connection.exec_driver_sql(statement)
        return
    found = connection.execute(
        text(
            "SELECT tgname FROM pg_trigger WHERE tgrelid = CAST(:name AS regclass)"
            " AND tgname = :name || '_refuses_change'"
        ),
        {"name": table},
    ).all()
    for (name,) in found:
        connection.exec_driver_sql(f"ALTER TABLE {table} DISABLE TRIGGER {name}")
    yield
    for (name,) in found:
        connection.exec_driver_sql(f"ALTER TABLE {table} ENABLE TRIGGER {name}")
