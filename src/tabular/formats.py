"""How a file writes numbers and times, and whether it has a header.

All of it is looked at (is 03/04 in March or in April, is 1.234 more than a thousand); what all of it leaves in doubt
is asked for.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from operator import itemgetter
from zoneinfo import ZoneInfo

from tabular.amounts import parts_of
from tabular.clocks import ClockDetection, is_clock_pattern
from tabular.columns import is_position
from tabular.detection import DateOrderDetection, DecimalDetection
from tabular.errors import TableError
from tabular.table import Table
from tabular.times import TimeReader, is_time
from tabular.written_times import ORDERS

_BLOCK = 20_000
"""Rows that are looked at together, so that memory does not grow with the file."""
_DECIMALS = {".": ".", ",": ",", "point": ".", "dot": ".", "comma": ","}


@dataclass(frozen=True, kw_only=True)
class Formats:
    """How a file writes what is in its cells."""

    mark: str
    time_formats: tuple[str, ...]
    """For `TimeReader`."""
    time_example: str
    units: Mapping[str, str]
    """What stands before or behind amounts (``$``, ``EUR``), and the first cell that has it."""
    codes: Mapping[str, int]
    """Rows by what they say in the column that names a currency, in capitals."""
    clocks: tuple[str, ...] = ()
    """How times of day in a column of their own are written; see `tabular.clocks.clock_of`."""


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

    def left_aside(self) -> list[str]:
        """Name the columns that nothing is read from."""
        used = set(self.used.values())
        return [column for column in self.columns if column not in used]

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
        time_format=TimeReader(ZoneInfo("UTC"), *formats.time_formats).describe(
            formats.time_example
        ),
    )


def with_header_settled(table: Table, time: str | None, given: Sequence[str] = ()) -> Table:
    """Take the first row for a row like the others if the time's position in it holds a time.

    Parameters
    ----------
    time : str or None
        The column of the time as it was given; by name, the file must have a header.
    given : sequence of str
        Time formats, as given.
    """
    if time is None or not is_position(time) or not 1 <= int(time) <= len(table.columns):
        return table
    if not is_time(table.columns[int(time) - 1], settled_time_formats(given)):
        return table
    return table.without_header()


def settled_time_formats(given: Sequence[str]) -> tuple[str, ...]:
    """Check time formats that were given.

    Raises
    ------
    TableError
        "--time-format must be DMY, MDY, YMD or a pattern ...; got ..."

    Examples
    --------
    >>> settled_time_formats(["dmy", "%d %b %Y"])
    ('DMY', '%d %b %Y')
    """
    for one in given:
        if "%" not in one and one.upper() not in ORDERS:
            raise TableError(
                f"--time-format must be DMY, MDY, YMD or a pattern such as '%d %b %Y'; got {one!r}."
                " See datetime.strptime for the signs of a pattern."
            )
    return tuple(one if "%" in one else one.upper() for one in given)


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
    amounts: Sequence[int],
    times: Sequence[int],
    ahead: Sequence[int] = (),
    currency: int | None = None,
    clock: int | None = None,
    decimal: str | None = None,
    time_formats: Sequence[str] = (),
    latest: datetime | None = None,
) -> Formats:
    """Read a whole file to see how it is written.

    Parameters
    ----------
    numbers, amounts, times, ahead : sequence of int
        Places of the columns that hold numbers, those of them that hold money, times, and times that may lie ahead; the
        first of ``times`` gives the example.
    currency : int, optional
        Place of the column that names a currency.
    clock : int, optional
        Place of the column of times of day.
    decimal : str, optional
    time_formats : sequence of str
        As given; what is given is not looked for. Patterns of a clock alone are of the column of times of day.
    latest : datetime, optional
        Aware; a later date is not what a cell means, but where times may lie ahead.

    Raises
    ------
    TableError
        "order of day, month and year must be told ..." or "decimal mark must be one for the whole column ...":
        nothing in the whole file settles it, or cells contradict each other.
    """
    mark, given = settled_decimal(decimal), settled_time_formats(time_formats)
    clocks = tuple(one for one in given if clock is not None and is_clock_pattern(one))
    formats = tuple(one for one in given if one not in clocks)
    if table.file_format == "parquet":
        mark = mark or "."
    marks, orders, faces = DecimalDetection(), DateOrderDetection(), ClockDetection()
    units: dict[str, str] = {}
    codes: Counter[str] = Counter()
    example, width = "", len(table.columns)
    rows = (cells for _, cells in table.rows() if len(cells) == width)
    while block := list(islice(rows, _BLOCK)):
        for place in numbers if not mark else ():
            marks.feed(distinct(block, place))
        for place in (*times, *ahead) if not formats else ():
            orders.latest = latest.date() if latest and place not in ahead else None
            orders.feed(distinct(block, place))
        for place in amounts:
            _note_units(units, distinct(block, place))
        if clock is not None and not clocks:
            faces.feed(distinct(block, clock))
        if currency is not None:
            codes.update(cells[currency].strip().upper() for cells in block)
        example = example or block[0][times[0]]
    del codes[""]
    return Formats(
        mark=mark or marks.settled(),
        time_formats=formats or (orders.settled(),),
        time_example=example,
        units=units,
        codes=codes,
        clocks=clocks or faces.settled(),
    )


def distinct(block: Iterable[Sequence[str]], place: int) -> Iterable[str]:
    """Give the cells of a column, each once, in the order in which they first stand."""
    return dict.fromkeys(map(itemgetter(place), block))


def _note_units(found: dict[str, str], cells: Iterable[str]) -> None:
    """Note what stands before and behind amounts, each with its first cell."""
    for cell in cells:
        if not cell[-1:].isdigit() or not cell[:1].isdigit():
            written = parts_of(cell)
            for unit in (written["before"], written["after"]) if written else ():
                if unit:
                    found.setdefault(unit, cell)
