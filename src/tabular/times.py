"""Times as shops write them, in whatever order of day and month.

Guarantees: a text without an offset is in the zone given; a time that a zone skips in spring is read as if the
clock had not been changed yet, one that it repeats in autumn as the first; day and month are never guessed
where the file does not tell them apart; a time that has not come yet is refused where it must have happened,
because the stream keeps it for good and a tenant's clock would stand behind it.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache
from zoneinfo import ZoneInfo

from tabular.amounts import NumberReader

_CACHE = 100_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_YEARS = range(1970, 2100)
_CLOCK = (
    r"(?:[T ,]+(?P<hour>[0-9]{1,2}):(?P<minute>[0-9]{2})(?::(?P<second>[0-9]{2})(?:[.,](?P<fraction>[0-9]+))?)?"
    r"\s*(?P<half>[AaPp]\.?[Mm]\.?)?\s*(?P<offset>Z|UTC|GMT|[-+][0-9]{2}:?[0-9]{2}|[-+][0-9]{2})?)?"
)
NUMERIC = re.compile(
    r"(?P<a>[0-9]{1,4})(?P<sep>[./-])\s?(?P<b>[0-9]{1,2})(?P=sep)\s?(?P<c>[0-9]{1,4})" + _CLOCK
)
"""A date of three numbers, with or without a clock."""
_COMPACT = re.compile(
    r"(?P<year>[0-9]{4})(?P<month>[0-9]{2})(?P<day>[0-9]{2})"
    r"(?:T?(?P<hour>[0-9]{2}):?(?P<minute>[0-9]{2})(?::?(?P<second>[0-9]{2}))?)?"
    r"(?P<offset>Z|[-+][0-9]{2}:?[0-9]{2})?"
)
_NAMED = re.compile(
    r"(?:(?P<day>[0-9]{1,2})(?:st|nd|rd|th)?[ .-]*(?P<name>[A-Za-z]{3,9})"
    r"|(?P<name2>[A-Za-z]{3,9})\.?[ -]*(?P<day2>[0-9]{1,2})(?:st|nd|rd|th)?)"
    r"[ .,-]*(?P<year>[0-9]{4}|[0-9]{2})" + _CLOCK
)
_ELAPSED = re.compile(r"[0-9]{10}|[0-9]{13}|[0-9]{16}")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_AHEAD = timedelta(days=1)
"""How far a shop's clock, or its unnamed zone, may be ahead of ours."""
UNITS = {
    "days": timedelta(days=1),
    "hours": timedelta(hours=1),
    "seconds": timedelta(seconds=1),
}
"""Units of elapsed time."""
_WORDS = {"DMY": "day{0}month{0}year", "MDY": "month{0}day{0}year"}


class NotYet(ValueError):
    """A time that has not come yet."""


def latest_at(now: datetime) -> datetime:
    """Give the latest time that can have happened by ``now``: a day later."""
    return now + _AHEAD


