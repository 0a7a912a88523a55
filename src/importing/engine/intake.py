"""Taking in one file: what is said about it, how it is laid out, whose records it becomes.

Every importer of a file takes a record store with the newest tables; wall time, aware, for what happened or was
recorded more than a day later is refused; the folder where ``rejects.csv`` goes if any row is refused, over an
older one; a progress, called with the stages ``reading`` and ``writing``; and whether it is a dry run, which does all
of it in one transaction, takes that back, and leaves no file. It raises TableError where the file
cannot be read as asked, and nothing was written; TenantConflict, "--currency must be that of tenant ...; got ...";
and SourceError, "import must be the only one that writes tenant ...; ...", after which it may be run again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import Engine

from commerce.records.database import reading
from importing.engine.clock_columns import BESIDE, check_beside, find_beside
from importing.engine.currencies import currency_of
from importing.engine.refusals import DEFAULT_SHARE, check_refused
from importing.engine.summary import Content, ImportSummary, summarise
from importing.engine.tenancy import TenantPlan, plan_tenant
from importing.engine.writing import Writer
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
    time_format: Sequence[str] = ()
    """``DMY``, ``MDY``, ``YMD``, or patterns of `datetime.strptime` such as ``%d %b %Y``, tried in this order; those of
    a clock alone, such as ``%H%M``, are of `time_of_day`."""
    time_of_day: str | None = None
    zone_column: str | None = None
    """`time_of_day`, `zone_column`: the columns of the clock and of the zone, where the time's own has none."""
    ignore: Sequence[str] = ()
    """Columns that are left out, though their names are well known."""
    skip: int | None = None
    """Lines above the header; found out where not given."""
    backfill: bool = False
    """Whether what comes in behind something that was computed counts from when it was known all the same."""
    allow_refused: float = DEFAULT_SHARE
    """The share of rows, 0 to 1, that may be refused; where more are, nothing is taken in."""


@dataclass(frozen=True, kw_only=True)
class Intake:
    """A file about to be imported."""

    table: Table
    places: Mapping[str, int]
    """Where each role's column stands, from 0."""
    shown: Sequence[str]
    """The columns; what was left out by name, or stands beside the time, has no name here."""
    formats: Formats
    tenancy: TenantPlan
    now: datetime
    allow_refused: float

    def check_refused(self, rejects: Rejects, read: int) -> None:
        """Take nothing in where more rows are refused than may be; see `check_refused`."""
        check_refused(rejects, read, self.allow_refused)

    def time(self, *, ahead: bool = False) -> TimeReader:
        """Give a reader of what has happened, or of what may lie ahead."""
        latest = None if ahead else latest_at(self.now)
        formats = self.formats
        return TimeReader(
            self.tenancy.zone, *formats.time_formats, clocks=formats.clocks, latest=latest
        )

    def conventions(self) -> dict[str, Any]:
        """Give what a `MoneyReader` of the file's rows needs: its width, currency, numbers and times."""
        return {
            "width": len(self.table.columns),
            "currency": self.tenancy.currency,
            "number": NumberReader(self.formats.mark),
            "time": self.time(),
            "beside": {role: place for role, place in self.places.items() if role in BESIDE},
        }

    def summary(
        self,
        *,
        read: int,
        duplicate: int,
        writer: Writer,
        rejects: Rejects,
        content: Content | None = None,
        changed: Mapping[str, Sequence[str]] | None = None,
    ) -> ImportSummary:
        """Sum the import up; see `summarise`."""
        return summarise(
            self.tenancy,
            read=read,
            duplicate=duplicate,
            writer=writer,
            detected=detected(self.table, self.places, self.formats),
            rejects=rejects,
            content=content,
            changed=changed,
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
    amounts: Sequence[str],
    times: Sequence[str],
    ahead: Sequence[str] = (),
    currency: str = "currency",
) -> Intake:
    """Find out how a file is laid out, and whose records it becomes.

    Parameters
    ----------
    find : callable
        Finds the place of each role among the file's columns; what is left out or beside the time has no name there.
    time : str or None
        The column of times as it was given; by position, the file may have no header.
    numbers, amounts, times, ahead : sequence of str
        Roles whose cells show how the file writes numbers, money among them, times, and times that may lie ahead; the
        first of ``times`` must be there.
    currency : str, default "currency"
        Role of the column that names a currency.

    Raises
    ------
    TableError
        "<option> must ...; got ..." for what is wrong, or cannot be found out.
    SourceError
        "--currency must be given where a file names several; got ..."
    TenantConflict
        "--currency must be that of tenant ...; got ..."
    """
    table = open_table(
        path, delimiter=options.delimiter, encoding=options.encoding, skip=options.skip
    )
    table = with_header_settled(table, time, options.time_format)
    places, shown = find_beside(
        table.columns,
        {role: name for role in BESIDE if (name := getattr(options, role)) is not None},
        time,
        options.ignore,
    )
    places = find(shown) | places
    check_beside(shown, places)

    def standing(roles: Sequence[str]) -> list[int]:
        return [places[role] for role in roles if role in places]

    formats = find_formats(
        table,
        numbers=standing(numbers),
        amounts=standing(amounts),
        times=standing(times),
        ahead=standing(ahead),
        currency=places.get(currency),
        clock=places.get("time_of_day"),
        decimal=options.decimal,
        time_formats=options.time_format,
        latest=latest_at(now),
    )
    with reading(engine) as connection:
        tenancy = plan_tenant(
            connection,
            options.tenant,
            currency=options.currency,
            zone=options.timezone,
            seen_currency=partial(currency_of, formats),
        )
    return Intake(
        table=table,
        places=places,
        shown=shown,
        formats=formats,
        tenancy=tenancy,
        now=now,
        allow_refused=options.allow_refused,
    )
