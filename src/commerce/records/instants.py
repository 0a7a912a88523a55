"""Instants: UTC always, whole microseconds since 1970 inside the stream.

Guarantees: a naive datetime never passes, and no instant is rounded on its way in or out.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from commerce.records.errors import RecordError

DAY = 86_400_000_000
"""Microseconds in a day of 24 elapsed hours."""

HOUR = 3_600_000_000
"""Microseconds in an hour."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_FIRST, _LAST = ((datetime(year, 1, 1, tzinfo=UTC) - _EPOCH) // _MICROSECOND for year in (2, 9999))
"""What lies between can be written in every zone."""


def to_micros(instant: datetime) -> int:
    """Turn an aware datetime, in any zone, into microseconds since 1970 UTC, exact.

    Raises
    ------
    RecordError
        "instant must carry a time zone; got ...", "instant must be of the years 2 to 9998; got ..."

    Examples
    --------
    >>> to_micros(datetime(1970, 1, 2, tzinfo=UTC)) == DAY
    True
    >>> to_micros(datetime(2026, 1, 1))  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    ...
    commerce.records.errors.RecordError: instant must carry a time zone; got 2026-01-01T00:00:00....
    """
    if instant.tzinfo is None:
        raise RecordError(
            f"instant must carry a time zone; got {instant.isoformat()}. Attach the zone it was read in."
        )
    micros = (instant - _EPOCH) // _MICROSECOND
    if not _FIRST <= micros < _LAST:
        raise RecordError(
            f"instant must be of the years 2 to 9998; got {instant.isoformat()}. Correct the year."
        )
    return micros


def from_micros(micros: int) -> datetime:
    """Turn microseconds since 1970 UTC back into an aware datetime.

    Examples
    --------
    >>> from_micros(DAY)
    datetime.datetime(1970, 1, 2, 0, 0, tzinfo=datetime.timezone.utc)
    """
    return _EPOCH + timedelta(microseconds=micros)


def find_zone(name: str) -> ZoneInfo:
    """Look a time zone up by its IANA name.

    Raises
    ------
    RecordError
        "time zone must be an IANA name; got ..."

    Examples
    --------
    >>> find_zone("Europe/London").key
    'Europe/London'
    """
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise RecordError(
            f"time zone must be an IANA name; got {name!r}. Use one like Europe/Berlin or UTC."
        ) from error


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """Give the instant at which a day begins in a zone, in UTC."""
    return datetime.combine(day, time(), tzinfo=zone).astimezone(UTC)


def parse_as_of(text: str, zone: ZoneInfo) -> datetime:
    """Read the instant a person or a client means by an as-of value.

    A date means 00:00 of that day in the zone; an instant without an offset is in the zone.

    Parameters
    ----------
    text : str
        ISO 8601: ``2026-01-31``, ``2026-01-31T12:00``, ``2026-01-31T12:00:00+01:00``.
    zone : ZoneInfo
        The tenant's zone.

    Returns
    -------
    datetime
        Aware, in UTC.

    Raises
    ------
    RecordError
        "as_of must be an ISO date or instant; got ..."

    Examples
    --------
    >>> parse_as_of("2026-07-01", ZoneInfo("Europe/Berlin")).isoformat()
    '2026-06-30T22:00:00+00:00'
    >>> parse_as_of("2026-07-01T10:00:00Z", ZoneInfo("Europe/Berlin")).isoformat()
    '2026-07-01T10:00:00+00:00'
    """
    try:
        instant = datetime.fromisoformat(text.strip())
        if instant.tzinfo is None:
            instant = instant.replace(tzinfo=zone)
        return instant.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise RecordError(
            f"as_of must be an ISO date or instant; got {text!r}. Write 2026-01-31 or 2026-01-31T12:00:00+01:00."
        ) from error
