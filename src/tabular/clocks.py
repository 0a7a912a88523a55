"""Times of day, and zones, that stand in columns of their own beside the date.

A clock is read as it is written: ``14:30``, ``2:30 PM``, ``14h30``, ``14.30 Uhr``. What digits alone mean (``1430``,
``0.604``) is settled by the whole column, else asked for.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta, tzinfo
from typing import NamedTuple
from zoneinfo import ZoneInfo

from tabular.errors import TableError
from tabular.written_times import offset_of

_WRITTEN = re.compile(
    r"(?:0 days |(?:1899-12-3[01]|1900-01-0[01])[T ]|30[./]12[./]1899 |T)?"  # what data frames and spreadsheets add
    r"(?:(?:kl|klo|at|um|à|às|alle|a las|o|om)\.? )?"
    r"(?P<hour>[0-9]{1,2})(?:\s?(?P<sep>[:.hH])\s?(?P<minute>[0-9]{2})"
    r"(?:[:.m](?P<second>[0-9]{2})(?:[.,](?P<fraction>[0-9]+))?s?)?)?"
    r"\s?(?P<half>[AaPp]\.?\s?[Mm]\.?)?\s?(?P<word>[hH](?:rs|s)?\.?|Uhr|uhr|uur|u\.?|m)?"
    r"\s?(?P<offset>[A-Z]{1,5}|[-+][0-9]{2}:?[0-9]{2}|[-+][0-9]{2})?"
)
_DIGITS = re.compile(r"[0-9]{1,6}")
_FRACTION = re.compile(r"0?[.,][0-9]+|[0-9](?:[.,][0-9]+)?[eE]-[0-9]{1,2}|0")
_DOTTED = re.compile(r"[0-9]{1,2}\.[0-9]{2}")
_ZONE = re.compile(r"(?:UTC|GMT)?\s?([-+\u2212])([0-9]{1,2})(?::?([0-9]{2}))?")
_OF_A_CLOCK = frozenset("HIMSfpzZ")
_ASK = "Give --time-format with a pattern of the clock, such as --time-format %H:%M"


class Clock(NamedTuple):
    """A time of day: how long after midnight, and the zone written behind it, if any."""

    after: timedelta
    offset: str


def is_clock_pattern(pattern: str) -> bool:
    """Whether a pattern of `datetime.strptime` is of a clock alone.

    Examples
    --------
    >>> is_clock_pattern("%H%M"), is_clock_pattern("%d.%m.%Y %H:%M"), is_clock_pattern("DMY")
    (True, False, False)
    """
    signs = set(re.findall("%([a-zA-Z])", pattern))
    return bool(signs) and signs <= _OF_A_CLOCK


def clock_of(text: str, formats: Sequence[str] = ()) -> Clock:
    """Read a time of day.

    Parameters
    ----------
    text : str
        Without blanks around it.
    formats : sequence of str
        Patterns, tried in turn; or one of ``HMM``, ``HMMSS``, ``H.MM``, ``DAYS`` for what digits alone mean, as
        `ClockDetection` finds it. Without one of them, digits alone are none.

    Raises
    ------
    ValueError
        "a time of day; got ..."

    Examples
    --------
    >>> for text, formats in [("2:30 p.m.", ()), ("14h30", ()), ("930", ["HMM"]), ("0,604", ["DAYS"])]:
    ...     print(clock_of(text, formats).after)
    14:30:00
    14:30:00
    9:30:00
    14:29:46
    """
    patterns = [one for one in formats if "%" in one]
    if patterns:
        return _by_pattern(text, patterns)
    for way in formats:
        if (after := _bare(text, way)) is not None:
            return Clock(after, "")
    written = _WRITTEN.fullmatch(re.sub(r"\s+", " ", text))
    after = _after(written) if written and not _is_bare(written) else None
    if written is None or after is None:
        raise ValueError(f"a time of day; got {text!r}")
    return Clock(after, written["offset"] or "")


def _by_pattern(text: str, patterns: Sequence[str]) -> Clock:
    padded = text.zfill(len(text) + len(text) % 2) if text.isdigit() else text
    for pattern in patterns:
        try:
            moment = datetime.strptime(padded, pattern)
        except ValueError:
            continue
        naive = moment.replace(tzinfo=None)
        return Clock(naive - datetime(naive.year, naive.month, naive.day), moment.strftime("%z"))
    raise ValueError(f"a time of day by {' or '.join(patterns)}; got {text!r}")


def _is_bare(written: re.Match[str]) -> bool:
    """Whether only its column can say what it means: one number, or two with a point between."""
    if written["half"] or written["word"] or written["sep"] in ("h", "H", ":"):
        return False
    return written["second"] is None


def _after(written: re.Match[str]) -> timedelta | None:
    """Say how long after midnight it is; None where no clock shows it."""
    hour, minute, second = (int(written[name] or 0) for name in ("hour", "minute", "second"))
    if written["half"]:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if written["half"][0] in "pP" else 0)
    micros = int((written["fraction"] or "")[:6].ljust(6, "0"))
    after = timedelta(hours=hour, minutes=minute, seconds=second, microseconds=micros)
    return after if minute < 60 and second < 60 and after <= timedelta(days=1) else None


def _bare(text: str, way: str) -> timedelta | None:
    """Read digits in one way."""
    if way == "DAYS":
        if not _FRACTION.fullmatch(text):
            return None
        days = float(text.replace(",", "."))
        return timedelta(seconds=round(days * 86_400)) if days < 1 else None
    if way == "H.MM":
        digits = text.replace(".", "") if _DOTTED.fullmatch(text) else ""
    else:
        digits = text if _DIGITS.fullmatch(text) else ""
    if not digits:
        return None
    padded = digits.zfill(6) if way == "HMMSS" else digits.zfill(4) + "00"
    written = _WRITTEN.fullmatch(f"{padded[:-4]}:{padded[-4:-2]}:{padded[-2:]}")
    return _after(written) if written else None


class ClockDetection:
    """Finds out what the cells of a column of clocks mean where they are digits alone.

    Examples
    --------
    >>> clocks = ClockDetection()
    >>> clocks.feed(["930", "1430"])
    >>> clocks.settled()
    ('HMM',)
    """

    def __init__(self) -> None:
        self._seen: dict[str, str] = {}

    def feed(self, cells: Iterable[str]) -> None:
        """Look at more cells."""
        for cell in cells:
            text = cell.strip()
            for kind in _kinds(text) if text else ():
                self._seen.setdefault(kind, text)

    def settled(self) -> tuple[str, ...]:
        """Give what digits mean, as `clock_of` takes it.

        Raises
        ------
        TableError
            "time of day must be told ...; got '9' and '14'. Give --time-format with a pattern of the clock, ..."
        """
        seen = self._seen
        if seen and not seen.keys() - {"none"}:
            raise TableError(
                f"--time-of-day must name a column of clocks; got {seen['none']!r}. Name another, or leave the"
                " column out by --ignore."
            )
        if "half" in seen and "without half" in seen:
            raise self._ask(
                "be told where some say AM or PM and some do not", "half", "without half"
            )
        fraction, dotted = "fraction" in seen, "dotted" in seen
        if ("fraction or dotted" in seen and fraction == dotted) or (fraction and dotted):
            raise self._ask("be told", "fraction", "dotted", "fraction or dotted")
        if fraction:
            return self._if_all("DAYS", "1 to 2", "3 to 4", "5", "6", "not DAYS")
        if dotted:
            return self._if_all("H.MM", "zero", "1 to 2", "3 to 4", "5", "6")
        if "6" in seen:
            return self._if_all("HMMSS", "not HMMSS", "leading zero")
        if "3 to 4" in seen and "5" not in seen:
            return self._if_all("HMM", "not HMM")
        if bare := [kind for kind in ("5", "1 to 2", "zero") if kind in seen]:
            raise self._ask("be told: digits alone do not say it", *bare)
        return ()

    def _if_all(self, way: str, *others: str) -> tuple[str, ...]:
        if any(kind in self._seen for kind in others):
            kinds = {"DAYS": "fraction", "H.MM": "dotted", "HMMSS": "6", "HMM": "3 to 4"}
            raise self._ask("be one for the whole column", kinds[way], *others)
        return (way,)

    def _ask(self, rule: str, *kinds: str) -> TableError:
        cells = dict.fromkeys(self._seen[kind] for kind in kinds if kind in self._seen)
        return TableError(
            f"time of day must {rule}; got {' and '.join(map(repr, [*cells][:2]))}. {_ASK}."
        )


def _kinds(text: str) -> list[str]:
    """Say what a cell shows of its column; "none" where it is no clock."""
    if _DIGITS.fullmatch(text):
        width = "zero" if text == "0" else "1 to 2" if len(text) < 3 else "3 to 4"
        kinds = [str(len(text)) if len(text) > 4 else width]
        kinds += [f"not {way}" for way in ("HMM", "HMMSS") if _bare(text, way) is None]
        return [*kinds, "leading zero"] if len(text) in (3, 4) and text[0] == "0" else kinds
    fraction, dotted = _FRACTION.fullmatch(text), _bare(text, "H.MM") is not None
    if fraction or _DOTTED.fullmatch(text):
        if fraction and dotted:
            return ["fraction or dotted"]
        return ["dotted"] if dotted else ["fraction"] if fraction else ["none"]
    try:
        after, _ = clock_of(text)
    except ValueError:
        return ["none"]
    written = _WRITTEN.fullmatch(re.sub(r"\s+", " ", text))
    if written and written["half"]:
        return ["half"]
    early = timedelta(hours=1) <= after < timedelta(hours=13)
    return ["without half"] if early else ["other"]


def zone_of(text: str, moment: datetime, zone: ZoneInfo) -> tzinfo:
    """Read a zone: a name of the tz database, an offset, or a well-known abbreviation.

    Parameters
    ----------
    text : str
        Without blanks around it.
    moment : datetime
        Naive; whose clock it is.
    zone : ZoneInfo
        Whose own abbreviations are known beside those of `ZONE_NAMES`.

    Raises
    ------
    ValueError
        "in a known zone, such as Europe/Berlin, CET or +01:00; got ..."

    Examples
    --------
    >>> noon, utc = datetime(2024, 7, 1, 12), ZoneInfo("UTC")
    >>> [str(zone_of(text, noon, utc)) for text in ("Europe/Berlin", "UTC+2", "-0330", "PST")]
    ['Europe/Berlin', 'UTC+02:00', 'UTC-03:30', 'UTC-08:00']
    """
    try:
        if "/" in text:
            return ZoneInfo(text)
        if not text or text.isdigit():
            raise ValueError
        if (written := _ZONE.fullmatch(text)) is not None:
            sign, hours, minutes = written.groups()
            text = f"{'+' if sign == '+' else '-'}{hours:0>2}:{minutes or '00'}"
        return offset_of(text if text[:1] in "+-" else text.upper(), moment, zone)
    except (ValueError, KeyError, OSError) as error:
        raise ValueError(
            f"in a known zone, such as Europe/Berlin, CET or +01:00; got {text!r}"
        ) from error
