"""Rows that were read, on their way to where they are needed: kept in a temporary file, so that memory stays bounded.

SQLite's nameless database is used: on disk, without a name, gone with the process even if it is killed.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence, Sized
from typing import Any, Self, TypeVar

from tabular.asides import aside_of, is_remark
from tabular.errors import Refused
from tabular.progress import Progress
from tabular.rejects import Rejects
from tabular.table import Table

_BATCH = 5_000
_STAGE = 2_000
_Group = TypeVar("_Group", bound=Sized)


class Store:
    """A temporary table of rows; a context manager.

    Parameters
    ----------
    table : str
        Empty where a kind of store makes tables of its own.
    fields : sequence of str
        Its columns behind ``row``, the number of the row in the file. `repeats` and `rename` need a ``key`` among them,
        which stands for all fields.
    """

    def __init__(self, table: str = "", fields: Sequence[str] = ()) -> None:
        self._table = table
        self._fields = tuple(fields)
        self._base = sqlite3.connect("", isolation_level=None)
        for pragma in ("journal_mode = OFF", "synchronous = OFF", "cache_size = -65536"):
            self._base.execute(f"PRAGMA {pragma}")
        if table:
            self._base.execute(
                f"CREATE TABLE {table} (row INTEGER PRIMARY KEY, {', '.join(self._fields)})"
            )
        self._base.execute("BEGIN")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._base.close()

    def add(self, rows: Iterable[Sequence[Any]]) -> None:
        """Take rows, each behind its number."""
        places = ", ".join("?" * (len(self._fields) + 1))
        self._base.executemany(f"INSERT INTO {self._table} VALUES ({places})", rows)  # noqa: S608

    def stage(
        self,
        table: Table,
        read: Callable[[list[str]], Sequence[Any]],
        rejects: Rejects,
        report_progress: Progress,
        label: Sequence[str] = (),
    ) -> int:
        """Take the rows of a file that can be read, reject the others under a label, and count both.

        What a row has beyond the fields of the table is not kept; lines that are no data are left aside, not counted.
        """
        rows, size, width, batch = 0, table.size(), len(self._fields), []
        remarks: list[tuple[int, list[str], Refused]] = []

        def reject(number: int, cells: list[str], refused: Refused) -> None:
            rejects.add(number, [*label, *cells], refused)
            self.note_refused(number, refused)

        for (number, cells), position in table.rows_and_position():
            rows += 1
            try:
                batch.append((number, *read(cells)[:width]))
            except Refused as refused:
                aside = aside_of(cells, table.columns, header=table.header)
                if aside is not None:
                    rejects.leave_aside(number, aside)
                elif is_remark(cells):
                    remarks.append((number, cells, refused))
                else:
                    reject(number, cells, refused)
            else:
                while remarks:
                    reject(*remarks.pop(0))
            if len(batch) >= _STAGE:
                self.add(batch)
                batch.clear()
                report_progress("reading", position, size)
        self.add(batch)
        for number, _, _ in remarks:
            rejects.leave_aside(number, "footer")
        report_progress("reading", size, size)
        return rows - sum(map(len, rejects.left_aside.values()))

    def note_refused(self, row: int, refused: Refused) -> None:
        """Note a refused row, where the others of its group are to know; here nothing is."""

    def count(self) -> int:
        """Count the rows that are left."""
        query = f"SELECT count(*) FROM {self._table}"  # noqa: S608
        return int(self._base.execute(query).fetchone()[0])

    def repeats(self, *fields: str) -> list[tuple[int, bytes, int]]:
        """Give the rows whose key, with some fields, stood in an earlier row: number, key, and the how-manyth it is."""
        table = self._table
        self._base.execute(f"CREATE INDEX IF NOT EXISTS {table}_key ON {table} (key)")
        query = (
            "SELECT row, key, place FROM (SELECT row, key,"  # noqa: S608
            f" row_number() OVER (PARTITION BY {', '.join(('key', *fields))} ORDER BY row) AS place FROM {table}"
            f" WHERE key IN (SELECT key FROM {table} GROUP BY key HAVING count(*) > 1)) WHERE place > 1"
        )
        return self._base.execute(query).fetchall()

    def rename(self, keys: Iterable[tuple[bytes, int]]) -> None:
        """Give rows another key: key, number."""
        self._base.executemany(f"UPDATE {self._table} SET key = ? WHERE row = ?", keys)  # noqa: S608

    def drop(self, rows: Iterable[int]) -> None:
        """Forget rows."""
        self._base.executemany(
            f"DELETE FROM {self._table} WHERE row = ?",  # noqa: S608
            ((row,) for row in rows),
        )

    def walk(self, *fields: str) -> Iterator[list[Any]]:
        """Give number and some fields of every row, in batches; rows may be dropped meanwhile."""
        query = (
            f"SELECT row, {', '.join(fields)} FROM {self._table}"  # noqa: S608
            " WHERE row > ? ORDER BY row LIMIT ?"
        )
        last = -1
        while batch := self._base.execute(query, (last, _BATCH)).fetchall():
            last = batch[-1][0]
            yield batch

    def drop_named(
        self, known: Callable[[list[str]], Iterable[str]], name: Callable[..., str], *fields: str
    ) -> None:
        """Drop the rows of which a callable knows the names, made of some of their fields."""
        for batch in self.walk(*fields):
            rows = {name(*values): row for row, *values in batch}
            self.drop(rows[one] for one in known(list(rows)))

    def each(self, kind: Any, query: str) -> Iterator[list[Any]]:
        """Give the rows of a query as named tuples of a kind, in batches."""
        for batch in self.batches(query):
            yield [kind._make(row) for row in batch]

    def batches(self, query: str) -> Iterator[list[Any]]:
        """Give the rows of a query, in batches."""
        cursor = self._base.execute(query)
        while batch := cursor.fetchmany(_BATCH):
            yield batch


def chunks(groups: Iterable[_Group], size: int) -> Iterator[list[_Group]]:
    """Put whole groups of rows together until a transaction is worth its while: ``size`` rows.

    Examples
    --------
    >>> list(chunks([[1, 2], [3], [4, 5]], 3))
    [[[1, 2], [3]], [[4, 5]]]
    """
    chunk: list[_Group] = []
    rows = 0
    for group in groups:
        chunk.append(group)
        rows += len(group)
        if rows >= size:
            yield chunk
            chunk, rows = [], 0
    if chunk:
        yield chunk
