"""Taking in one file: what is said about it, how it is laid out, whose records it becomes.

Every importer of a file takes a record store with the newest tables; wall time, aware, for what happened or was
recorded more than a day later is refused; the folder where ``rejects.csv`` goes if any row is refused, over an
older one; and a progress, called with the stages ``reading`` and ``writing``. It raises TableError where the file
cannot be read as asked, and nothing was written; TenantConflict, "--currency must be that of tenant ...; got ...";
and SourceError, "import must be the only one that writes tenant ...; ...", after which it may be run again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Engine

from commerce.records.database import reading
from importing.engine.summary import ImportSummary, summarise
from importing.engine.tenancy import TenantPlan, plan_tenant
from tabular.amounts import NumberReader
from tabular.formats import Formats, detected, find_formats, with_header_settled
from tabular.rejects import Rejects
from tabular.table import Table, open_table
from tabular.times import TimeReader, latest_at


@dataclass(frozen=True, kw_only=True)
class FileOptions:
    """What may be said of any file."""

    tenant: str
    """Slug; created by the first import."""
    currency: str | None = None
    """ISO 4217; of a new tenant, default USD."""
    timezone: str | None = None
    """IANA name; of a new tenant, default UTC. Times without an offset are in it."""
    delimiter: str | None = None
    encoding: str | None = None
    """`delimiter`, `encoding`: one character or its name (``tab``, ``space``, ...); any codec name."""
    decimal: str | None = None
    """The decimal mark, a point or a comma."""
    time_format: str | None = None
    """``DMY``, ``MDY``, or a pattern of `datetime.strptime` such as ``%d %b %Y``."""


@dataclass(frozen=True, kw_only=True)
class Intake:
    """A file about to be imported."""

    table: Table
    places: Mapping[str, int]
    """Where each role's column stands, from 0."""
    formats: Formats
    tenancy: TenantPlan
    now: datetime

    def time(self, *, ahead: bool = False) -> TimeReader:
        """Give a reader of what has happened, or of what may lie ahead."""
        latest = None if ahead else latest_at(self.now)
        return TimeReader(self.tenancy.zone, self.formats.time_format, latest=latest)

    def conventions(self) -> dict[str, Any]:
        """Give what a `MoneyReader` of the file's rows needs: its width, currency, numbers and times."""
        return {
            "width": len(self.table.columns),
            "currency": self.tenancy.currency,
            "number": NumberReader(self.formats.mark),
            "time": self.time(),
        }

    def summary(
        self, *, read: int, duplicate: int, written: Counter[str], rejects: Rejects
    ) -> ImportSummary:
        """Sum the import up; see `summarise`."""
        return summarise(
            self.tenancy,
            read=read,
            duplicate=duplicate,
            written=written,
            detected=detected(self.table, self.places, self.formats),
            rejects=rejects,
        )


def take_in(
    engine: Engine,
    path: Path,
    options: FileOptions,
    find: Callable[[tuple[str, ...]], dict[str, int]],
    *,
    now: datetime,
    time: str | None,
    numbers: Sequence[str],
    times: Sequence[str],
    currency: str = "currency",
) -> Intake:
    """Find out how a file is laid out, and whose records it becomes.

    Parameters
    ----------
    find : callable
        Finds the place of each role among the file's columns.
    time : str or None
        The column of times as it was given; by position, the file may have no header.
    numbers, times : sequence of str
        Roles whose cells show how the file writes numbers and times; the first of ``times`` must be there.
    currency : str, default "currency"
        Role of the column that names a currency.

    Raises
    ------
    TableError
        "<option> must ...; got ..." for what is wrong, or cannot be found out.
    TenantConflict
        "--currency must be that of tenant ...; got ..."
    """
    table = open_table(path, delimiter=options.delimiter, encoding=options.encoding)
    table = with_header_settled(table, time, options.time_format)
    places = find(table.columns)
    formats = find_formats(
        table,
        numbers=[places[role] for role in numbers if role in places],
        times=[places[role] for role in times if role in places],
        currency=places.get(currency),
        decimal=options.decimal,
        time_format=options.time_format,
    )
    with reading(engine) as connection:
        tenancy = plan_tenant(
            connection,
            options.tenant,
            currency=options.currency,
            zone=options.timezone,
            seen_currency=formats.currency,
        )
    return Intake(table=table, places=places, formats=formats, tenancy=tenancy, now=now)