class TimeReader:
    """Reads times in one zone; the same text is worked out once.

    Parameters
    ----------
    zone : ZoneInfo
        Of times without an offset.
    time_format : str, default "DMY"
        ``DMY`` or ``MDY`` for dates like 03/04/2011, else a pattern of `datetime.strptime`.
    latest : datetime, optional
        Aware, as `latest_at` gives it: later times are refused. Without it any is read.

    Examples
    --------
    >>> read = TimeReader(ZoneInfo("Europe/Berlin"))
    >>> read("1.7.2011 12:00") == read("2011-07-01T10:00:00Z") == read("20110701 1200")
    True
    >>> TimeReader(ZoneInfo("UTC"), "MDY")("7/1/11 3:05 PM") == read("2011-07-01T15:05+00:00")
    True
    >>> read("yesterday")
    Traceback (most recent call last):
    ...
    ValueError: a time; got 'yesterday'
    """

    def __init__(
        self, zone: ZoneInfo, time_format: str = "DMY", *, latest: datetime | None = None
    ) -> None:
        self.zone = zone
        self.latest = latest
        self.order = time_format if time_format in _WORDS else "DMY"
        self.pattern = None if time_format in _WORDS else time_format
        self._read_once = lru_cache(maxsize=_CACHE)(self._read)

    def __call__(self, text: str) -> int:
        """Read one time as microseconds since 1970 UTC; ValueError or `NotYet` says what was got instead."""
        return self._read_once(text)

    def _read(self, text: str) -> int:
        stripped = text.strip()
        try:
            moment = self._moment(stripped)
        except (ValueError, OverflowError):
            moment = None
        if moment is None:
            raise ValueError(f"a time; got {text!r}")
        moment = moment if moment.tzinfo else moment.replace(tzinfo=self.zone)
        if moment.year not in _YEARS or moment.astimezone(UTC).year not in _YEARS:
            raise ValueError(f"a time from {_YEARS[0]} to {_YEARS[-1]}; got {text!r}")
        if self.latest is not None and moment > self.latest:
            until = self.latest.astimezone(UTC).isoformat(timespec="minutes")
            raise NotYet(f"a time until {until}, a day from now; got {text!r}")
        return (moment - _EPOCH) // _MICROSECOND

    def _moment(self, text: str) -> datetime | None:
        if self.pattern is not None:
            return datetime.strptime(text, self.pattern)
        if text[4:5] == "-" and text[7:8] == "-":
            try:
                return datetime.fromisoformat(text)
            except ValueError:
                pass  # single digits, 12-hour clocks and blanks before an offset: the pattern below
        if _ELAPSED.fullmatch(text):
            return datetime.fromtimestamp(int(text[:10]), UTC) + timedelta(
                microseconds=int(text[10:].ljust(6, "0"))
            )
        if written := NUMERIC.fullmatch(text):
            return self._numeric(written)
        if written := _COMPACT.fullmatch(text.replace(" ", "")):
            date = (int(written["year"]), int(written["month"]), int(written["day"]))
            return _with_clock(date, written, "")
        if written := _NAMED.fullmatch(text):
            month = _MONTHS.index((written["name"] or written["name2"])[:3].lower()) + 1
            day = int(written["day"] or written["day2"])
            return _with_clock((_year(written["year"]), month, day), written, written["half"])
        return None

    def _numeric(self, written: re.Match[str]) -> datetime | None:
        first, second, last = written["a"], int(written["b"]), written["c"]
        if len(first) == 4:
            date = (int(first), second, int(last))
        elif len(first) > 2 or len(last) not in (2, 4):
            return None
        elif self.order == "MDY":
            date = (_year(last), int(first), second)
        else:
            date = (_year(last), second, int(first))
        return _with_clock(date, written, written["half"])

    def describe(self, text: str) -> str:
        """Say how a time is written.

        Examples
        --------
        >>> TimeReader(ZoneInfo("UTC")).describe("24.12.2011 10:00")
        'day.month.year'
        """
        stripped = text.strip()
        if self.pattern is not None:
            return self.pattern
        if (written := NUMERIC.fullmatch(stripped)) and len(written["a"]) <= 2:
            return _WORDS[self.order].format(written["sep"])
        if _ELAPSED.fullmatch(stripped):
            return {10: "seconds", 13: "milliseconds", 16: "microseconds"}[
                len(stripped)
            ] + " since 1970"
        if _COMPACT.fullmatch(stripped.replace(" ", "")):
            return "YYYYMMDD"
        return "day month year" if _NAMED.fullmatch(stripped) else "YYYY-MM-DD"


class ElapsedReader:
    """Reads times that are given as a number of days, hours or seconds since a start.

    Parameters
    ----------
    start : datetime
        Aware.
    unit : str
        One of `UNITS`.
    latest : datetime
        Aware; later times are refused.

    Examples
    --------
    >>> begins, ends = (datetime(year, 1, 1, tzinfo=UTC) for year in (1970, 2000))
    >>> ElapsedReader(begins, "days", NumberReader("."), latest=ends)("1.5") // 3_600_000_000
    36
    """

    def __init__(
        self, start: datetime, unit: str, number: NumberReader, *, latest: datetime
    ) -> None:
        self._start = (start - _EPOCH) // _MICROSECOND
        self._latest = (latest - _EPOCH) // _MICROSECOND
        self._unit = unit
        self._number = number

    def __call__(self, text: str) -> int:
        """Read one time as microseconds since 1970 UTC; ValueError or `NotYet` says what was got instead."""
        elapsed = self._number(text)
        if elapsed < 0:
            raise ValueError(f"0 {self._unit} or more since the start; got {text!r}")
        at = self._start + round(elapsed * (UNITS[self._unit] // _MICROSECOND))
        if at > self._latest:
            raise NotYet(f"a time until a day from now; got {text!r}")
        return at


def _year(text: str) -> int:
    """Read a year; two digits are of 1969 to 2068, as POSIX has it."""
    year = int(text)
    return year if len(text) == 4 else year + (2000 if year < 69 else 1900)


def _with_clock(date: tuple[int, int, int], written: re.Match[str], half: str | None) -> datetime:
    parts = written.groupdict()
    hour, minute = int(parts["hour"] or 0), int(parts["minute"] or 0)
    fraction = (parts.get("fraction") or "")[:6].ljust(6, "0")
    if half:
        if not 1 <= hour <= 12:
            raise ValueError("12-hour clock")
        hour = hour % 12 + (12 if half[0] in "pP" else 0)
    moment = datetime(*date, hour, minute, int(parts["second"] or 0), int(fraction))
    offset = parts["offset"]
    if not offset:
        return moment
    if offset in ("Z", "UTC", "GMT"):
        return moment.replace(tzinfo=UTC)
    digits = offset[1:].replace(":", "").ljust(4, "0")
    shift = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return moment.replace(tzinfo=timezone(-shift if offset[0] == "-" else shift))


def is_time(text: str, time_format: str | None = None) -> bool:
    """Whether a cell holds a time in some known format.

    Examples
    --------
    >>> is_time("19970101"), is_time("InvoiceDate")
    (True, False)
    """
    for order in (time_format,) if time_format else ("DMY", "MDY"):
        try:
            TimeReader(ZoneInfo("UTC"), order)(text)
        except ValueError:
            continue
        return True
    return False
