"""What the statements of every room say alike, in the words of either database: whose rows, and how tables meet.

Each database keeps a UUID in its own way, and the stream names records by their digits; `hexadecimal` reads both.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    FromClause,
    Table,
    Text,
    bindparam,
    cast,
    func,
    literal_column,
    type_coerce,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.sql.util import join_condition

Insert = sqlite.Insert | postgresql.Insert
"""An INSERT; execute it with one row or many."""

Value = TypeVar("Value")
_LISTED = 900
"""Values of one IN list; below the least limit of any SQLite."""


def bound(table: FromClause, **names: str) -> tuple[ColumnElement[bool], ...]:
    """Keep to the tenant's rows whose columns hold the parameters of some names; binds ``tenant``, too.

    Examples
    --------
    >>> from commerce.records import schema
    >>> print(*bound(schema.order_line, order_id="order"))
    order_line.tenant_id = :tenant order_line.order_id = :order
    """
    held = {"tenant_id": "tenant", **names}
    return tuple(table.c[column] == bindparam(name) for column, name in held.items())


def among(column: ColumnElement[Any], name: str) -> ColumnElement[bool]:
    """Keep to what is in the list that a parameter gives."""
    return column.in_(bindparam(name, expanding=True))


def pages(values: Sequence[Value]) -> Iterator[Sequence[Value]]:
    """Cut values into lists short enough for one statement."""
    for start in range(0, len(values), _LISTED):
        yield values[start : start + _LISTED]


def linked(table: FromClause, other: FromClause) -> ColumnElement[bool]:
    """Let a row meet the one of the same tenant that it refers to, by the one reference between their tables.

    Examples
    --------
    >>> from commerce.records import schema
    >>> print(linked(schema.variant, schema.product))
    product.id = variant.product_id AND product.tenant_id = variant.tenant_id
    """
    return join_condition(table, other)


def micros(column: ColumnElement[Any]) -> ColumnElement[int]:
    """Read an instant as the microseconds that are kept."""
    return type_coerce(column, BigInteger)


def unindexed(column: ColumnElement[Any]) -> ColumnElement[int]:
    """Order by an instant so that SQLite looks up what is asked for, and does not read all in that order instead."""
    return micros(column) + literal_column("0")


def total(column: ColumnElement[Any]) -> ColumnElement[int]:
    """Add up to a whole number; nothing comes to 0."""
    return cast(func.coalesce(func.sum(column), 0), BigInteger)


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


def insert_new(dialect: str, table: Table, *key: str) -> Insert:
    """Compose an INSERT that leaves out a row whose key is taken.

    Add ``returning`` to learn which rows were made: ``rowcount`` is -1 where many are given.

    Parameters
    ----------
    dialect : {"sqlite", "postgresql"}
    *key : str
        Columns of the key that may be taken; by default any of the table's. Another is refused.
    """
    return _insert(dialect, table).on_conflict_do_nothing(index_elements=key or None)


def upsert(
    dialect: str,
    table: Table,
    columns: Sequence[str],
    key: Sequence[str],
    change: Callable[[Any], Mapping[str, Any]],
) -> Insert:
    """Compose an INSERT that changes the row that is there where its key is taken.

    Parameters
    ----------
    dialect : {"sqlite", "postgresql"}
    columns : sequence of str
        What is inserted; each is a parameter of its own name.
    key : sequence of str
        Columns of the key that may be taken.
    change : callable
        Takes the columns of the row that could not be inserted, and gives what is set in the one that is there.
    """
    new = _insert(dialect, table).values({name: bindparam(name) for name in columns})
    return new.on_conflict_do_update(index_elements=key, set_=change(new.excluded))


def _insert(dialect: str, table: Table) -> Insert:
    return sqlite.insert(table) if dialect == "sqlite" else postgresql.insert(table)
