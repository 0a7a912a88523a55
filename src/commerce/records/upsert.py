"""INSERTs that say what becomes of a row whose key is taken, in the words of either database."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import Table, bindparam
from sqlalchemy.dialects import postgresql, sqlite

Insert = sqlite.Insert | postgresql.Insert
"""An INSERT; execute it with one row or many."""


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
