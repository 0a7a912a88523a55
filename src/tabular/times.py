"""Times as shops write them, in whatever order of day and month.

Guarantees: a text without an offset is in the zone given; a time that a zone skips in spring is read as if the
clock had not been changed yet, one that it repeats in autumn as the first; day and month are never guessed
where the file does not tell them apart; a time that has not come yet is refused where it must have happened,
because the stream keeps it for good and a tenant's clock would stand behind it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from tabular.amounts import NumberReader
from tabular.clocks import Clock, clock_of, zone_of
from tabular.written_times import ORDERS, describe, moment_of, offset_of

_CACHE = 100_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_YEARS = range(1970, 2100)
_AHEAD = timedelta(days=1)
"""How far a shop's clock, or its unnamed zone, may be ahead of ours."""
UNITS = {
    "days": timedelta(days=1),
    "hours": timedelta(hours=1),
    "seconds": timedelta(seconds=1),
}
"""Units of elapsed time."""


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
    *formats : str
        What a text is read by, the first that fits: ``DMY``, ``MDY`` or ``YMD`` for dates like 03/04/11 and all that
        can be read in one way only, else a pattern of `datetime.strptime`. Without any, ``DMY``.
    clocks : sequence of str
        What a clock in a column of its own is read by; see `tabular.clocks.clock_of`.
    latest : datetime, optional
        Aware, as `latest_at` gives it: later times are refused. Without it any is read.

    Examples
    --------
    >>> read = TimeReader(ZoneInfo("Europe/Berlin"))
    >>> read("1.7.2011 12:00") == read("2011-07-01T10:00:00Z") == read("20110701 1200")
    True
    >>> read("1.7.2011", "2 PM") == read("1.7.2011", "12:00", "UTC") == read("1.7.2011 14:00")
    True
    >>> TimeReader(ZoneInfo("UTC"), "MDY")("7/1/11 3:05 PM") == read("2011-07-01T15:05+00:00")
    True
    >>> read("yesterday")
    Traceback (most recent call last):
    ...
    ValueError: a time; got 'yesterday'
    """

    def __init__(
        self,
        zone: ZoneInfo,
        *formats: str,
        clocks: Sequence[str] = (),
        latest: datetime | None = None,
    ) -> None:
        self.zone = zone
        self.clocks = clocks
        self.latest = latest
        self.formats = formats or ORDERS[:1]
        self._read_once = lru_cache(maxsize=_CACHE)(self._read)

    def __call__(self, text: str, clock: str | None = None, zone: str | None = None) -> int:
        """Read one time as microseconds since 1970 UTC; ValueError or `NotYet` says what was got instead.

        Parameters
        ----------
        clock, zone : str, optional
            The time of day and the zone, where they stand in columns of their own. An offset behind the time itself
            wins; a date that shows a clock, too, must show the same.
        """
        return self._read_once(text, clock, zone)

    def _read(self, text: str, clock: str | None, zone: str | None) -> int:
        moment = self._moment(text.strip())
        shown = repr(" ".join(filter(None, (text, clock, zone))))
        if moment is None:
            raise ValueError(f"a time; got {text!r}")
        if clock is not None:
            moment = self._at_clock(moment, clock_of(clock, self.clocks), shown)
        if moment.tzinfo is None:
            of = self.zone if zone is None else zone_of(zone, moment, self.zone)
            moment = moment.replace(tzinfo=of)
        if moment.year not in _YEARS or moment.astimezone(UTC).year not in _YEARS:
            raise ValueError(f"a time from {_YEARS[0]} to {_YEARS[-1]}; got {shown}")
        if self.latest is not None and moment > self.latest:
            until = self.latest.astimezone(UTC).isoformat(timespec="minutes")
            raise NotYet(f"a time until {until}, a day from now; got {shown}")
        return (moment - _EPOCH) // _MICROSECOND

    def _at_clock(self, day: datetime, clock: Clock, shown: str) -> datetime:
        """Put a date and a clock together."""
        midnight = datetime(day.year, day.month, day.day)
        moment = midnight + clock.after
        if day.tzinfo is None and day == midnight:
            if not clock.offset:
                return moment
            return moment.replace(tzinfo=offset_of(clock.offset, moment, self.zone))
        if day.replace(tzinfo=None, second=0, microsecond=0) != moment.replace(
            second=0, microsecond=0
        ):
            raise ValueError(f"one time, whose date shows no other clock; got {shown}")
        return day

    def _moment(self, text: str) -> datetime | None:
        for one in self.formats:
            try:
                found = (
                    moment_of(text, one, self.zone)
                    if one in ORDERS
                    else datetime.strptime(text, one)
                )
            except (ValueError, OverflowError):
                continue
            if found is not None:
                return found
        return None

    def describe(self, text: str) -> str:
        """Say how a time is written.

        Examples
        --------
        >>> TimeReader(ZoneInfo("UTC")).describe("24.12.2011 10:00")
        'day.month.year'
        """
        patterns = [one for one in self.formats if one not in ORDERS]
        return ", then ".join(patterns) if patterns else describe(text.strip(), self.formats[0])


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


def is_time(text: str, formats: Sequence[str] = ()) -> bool:
    """Whether a cell holds a time in some known format.

    Examples
    --------
    >>> is_time("19970101"), is_time("InvoiceDate")
    (True, False)
    """
    try:
        TimeReader(ZoneInfo("UTC"), *(formats or ORDERS))(text)
    except ValueError:
        return False
    return True
