"""How a file writes numbers and times, and whether it has a header.

What the start of the file leaves in doubt (is 03/04 in March or in April, is 1.234 more than a thousand) is
looked for in the rest of it; what all of it leaves in doubt is asked for.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from tabular.columns import is_position
from tabular.detection import DecimalSurvey, TimeSurvey
from tabular.errors import TableError
from tabular.table import Table
from tabular.times import TimeReader, is_time

_SAMPLE = 2_000
_DECIMALS = {".": ".", ",": ",", "point": ".", "dot": ".", "comma": ","}


@dataclass(frozen=True, kw_only=True)
class Formats:
    """How a file writes what is in its cells."""

    mark: str
    time_format: str
    """For `TimeReader`."""
    time_example: str
    currency: str | None
    """The currency the first rows name most often, if a column does."""


@dataclass(frozen=True, kw_only=True)
class Detected:
    """What was found out about a file, or was given."""

    file_format: str
    """``csv`` or ``parquet``."""
    encoding: str | None
    delimiter: str | None
    """`encoding`, `delimiter`: None for Parquet."""
    header: bool
    columns: tuple[str, ...]
    used: Mapping[str, str]
    """What a column is used for, and which one."""
    decimal_mark: str
    """``.`` or ``,``."""
    time_format: str
    """How times are written, in words."""

    def sentence(self) -> str:
        """Say it as a person would.

        Examples
        --------
        >>> Detected(file_format="csv", encoding="cp1252", delimiter=";", header=True,
        ...     columns=("Kunde", "Datum", "Betrag"), used={}, decimal_mark=",",
        ...     time_format="day.month.year").sentence()
        "cp1252, ';' separated, 3 columns, decimal comma, times as day.month.year"
        """
        if self.file_format == "parquet":
            return f"Parquet, {len(self.columns)} columns, times as {self.time_format}"
        names = {"\t": "tab", " ": "blank"}
        mark = names.get(self.delimiter or "", f"'{self.delimiter}'")
        header = "" if self.header else " without a header"
        decimal = "decimal comma" if self.decimal_mark == "," else "decimal point"
        return (
            f"{self.encoding}, {mark} separated, {len(self.columns)} columns{header},"
            f" {decimal}, times as {self.time_format}"
        )


def detected(table: Table, places: Mapping[str, int], formats: Formats) -> Detected:
    """Say what was found out about a file."""
    return Detected(
        file_format=table.file_format,
        encoding=table.encoding,
        delimiter=table.delimiter,
        header=table.header,
        columns=table.columns,
        used={role: table.columns[place] for role, place in places.items()},
        decimal_mark=formats.mark,
        time_format=TimeReader(ZoneInfo("UTC"), formats.time_format).describe(formats.time_example),
    )


def with_header_settled(table: Table, time: str | None, time_format: str | None = None) -> Table:
    """Take the first row for a row like the others if the time's position in it holds a time.

    Parameters
    ----------
    time : str or None
        The column of the time as it was given; by name, the file must have a header.
    """
    if time is None or not is_position(time) or not 1 <= int(time) <= len(table.columns):
        return table
    if not is_time(table.columns[int(time) - 1], settled_time_format(time_format)):
        return table
    return table.without_header()


def settled_time_format(given: str | None) -> str | None:
    """Check a time format that was given.

    Raises
    ------
    TableError
        "--time-format must be DMY, MDY or a pattern ...; got ..."

    Examples
    --------
    >>> settled_time_format("dmy"), settled_time_format("%d %b %Y")
    ('DMY', '%d %b %Y')
    """
    if given is None or given.upper() in ("DMY", "MDY"):
        return given and given.upper()
    if "%" not in given:
        raise TableError(
            f"--time-format must be DMY, MDY or a pattern such as '%d %b %Y'; got {given!r}."
            " See datetime.strptime for the signs of a pattern."
        )
    return given


def settled_decimal(given: str | None) -> str | None:
    """Check a decimal mark that was given.

    Raises
    ------
    TableError
        "--decimal must be . or ,; got ..."

    Examples
    --------
    >>> settled_decimal("comma")
    ','
    """
    if given is None:
        return None
    if given.lower() not in _DECIMALS:
        raise TableError(f"--decimal must be . or ,; got {given!r}. Give the decimal mark.")
    return _DECIMALS[given.lower()]


def find_formats(
    table: Table,
    *,
    numbers: Sequence[int],
    times: Sequence[int],
    currency: int | None = None,
    decimal: str | None = None,
    time_format: str | None = None,
) -> Formats:
    """Read as much of a file as it takes to leave nothing in doubt.

    Parameters
    ----------
    numbers, times : sequence of int
        Places of the columns that hold numbers and times; the first of ``times`` gives the example.
    currency : int, optional
        Place of the column that names a currency.
    decimal, time_format : str, optional
        As given; what is given is not looked for.

    Raises
    ------
    TableError
        "times must tell day from month; ..." or "decimal mark must be told apart ...": nothing in the
        whole file settles it.
    """
    mark, order = settled_decimal(decimal), settled_time_format(time_format)
    if table.file_format == "parquet":
        mark = mark or "."
    marks, orders = DecimalSurvey(), TimeSurvey()
    currencies: Counter[str] = Counter()
    example = ""
    for seen, (_, cells) in enumerate(table.rows()):
        if len(cells) < len(table.columns):
            continue
        if seen >= _SAMPLE and (mark or marks.decided) and (order or orders.decided):
            break
        if not mark:
            marks.feed(cells[place] for place in numbers)
        if not order:
            orders.feed(cells[place] for place in times)
        if seen < _SAMPLE:
            example = example or cells[times[0]]
            if currency is not None:
                currencies[cells[currency].strip().upper()] += 1
    del currencies[""]
    return Formats(
        # a comma between cells is hardly one within numbers
        mark=mark or ("." if table.delimiter == "," and not marks.decided else marks.settled()),
        time_format=order or orders.settled(),
        time_example=example,
        currency=currencies.most_common(1)[0][0] if currencies else None,
    )
