"""Rows of a file between its reading and its writing: known ones dropped, customers and products tied to ids."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from functools import partial
from typing import Any, ClassVar

from sqlalchemy import Engine

from commerce.records.database import reading
from commerce.records.sql import pages
from commerce.records.tenants import Tenant
from importing.engine.known import has_events, known_sources
from importing.engine.summary import Content
from tabular.store import Store


class Staging(Store):
    """Rows that name customers and products; beside them stand the ids of those.

    Parameters
    ----------
    table : str
        Empty where a kind of staging makes tables of its own.
    kind : type of NamedTuple, optional
        The rows. ``customer_id`` and ``product_id`` are its last two fields: not kept, and filled in when the rows
        are given back for writing.
    """

    CUSTOMERS: ClassVar[str]
    """Selects each `importing.engine.master_data.NewCustomer` at the earliest row."""

    PRODUCTS: ClassVar[str]
    """Selects each `importing.engine.master_data.NewProduct`."""

    def __init__(self, table: str = "", kind: Any = None) -> None:
        super().__init__(table, kind._fields[:-2] if kind else ())
        for name in ("customer_ids", "product_ids"):
            self._base.execute(f"CREATE TABLE {name} (name PRIMARY KEY, id) WITHOUT ROWID")

    def drop_written(
        self, engine: Engine, tenant: Tenant | None, source: Callable[..., str], *fields: str
    ) -> None:
        """Drop the rows that the stream of a tenant holds: ``source`` makes the source key of some of their fields."""
        if tenant is not None:
            with reading(engine) as connection:
                if has_events(connection, tenant):
                    self.drop_named(partial(known_sources, connection, tenant), source, *fields)

    def held(
        self, table: str, *, at: str, amount: str, customer: str = "customer"
    ) -> Content | None:
        """Sum up what rows hold, of each its instant, its amount and its customer; None where there are none."""
        query = (
            f"SELECT min({at}), max({at}), coalesce(sum({amount}), 0), count(DISTINCT {customer}),"  # noqa: S608
            f" sum({customer} IS NULL) FROM {table}"
        )
        found = Content._make(self._base.execute(query).fetchone())
        return None if found.first is None else found

    def note_sources(self, sources: Iterable[tuple[str, int | None]]) -> None:
        """Note what stands for each row in the source keys of its events, and when the row was known, if it says so."""
        self._base.execute("CREATE TABLE written (source PRIMARY KEY, known) WITHOUT ROWID")
        self._base.executemany("INSERT OR IGNORE INTO written VALUES (?, ?)", sources)

    def known_when(self, sources: Sequence[str]) -> dict[str, int | None]:
        """Give those of some sources that were noted, and when each was known; None where its row does not say."""
        found: dict[str, int | None] = {}
        for page in pages(sources):
            places = ", ".join("?" * len(page))
            query = f"SELECT source, known FROM written WHERE source IN ({places})"  # noqa: S608
            found.update(self._base.execute(query, page))
        return found

    def note_ids(self, table: str, ids: Iterable[tuple[str, str]]) -> None:
        """Note ids in ``customer_ids`` or ``product_ids``: name, 32 hexadecimal digits."""
        self._base.executemany(f"INSERT INTO {table} VALUES (?, ?)", ids)  # noqa: S608


def staged(kind: Any, alias: str, *, without: Collection[str] = ()) -> str:
    """List the columns of a kind of rows, less the two ids at its end; what writing can do without is null.

    Examples
    --------
    >>> from typing import NamedTuple
    >>> class Seen(NamedTuple):
    ...     at: int
    ...     customer: str
    ...     customer_id: str
    ...     product_id: str
    >>> staged(Seen, "seen", without={"customer"})
    'seen.at, NULL'
    """
    names = kind._fields[:-2]
    return ", ".join("NULL" if name in without else f"{alias}.{name}" for name in names)
