"""UUIDs within SQL: each database keeps them in its own way, and the stream names records by their digits."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Text
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement


class hexadecimal(FunctionElement[str]):  # noqa: N801 (reads as a function in a query)
    """Read a UUID column as 32 hexadecimal digits, as ``event.aggregate_id`` names a record.

    SQLite keeps those digits; PostgreSQL writes dashes, which are taken out. No UUID is made for a row.

    Examples
    --------
    >>> from sqlalchemy import Uuid, column
    >>> from sqlalchemy.dialects import postgresql, sqlite
    >>> read = hexadecimal(column("id", Uuid))
    >>> print(read.compile(dialect=sqlite.dialect()))
    id
    >>> print(read.compile(dialect=postgresql.dialect()))
    replace(CAST(id AS TEXT), '-', '')
    """

    type = Text()
    inherit_cache = True

    def __init__(self, column: ColumnElement[Any]) -> None:
        super().__init__(column)


@compiles(hexadecimal, "sqlite")
def _as_kept(element: hexadecimal, compiler: Any, **how: Any) -> str:
    return str(compiler.process(element.clauses, **how))


@compiles(hexadecimal, "postgresql")
def _without_dashes(element: hexadecimal, compiler: Any, **how: Any) -> str:
    return f"replace(CAST({compiler.process(element.clauses, **how)} AS TEXT), '-', '')"
