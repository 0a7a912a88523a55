"""What questions take and give: days from the first to the last, both counted, and exact shares."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from typing import Literal, NamedTuple

from commerce.records.errors import RecordError, check_range

Step = Literal["day", "week", "month"]
"""How long a bucket is; weeks begin on Monday."""

STEPS: tuple[Step, ...] = ("day", "week", "month")

_SHORTEST: dict[Step, int] = {"day": 1, "week": 7, "month": 28}
"""Days."""

MOST = 1000
"""Rows of a list at most."""

MOST_BUCKETS = 4000
"""Days, weeks or months that a period is cut into at most: ten years of days."""

_YEARS = range(1900, 2200)
"""Of which days can be asked about."""


class Ratio(NamedTuple):
    """A part of a whole, exact.

    Examples
    --------
    >>> Ratio(1, 3).exact, round(float(Ratio(1, 3)), 4), Ratio(0, 0).exact
    (Fraction(1, 3), 0.3333, Fraction(0, 1))
    """

    part: int
    whole: int

    @property
    def exact(self) -> Fraction:
        """The share; 0 of nothing."""
        return Fraction(self.part, self.whole) if self.whole else Fraction(0)

    def __float__(self) -> float:
        return float(self.exact)


@dataclass(frozen=True)
class Period:
    """Days in the tenant's zone, the first and the last among them.

    Raises
    ------
    RecordError
        "period must not end before it begins; got 2026-02-01 to 2026-01-01. ...", "period must be of the years 1900
        to 2199; got ..."

    Examples
    --------
    >>> len(Period(date(2026, 2, 1), date(2026, 2, 28)).buckets("week"))
    5
    """

    first: date
    last: date

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise RecordError(
                f"period must not end before it begins; got {self.first} to {self.last}. Swap the days."
            )
        if self.first.year not in _YEARS or self.last.year not in _YEARS:
            raise RecordError(
                f"period must be of the years 1900 to 2199; got {self.first} to {self.last}. Correct the days."
            )

    @classmethod
    def parse(cls, first: str, last: str) -> Period:
        """Read the days as ``YYYY-MM-DD``.

        Raises
        ------
        RecordError
            "start_date must be a day like 2026-01-31; got ..."
        """
        return cls(_day("start_date", first), _day("end_date", last))

    @classmethod
    def until(cls, today: date, first: str | None = None, last: str | None = None) -> Period:
        """Read the days as `parse` does; left out, the last is today and the first 29 days before the last.

        Examples
        --------
        >>> Period.until(date(2026, 1, 30)) == Period.parse("2026-01-01", "2026-01-30")
        True
        """
        end = today if last is None else _day("end_date", last)
        before = date.fromordinal(max(1, end.toordinal() - 29))
        return cls(before if first is None else _day("start_date", first), end)

    @property
    def days(self) -> dict[str, object]:
        """What a query binds as ``$first`` and ``$last``."""
        return {"first": self.first, "last": self.last}

    def buckets(self, step: Step) -> list[Period]:
        """Cut the period into days, weeks or months; the first and the last may be a part of one.

        Raises
        ------
        RecordError
            "by must be one of day, week, month; got ...", "period must be cut into at most 4000 parts; got ..."
        """
        if step not in STEPS:
            raise RecordError(
                f"by must be one of {', '.join(STEPS)}; got {step!r}. Choose one of them."
            )
        pieces = ((self.last - self.first).days + 1) // _SHORTEST[step]
        if pieces > MOST_BUCKETS:
            raise RecordError(
                f"period must be cut into at most {MOST_BUCKETS} parts; got {pieces} of a {step}."
                " Ask about fewer days, or by month."
            )
        found, first = [], self.first
        while first <= self.last:
            last = min(bucket_of(first, step).last, self.last)
            found.append(Period(first, last))
            first = last + timedelta(days=1)
        return found


def bucket_of(day: date, step: Step) -> Period:
    """Give the whole day, week or month that a day is in.

    Examples
    --------
    >>> bucket_of(date(2024, 2, 10), "month")
    Period(first=datetime.date(2024, 2, 1), last=datetime.date(2024, 2, 29))
    """
    if step == "day":
        return Period(day, day)
    if step == "week":
        monday = day - timedelta(days=day.weekday())
        return Period(monday, monday + timedelta(days=6))
    first = day.replace(day=1)
    following = (first + timedelta(days=31)).replace(day=1)
    return Period(first, following - timedelta(days=1))


def check_limit(limit: int) -> int:
    """Refuse a list of no rows, or of more than `MOST`."""
    check_range("limit", limit, 1, MOST)
    return limit


def _day(name: str, text: str) -> date:
    try:
        if len(text) != 10:
            raise ValueError
        return date.fromisoformat(text)
    except ValueError as error:
        raise RecordError(
            f"{name} must be a day like 2026-01-31; got {text!r}. Write year, month and day."
        ) from error
