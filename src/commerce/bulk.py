"""Writing many rows at the speed the database's own driver allows.

SQLite takes them through executemany, PostgreSQL through COPY. Values are given as the database keeps
them: instants as microseconds, decimals as text, UUIDs as UUIDs.
"""

from __future__ import annotations

from collections.abc import Sequence
from operator import itemgetter
from typing import Any

from sqlalchemy import Connection, Uuid, func, insert, select, text

from commerce import schema


def reserve_ids(connection: Connection, table: str, count: int) -> int:
    """Take consecutive ids of a counted table (``event``, ``posting``, ``payment_event``).

    On SQLite the writing transaction holds the only lock; on PostgreSQL a lock of its own keeps two
    writers' blocks apart until both have committed.

    Parameters
    ----------
    connection : Connection
        Inside a writing transaction.
    table : str
    count : int, >= 1

    Returns
    -------
    int
        The first of ``count`` consecutive ids.
    """
    target = schema.metadata.tables[table]
    if connection.dialect.name == "sqlite":
        last = connection.execute(select(func.coalesce(func.max(target.c.id), 0))).scalar_one()
        return int(last) + 1
    connection.execute(text("SELECT pg_advisory_xact_lock(7303)"))
    sequence = func.pg_get_serial_sequence(table, "id")
    first = int(connection.execute(select(func.nextval(sequence))).scalar_one())
    if count > 1:
        connection.execute(select(func.setval(sequence, first + count - 1)))
    return first


def insert_rows(
    connection: Connection, table: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]
) -> None:
    """Insert many rows of one table.

    Parameters
    ----------
    connection : Connection
        Inside a writing transaction.
    table : str
        A table of `commerce.schema`.
    columns : sequence of str
        In the order of each row's values.
    rows : sequence of sequences

    Notes
    -----
    COPY appends on PostgreSQL; a row that breaks a constraint fails the whole call on both.
    """
    if not rows:
        return
    target = schema.metadata.tables[table]
    identifiers = [
        index for index, name in enumerate(columns) if isinstance(target.c[name].type, Uuid)
    ]
    if connection.dialect.name == "sqlite":
        compiled = insert(target).values(dict.fromkeys(columns)).compile(dialect=connection.dialect)
        in_order = itemgetter(*(columns.index(name) for name in compiled.positiontup or ()))
        connection.exec_driver_sql(
            str(compiled), [in_order(_with_hex(row, identifiers)) for row in rows]
        )
        return
    from psycopg import sql

    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(table), sql.SQL(", ").join(map(sql.Identifier, columns))
    )
    with (
        connection.connection.dbapi_connection.cursor() as cursor,  # type: ignore[union-attr]
        cursor.copy(statement) as copy,
    ):
        for row in rows:
            copy.write_row(row)


def _with_hex(row: Sequence[Any], identifiers: list[int]) -> list[Any]:
    """Write a row's UUIDs as SQLite keeps them."""
    values = list(row)
    for place in identifiers:
        value = values[place]
        if value is not None:
            values[place] = value.hex
    return values
