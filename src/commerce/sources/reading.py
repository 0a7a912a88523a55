"""How a file of sales lines is to be read: its columns, its formats, and what a line of it means."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from commerce.sources.columns import find_columns
from commerce.sources.errors import SourceError
from commerce.sources.lines import LineReader
from commerce.sources.options import COLUMNS, TransactionOptions, prefix_of
from tables.amounts import NumberReader
from tables.formats import Detected, Formats, detected, find_formats, with_header_settled
from tables.table import Table
from tables.times import TimeReader, latest_at


@dataclass(frozen=True, kw_only=True)
class Plan:
    """How a file is read.

    Attributes
    ----------
    table : Table
    places : mapping of str to int
        Where each role's column stands, from 0.
    formats : Formats
    """

    table: Table
    places: Mapping[str, int]
    formats: Formats

    def detected(self) -> Detected:
        """Say what was found out."""
        return detected(self.table, self.places, self.formats)

    def line_reader(
        self, options: TransactionOptions, *, currency: str, zone: ZoneInfo, now: datetime
    ) -> LineReader:
        """Give the reader of the file's rows; it refuses what is later than a day from ``now``."""
        return LineReader(
            self.places,
            width=len(self.table.columns),
            currency=currency,
            number=NumberReader(self.formats.mark),
            time=TimeReader(zone, self.formats.time_format, latest=latest_at(now)),
            return_prefix=prefix_of("returns", options.returns),
            refuse_prefix=prefix_of("refuse", options.refuse),
            negative_returns=options.returns == "negative",
        )


def plan_reading(table: Table, options: TransactionOptions) -> Plan:
    """Settle how a file of sales lines is read.

    Parameters
    ----------
    table : Table
        From `open_table`.
    options : TransactionOptions
        With its preset filled in.

    Raises
    ------
    SourceError
        "<option> must ...; got ..." for what is wrong, or cannot be found out.
    """
    prefix_of("returns", options.returns)
    prefix_of("refuse", options.refuse)
    if options.repeats not in (None, "keep", "drop"):
        raise SourceError(f"--repeats must be keep or drop; got {options.repeats!r}. Choose one.")
    given = {role: name for role in COLUMNS if (name := getattr(options, role)) is not None}
    table = with_header_settled(table, given.get("time"), options.time_format)
    places = find_columns(given, table.columns)
    formats = find_formats(
        table,
        numbers=[places[role] for role in ("price", "amount", "quantity") if role in places],
        times=[places[role] for role in ("time", "recorded") if role in places],
        currency=places.get("currency_column"),
        decimal=options.decimal,
        time_format=options.time_format,
    )
    return Plan(table=table, places=places, formats=formats)
