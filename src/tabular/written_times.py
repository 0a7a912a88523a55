"""How a time can be written: three numbers, month by name, no marks at all, seconds since 1970, a spreadsheet's days.

What can be read in one way only is read whatever the order of day, month and year; what cannot, by the order given.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

from tabular.month_names import month_named
from tabular.zone_names import ZONE_NAMES

ORDERS = ("DMY", "MDY", "YMD")
"""Orders of day, month and year in a date of three numbers."""

_CLOCK = (
    r"(?:[T ,]+(?P<hour>[0-9]{1,2}):(?P<minute>[0-9]{2})(?::(?P<second>[0-9]{2})(?:[.,](?P<fraction>[0-9]+))?)?"
    r"\s*(?P<half>[AaPp]\.?[Mm]\.?)?\s*(?P<offset>[A-Z]{1,5}|[-+][0-9]{2}:?[0-9]{2}|[-+][0-9]{2})?"
    r"(?: \([A-Z]{2,5}\))?)?"
)
_NUMERIC = re.compile(
    r"(?P<a>[0-9]{1,4})(?P<sep>[./-])\s?(?P<b>[0-9]{1,2})(?P=sep)\s?(?P<c>[0-9]{1,4})" + _CLOCK
)
_COMPACT = re.compile(
    r"(?P<year>[0-9]{4})(?P<month>[0-9]{2})(?P<day>[0-9]{2})"
    r"(?:T?(?P<hour>[0-9]{2}):?(?P<minute>[0-9]{2})(?::?(?P<second>[0-9]{2}))?)?"
    r"(?P<offset>Z|[-+][0-9]{2}:?[0-9]{2})?"
)
_OF = r"(?:de |d['\u2019])?"
_NAMED = re.compile(
    r"(?:[^\W\d_]+\.?,? )?"  # a day of the week
    rf"(?:(?P<day>[0-9]{{1,2}})(?:st|nd|rd|th)?[ .-]*{_OF}(?P<name>[^\W\d_]{{3,12}})[ .,-]*"
    r"|(?P<name2>[^\W\d_]{3,12})\.?[ -]*(?P<day2>[0-9]{1,2})(?:st|nd|rd|th)?[ .,-]+)"
    r"(?:de )?(?P<year>[0-9]{4}|[0-9]{2})" + _CLOCK
)
_SINCE_1970 = re.compile(
    r"(?P<whole>[0-9]{10}|[0-9]{13}|[0-9]{16}|[0-9]{19})(?:\.(?P<part>[0-9]+))?"
)
_DAYS = re.compile(r"[0-9]{5}(?:\.[0-9]+)?")
_SPREADSHEET = datetime(1899, 12, 30)
"""Day 0 of a spreadsheet's dates after February 1900."""
_FIRST_SERIAL = 25_569
"""1970-01-01 in a spreadsheet; as days since 1970, which data frames write, it would be in 2040."""
_WORDS = {
    "DMY": "day{0}month{0}year",
    "MDY": "month{0}day{0}year",
    "YMD": "year{0}month{0}day",
}
_WIDTHS = {10: "seconds", 13: "milliseconds", 16: "microseconds", 19: "nanoseconds"}


def moment_of(text: str, order: str, zone: ZoneInfo) -> datetime | None:
    """Read a time; naive where it states no offset, None where it is no time.

    Parameters
    ----------
    text : str
        Without blanks around it.
    order : str
        One of `ORDERS`.
    zone : ZoneInfo
        Whose own abbreviations (CET, CEST) are known beside those of `ZONE_NAMES`.

    Raises
    ------
    ValueError, OverflowError
        Where it is written like a time and is none: 30.02.2011.

    Examples
    --------
    >>> berlin = ZoneInfo("Europe/Berlin")
    >>> str(moment_of("5. Dezember 2019", "DMY", berlin)), moment_of("Jan-2019", "DMY", berlin)
    ('2019-12-05 00:00:00', None)
    >>> str(moment_of("Jan 1, 2020 12:04:33 AM PST", "DMY", berlin))
    '2020-01-01 00:04:33-08:00'
    """
    if text[4:5] == "-" and text[7:8] == "-":
        try:
            return datetime.fromisoformat(text)
        except ValueError:
            pass  # single digits, 12-hour clocks and blanks before an offset: the pattern below
    if written := _NUMERIC.fullmatch(text):
        day = _dates(written, (order,)).get(order)
        return None if day is None else _with_clock(day, written, zone)
    if written := _SINCE_1970.fullmatch(text):
        return _since_1970(written["whole"] + (written["part"] or ""), len(written["whole"]))
    if _DAYS.fullmatch(text):
        days = float(text)
        moment = _SPREADSHEET + timedelta(seconds=round(days * 86_400))
        return moment if days >= _FIRST_SERIAL else None
    if written := _COMPACT.fullmatch(text.replace(" ", "")):
        day = date(int(written["year"]), int(written["month"]), int(written["day"]))
        return _with_clock(day, written, zone)
    if written := _NAMED.fullmatch(text):
        month = month_named(written["name"] or written["name2"])
        if month is not None:
            day = date(_year(written["year"]), month, int(written["day"] or written["day2"]))
            return _with_clock(day, written, zone)
    return None


