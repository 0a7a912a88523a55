"""How a file of sales lines is to be read: its columns, and how it writes numbers and times.

What the start of the file leaves in doubt (is 03/04 in March or in April, is 1.234 more than a thousand) is
looked for in the rest of it; what all of it leaves in doubt is asked for.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from commerce.sources.amounts import DecimalSurvey, NumberReader
from commerce.sources.columns import find_columns, is_position
from commerce.sources.errors import SourceError
from commerce.sources.lines import LineReader
from commerce.sources.options import COLUMNS, TransactionOptions, prefix_of
from commerce.sources.summary import Detected
from commerce.sources.table import Table
from commerce.sources.times import TimeReader, TimeSurvey, is_time

_SAMPLE = 2_000
_DECIMALS = {".": ".", ",": ",", "point": ".", "dot": ".", "comma": ","}


@dataclass(frozen=True, kw_only=True)
class Plan:
    """How a file is read.

    Attributes
    ----------
    table : Table
    places : mapping of str to int
        Where each role's column stands, from 0.
    mark : str
        The decimal mark.
    time_format : str
        For `TimeReader`.
    time_example : str
        The first time of the file.
    currency : str or None
        The currency the first rows name most often, if a column does.
    """

    table: Table
    places: Mapping[str, int]
    mark: str
    time_format: str
    time_example: str
    currency: str | None

    def detected(self) -> Detected:
        """Say what was found out."""
        table = self.table
        return Detected(
            file_format=table.file_format,
            encoding=table.encoding,
            delimiter=table.delimiter,
            header=table.header,
            columns=table.columns,
            used={role: table.columns[place] for role, place in self.places.items()},
            decimal_mark=self.mark,
            time_format=TimeReader(ZoneInfo("UTC"), self.time_format).describe(self.time_example),
        )

    def line_reader(
        self, options: TransactionOptions, *, currency: str, zone: ZoneInfo
    ) -> LineReader:
        """Give the reader of the file's rows."""
        return LineReader(
            self.places,
            width=len(self.table.columns),
            currency=currency,
            number=NumberReader(self.mark),
            time=TimeReader(zone, self.time_format),
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
    time_format = _time_format(options.time_format)
    table = with_header_settled(table, given, time_format)
    places = find_columns(given, table.columns)
    return _survey(table, places, decimal=_decimal(options.decimal), time_format=time_format)


def with_header_settled(
    table: Table, given: Mapping[str, str], time_format: str | None = None
) -> Table:
    """Take the first row for a row like the others where columns are given by position and it holds a time.

    Parameters
    ----------
    table : Table
    given : mapping of str to str
        Roles and the columns given for them.
    time_format : str, optional
        As given.
    """
    if not any(is_position(name) for name in given.values()):
        return table
    time = given.get("time", "")
    place = int(time) - 1 if is_position(time) else None
    if place is None or not 0 <= place < len(table.columns):
        return table
    return table.without_header() if is_time(table.columns[place], time_format) else table


def _time_format(given: str | None) -> str | None:
    if given is None or given.upper() in ("DMY", "MDY"):
        return given and given.upper()
    if "%" not in given:
        raise SourceError(
            f"--time-format must be DMY, MDY or a pattern such as '%d %b %Y'; got {given!r}."
            " See datetime.strptime for the signs of a pattern."
        )
    return given


def _decimal(given: str | None) -> str | None:
    if given is None:
        return None
    if given.lower() not in _DECIMALS:
        raise SourceError(f"--decimal must be . or ,; got {given!r}. Give the decimal mark.")
    return _DECIMALS[given.lower()]


def _survey(
    table: Table, places: Mapping[str, int], *, decimal: str | None, time_format: str | None
) -> Plan:
    """Read as much of the file as it takes to leave nothing in doubt."""
    numbers, times = DecimalSurvey(), TimeSurvey()
    number_places = [places[role] for role in ("price", "amount", "quantity") if role in places]
    time_places = [places[role] for role in ("time", "recorded") if role in places]
    typed = table.file_format == "parquet"
    settled_number, settled_time = typed or decimal is not None, time_format is not None
    currencies: Counter[str] = Counter()
    example = ""
    for seen, (_, cells) in enumerate(table.rows()):
        if len(cells) < len(table.columns):
            continue
        if (
            seen >= _SAMPLE
            and (settled_number or numbers.decided)
            and (settled_time or times.decided)
        ):
            break
        if not settled_number:
            numbers.feed(cells[place] for place in number_places)
        if not settled_time:
            times.feed(cells[place] for place in time_places)
        if seen < _SAMPLE:
            example = example or cells[places["time"]]
            if "currency_column" in places:
                currencies[cells[places["currency_column"]].strip().upper()] += 1
    del currencies[""]
    return Plan(
        table=table,
        places=places,
        mark=decimal or ("." if typed else numbers.mark()),
        time_format=time_format or times.order(),
        time_example=example,
        currency=currencies.most_common(1)[0][0] if currencies else None,
    )
