"""Rows of a tenant, found and written by what their columns hold.

A record with a status moves by `commerce.records.machine.fire`; this is for what has none, and for reading.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Generic, NamedTuple, TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Table, func, insert, select, true, update
from sqlalchemy.exc import IntegrityError

from commerce.records.errors import Conflict, IllegalMove, check_choice, existing
from commerce.records.moves import Machine
from commerce.records.work import Work

_UNIQUE = {"23505", "SQLITE_CONSTRAINT_UNIQUE", "SQLITE_CONSTRAINT_PRIMARYKEY"}
Kind = TypeVar("Kind", bound=NamedTuple)


def own(work: Work, table: Table, **values: Any) -> list[ColumnElement[bool]]:
    """Give the conditions of a tenant's rows that hold some values."""
    known = {"tenant_id": work.tenant.id, **values}
    return [table.c[name] == value for name, value in known.items()]


def asked(table: Table, **values: Any) -> list[ColumnElement[bool]]:
    """Give the conditions of rows that hold some values; None asks for nothing."""
    return [table.c[name] == value for name, value in values.items() if value is not None]


def first(work: Work, table: Table, *, lock: bool = False, **values: Any) -> Row[Any] | None:
    """Read the row that holds some values, None if there is none; locked, it waits for who changes it."""
    query = select(table).where(*own(work, table, **values))
    return work.connection.execute(query.with_for_update(key_share=True) if lock else query).first()


def find(
    work: Work, table: Table, record: UUID | None, kind: str | None = None, *, lock: bool = False
) -> Row[Any]:
    """Read a row by its id.

    Raises
    ------
    NotFound
        "category must exist; got ...", by ``kind`` or else the table's name.
    """
    return existing(first(work, table, lock=lock, id=record), kind or table.name, record)


def shown(kind: type[Kind], row: Row[Any]) -> Kind:
    """Give what may be shown of a row: the columns that ``kind`` names."""
    return kind._make(getattr(row, name) for name in kind._fields)


def visible(work: Work, column: ColumnElement[Any], mine: UUID | None) -> ColumnElement[bool]:
    """Give the condition of rows that are the actor's business: all for who runs the shop, else its own."""
    return true() if work.actor.runs_the_shop else column.in_([mine])


def listed(
    work: Work,
    kind: type[Kind],
    table: Table,
    *conditions: ColumnElement[bool],
    order: tuple[ColumnElement[Any], ...],
    limit: int | None = None,
    offset: int | None = None,
) -> list[Kind]:
    """List what may be shown of rows: the columns that ``kind`` names."""
    query = select(*(table.c[name] for name in kind._fields)).where(*own(work, table), *conditions)
    rows = work.connection.execute(query.order_by(*order).limit(limit).offset(offset))
    return [kind._make(row) for row in rows]


class Part(NamedTuple, Generic[Kind]):
    """Some of the rows that were asked for, in order, and how many there are in all."""

    total: int
    rows: list[Kind]


def part(
    work: Work,
    kind: type[Kind],
    table: Table,
    *conditions: ColumnElement[bool],
    order: tuple[ColumnElement[Any], ...],
    limit: int,
    offset: int,
) -> Part[Kind]:
    """List some of the rows that `listed` gives, and count them all."""
    counted = select(func.count()).select_from(table).where(*own(work, table), *conditions)
    total = int(work.connection.scalar(counted) or 0)
    found = listed(work, kind, table, *conditions, order=order, limit=limit, offset=offset)
    return Part(total, found)


def ordered(table: Table, asked: str | None, *names: str) -> tuple[ColumnElement[Any], ...]:
    """Give the order that was asked for, made total by the last name; what is not known yet counts as the greatest.

    Parameters
    ----------
    asked : str or None
        One of the names, ``-`` before it for the other direction; None for the first.
    *names : str
        Columns by which may be ordered; the last one tells every two rows apart.

    Raises
    ------
    RecordError
        "ordering must be one of number, created_at; got 'age'. ..."
    """
    name = (asked or names[0]).removeprefix("-")
    check_choice("ordering", name, names)
    down = bool(asked) and str(asked).startswith("-")
    columns = [table.c[each] for each in dict.fromkeys((name, names[-1]))]
    return tuple(_towards(column, down=down) for column in columns)


def _towards(column: ColumnElement[Any], *, down: bool) -> ColumnElement[Any]:
    """Order by a column; nothing counts as the greatest, as PostgreSQL has it."""
    ordered = column.desc() if down else column.asc()
    if not getattr(column, "nullable", False):
        return ordered
    return ordered.nulls_first() if down else ordered.nulls_last()


def add(work: Work, table: Table, **values: Any) -> None:
    """Write a new row of the tenant."""
    work.connection.execute(insert(table).values(tenant_id=work.tenant.id, **values))


def change(work: Work, table: Table, record: UUID | None, **values: Any) -> bool:
    """Write columns of a row, and tell whether there is such a row."""
    row = update(table).where(*own(work, table, id=record))
    return work.connection.execute(row.values(**values)).rowcount == 1


def require_state(machine: Machine, row: Row[Any], event: str, *states: str) -> None:
    """Refuse early what `fire` would refuse in the end: a record that is not where a move starts.

    Raises
    ------
    IllegalMove
    """
    if row.status not in (states or machine.moves[event].sources):
        raise IllegalMove(machine.kind, row.id, event, row.status, machine.allowed(row.status))


@contextmanager
def unique(what: str, value: object) -> Iterator[None]:
    """Turn the database's refusal of a second row into a conflict; of two at once, one gets it too.

    On PostgreSQL the transaction is spent then, so let the conflict end the `Work`.

    Parameters
    ----------
    what : str
        What is to be unique, for the sentence.
    value : object
        What was asked for.

    Raises
    ------
    Conflict
        "e-mail address must be new; got ..., which is taken. Choose another."
    """
    try:
        yield
    except IntegrityError as error:
        code = getattr(error.orig, "sqlstate", None) or getattr(
            error.orig, "sqlite_errorname", None
        )
        if code not in _UNIQUE:
            raise
        raise Conflict(
            f"{what} must be new; got {value!r}, which is taken. Choose another."
        ) from error
