"""Writing many rows at the speed the database's own driver allows.

SQLite takes them through executemany, PostgreSQL through COPY. Values are given as the database keeps
them: instants as microseconds, decimals as text, UUIDs as UUIDs or as their 32 hexadecimal digits.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from functools import cache
from operator import itemgetter
from typing import Any

from sqlalchemy import JSON, Connection, Uuid, func, insert, select, text
from sqlalchemy.dialects import sqlite

from commerce.records import schema
from commerce.records.prepared import execute

_FEW = 200


def reserve_ids(connection: Connection, table: str, count: int) -> Sequence[int]:
    """Take ids of a counted table (``event``, ``payment_event``), in rising order.

    On SQLite the writing transaction holds the only lock; on PostgreSQL the table's sequence gives them, so
    that writers never wait for each other, and another writer's ids may stand between.

    Parameters
    ----------
    connection : Connection
        Inside a writing transaction.
    count : int, >= 1
    """
    if connection.dialect.name == "sqlite":
        ((last,),) = execute(connection, _last_id(table), ()).fetchall()
        last = last or 0
        return range(last + 1, last + 1 + count)
    return connection.execute(_NEXT_IDS, {"table": table, "count": count}).scalars().all()


_NEXT_IDS = text(
    "SELECT nextval(pg_get_serial_sequence(:table, 'id')) FROM generate_series(1, :count)"
)


@cache
def _last_id(table: str) -> str:
    target = schema.metadata.tables[table]
    return str(select(func.max(target.c.id)).compile(dialect=sqlite.dialect()))


def insert_rows(
    connection: Connection,
    table: str,
    columns: Sequence[str],
    rows: Sequence[Sequence[Any]],
    *,
    only_new: bool = False,
) -> None:
    """Insert many rows of one table.

    Parameters
    ----------
    connection : Connection
        Inside a writing transaction.
    table : str
        A table of `commerce.records.schema`.
    columns : sequence of str
        In the order of each row's values.
    only_new : bool, default False
        Whether a row whose key is taken is left out; else it fails the whole call.

    Notes
    -----
    COPY appends on PostgreSQL, one INSERT where they are few.
    """
    if not rows:
        return
    unless = " ON CONFLICT DO NOTHING" if only_new else ""
    if connection.dialect.name == "sqlite":
        statement, in_order, identifiers = _for_sqlite(table, tuple(columns))
        given = [in_order(_with_hex(row, identifiers)) for row in rows]
        execute(connection, statement + unless, given)
        return
    few = len(rows) <= _FEW and not any(_is_document(table, name) for name in columns)
    if few or only_new:
        execute(connection, inserting(table, tuple(columns)) + unless, as_document(columns, rows))
        return
    driver: Any = connection.connection.dbapi_connection
    with driver.cursor() as cursor, cursor.copy(_copying(table, tuple(columns))) as copy:
        for row in rows:
            copy.write_row(row)


def as_document(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> dict[str, str]:
    """Write rows as the parameter of `inserting`."""
    named = (zip(columns, row, strict=True) for row in rows)
    filled = [{name: value for name, value in row if value is not None} for row in named]
    return {"rows": json.dumps(filled, default=str)}


@cache
def inserting(table: str, columns: tuple[str, ...]) -> str:
    """Compose PostgreSQL's INSERT of rows that come in one JSON document.

    It is planned and run as one statement, whatever their number and whichever of their columns are empty.
    """
    from psycopg import sql

    names = sql.SQL(", ").join(map(sql.Identifier, columns))
    statement = sql.SQL(
        "INSERT INTO {0} ({1}) SELECT {1} FROM json_populate_recordset(NULL::{0}, {2})"
    )
    return statement.format(sql.Identifier(table), names, sql.Placeholder("rows")).as_string()


@cache
def _is_document(table: str, column: str) -> bool:
    """Tell whether a column holds JSON itself, which would be read as a text in another."""
    return isinstance(schema.metadata.tables[table].c[column].type, JSON)


@cache
def _for_sqlite(
    table: str, columns: tuple[str, ...]
) -> tuple[str, Callable[[Sequence[Any]], Any], list[int]]:
    """Compile an INSERT once: its text, how a row is put in its order, and where its UUIDs stand."""
    target = schema.metadata.tables[table]
    identifiers = [
        index for index, name in enumerate(columns) if isinstance(target.c[name].type, Uuid)
    ]
    compiled = insert(target).values(dict.fromkeys(columns)).compile(dialect=sqlite.dialect())
    order = [columns.index(name) for name in compiled.positiontup or ()]
    return str(compiled), itemgetter(*order) if len(order) > 1 else tuple, identifiers


@cache
def _copying(table: str, columns: tuple[str, ...]) -> Any:
    from psycopg import sql

    names = sql.SQL(", ").join(map(sql.Identifier, columns))
    return sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(table), names)


def _with_hex(row: Sequence[Any], identifiers: list[int]) -> Sequence[Any]:
    """Write a row's UUIDs as SQLite keeps them."""
    if not identifiers:
        return row
    values = list(row)
    for place in identifiers:
        value = values[place]
        if value is not None and value.__class__ is not str:
            values[place] = value.hex
    return values