def numeric_readings(text: str, latest: date | None = None) -> Mapping[str, date]:
    """Give the date that a text of three numbers means, by each order of day, month and year that it allows.

    Dots are day first where that is a date; a date later than ``latest`` is no reading.

    Examples
    --------
    >>> numeric_readings("03/25/11")
    {'MDY': datetime.date(2011, 3, 25)}
    >>> {order: str(day) for order, day in numeric_readings("19-01-05").items()}
    {'DMY': '2005-01-19', 'YMD': '2019-01-05'}
    """
    written = _NUMERIC.fullmatch(text.strip())
    if written is None or len(written["a"]) > 2:
        return {}
    found = _dates(written, ORDERS)
    if written["sep"] == "." and "DMY" in found:
        found.pop("MDY", None)
    return {order: day for order, day in found.items() if latest is None or day <= latest}


def _dates(written: re.Match[str], orders: tuple[str, ...]) -> dict[str, date]:
    """Read three numbers in each of some orders in which they are a date."""
    first, second, last = written["a"], written["b"], written["c"]
    found = {}
    for order in orders:
        if len(first) == 4 or (order == "YMD" and len(first) == len(last) == 2):
            year, month, day = first, second, last
        elif len(first) <= 2 and len(last) in (2, 4) and order != "YMD":
            year, month, day = (last, second, first) if order == "DMY" else (last, first, second)
        else:
            continue
        try:
            found[order] = date(_year(year), int(month), int(day))
        except ValueError:
            continue
    return found


def _since_1970(digits: str, width: int) -> datetime:
    micros = int(digits[:10]) * 1_000_000 + int(digits[10:16].ljust(6, "0"))
    assert width in _WIDTHS
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=micros)


def _year(text: str) -> int:
    """Read a year; two digits are of 1969 to 2068, as POSIX has it."""
    year = int(text)
    return year if len(text) == 4 else year + (2000 if year < 69 else 1900)


def _with_clock(day: date, written: re.Match[str], zone: ZoneInfo) -> datetime:
    parts = written.groupdict()
    hour, minute = int(parts["hour"] or 0), int(parts["minute"] or 0)
    second, fraction = int(parts["second"] or 0), (parts.get("fraction") or "")[:6].ljust(6, "0")
    half = parts.get("half")
    if half:
        if not 1 <= hour <= 12:
            raise ValueError("12-hour clock")
        hour = hour % 12 + (12 if half[0] in "pP" else 0)
    after_midnight = hour == 24 and minute == second == int(fraction) == 0
    moment = datetime(
        day.year, day.month, day.day, 0 if after_midnight else hour, minute, second, int(fraction)
    )
    if after_midnight:
        moment += timedelta(days=1)
    return (
        moment.replace(tzinfo=offset_of(parts["offset"], moment, zone))
        if parts["offset"]
        else moment
    )


def offset_of(text: str, moment: datetime, zone: ZoneInfo) -> tzinfo:
    """Read what stands behind a clock: +02:00, Z, or the name of a zone."""
    if text[0].isalpha():
        if text in (moment.replace(tzinfo=zone, fold=fold).tzname() for fold in (0, 1)):
            return zone
        if text not in ZONE_NAMES:
            raise ValueError(f"a known zone; got {text!r}")
        return ZONE_NAMES[text]
    digits = text[1:].replace(":", "").ljust(4, "0")
    shift = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return timezone(-shift if text[0] == "-" else shift)


def describe(text: str, order: str) -> str:
    """Say how a time is written, in words.

    Examples
    --------
    >>> describe("24.12.2011 10:00", "DMY"), describe("1309516200", "DMY"), describe("2011-01-01", "DMY")
    ('day.month.year', 'seconds since 1970', 'YYYY-MM-DD')
    """
    if (written := _NUMERIC.fullmatch(text)) and len(written["a"]) <= 2:
        return _WORDS[order].format(written["sep"])
    if written := _SINCE_1970.fullmatch(text):
        return f"{_WIDTHS[len(written['whole'])]} since 1970"
    if _DAYS.fullmatch(text):
        return "days of a spreadsheet"
    if _COMPACT.fullmatch(text.replace(" ", "")):
        return "YYYYMMDD"
    return "day month year" if _NAMED.fullmatch(text) else "YYYY-MM-DD"
