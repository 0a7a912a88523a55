"""When to look: monthly cutoffs at the tenant's midnight, and an embargo before the test cutoff.

The test cutoff is the latest whose whole horizon has passed at `as_of`. The labels of every training cutoff
end before it, so no training row knows anything of the test period.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from commerce.records.instants import DAY, from_micros, midnight, to_micros
from training.errors import GOES_ON, InvalidProtocol, NotTrainable
from training.specs import ModelSpec


@dataclass(frozen=True, kw_only=True)
class Schedule:
    """Cutoffs in epoch microseconds."""

    train: tuple[int, ...]
    """Ascending, at least one, each followed by its horizon before `test`."""
    test: int
    horizon_days: int

    @property
    def cutoffs(self) -> tuple[int, ...]:
        """All of them, ascending."""
        return (*self.train, self.test)


def cutoffs_for(spec: ModelSpec, *, first_occurred: int, as_of: int, zone: ZoneInfo) -> Schedule:
    """Lay out the cutoffs of a model.

    Parameters
    ----------
    first_occurred, as_of : int, epoch microseconds
        The tenant's first event, and the instant up to which records count.
    zone : ZoneInfo
        Where the tenant's midnight is.

    Raises
    ------
    NotTrainable
        "churn must have ... days of records; got ..."

    Examples
    --------
    >>> from datetime import UTC, datetime
    >>> from training.specs.churn import CHURN
    >>> began, ends = (to_micros(datetime(*day, tzinfo=UTC)) for day in ((2010, 12, 1), (2011, 12, 10)))
    >>> schedule = cutoffs_for(CHURN, first_occurred=began, as_of=ends, zone=ZoneInfo("UTC"))
    >>> [str(from_micros(cutoff).date()) for cutoff in schedule.cutoffs]
    ['2011-03-13', '2011-04-13', '2011-05-13', '2011-06-13', '2011-09-11']
    """
    horizon = spec.horizon_days * DAY
    test = _midnight_at_or_before(as_of - horizon, zone)
    last = _local_date(_midnight_at_or_before(test - horizon, zone), zone)
    earliest = first_occurred + spec.history_days * DAY
    train = [
        cutoff
        for months in range(spec.max_cutoffs)
        if (cutoff := _midnight(_months_before(last, months), zone)) >= earliest
    ]
    if not train:
        needed = 2 * spec.horizon_days + spec.history_days
        raise NotTrainable(
            f"{spec.name} must have {needed} days of records"
            f" ({spec.history_days} of history, {spec.horizon_days} to learn from,"
            f" {spec.horizon_days} to be tested on); got {max(as_of - first_occurred, 0) // DAY}."
            f" Until then, {GOES_ON}. Import older records, or wait."
        )
    return Schedule(train=tuple(sorted(train)), test=test, horizon_days=spec.horizon_days)


def fixed_schedule(
    train: tuple[int, ...], test: int, horizon_days: int, *, ends: int, zone: ZoneInfo
) -> Schedule:
    """Check cutoffs that were given, for a protocol laid down elsewhere.

    Parameters
    ----------
    train : tuple of int, epoch microseconds
    test : int, epoch microseconds
    ends : int, epoch microseconds
        Up to when the tenant's records reach.
    zone : ZoneInfo
        Where the dates of a refusal are read.

    Raises
    ------
    InvalidProtocol
        "train cutoffs must end ... days before the test cutoff; got ...", or "test cutoff must lie ...
        days before the end of the records; got ..."
    """
    cutoffs = tuple(sorted(set(train)))
    if not cutoffs or cutoffs[-1] + horizon_days * DAY > test:
        shown = ", ".join(str(_local_date(cutoff, zone)) for cutoff in cutoffs) or "none"
        raise InvalidProtocol(
            f"train cutoffs must end {horizon_days} days before the test cutoff"
            f" {_local_date(test, zone)}; got {shown}. Give earlier ones, or a shorter horizon."
        )
    if test + horizon_days * DAY > ends:
        raise InvalidProtocol(
            f"test cutoff must lie {horizon_days} days before the end of the records"
            f" {from_micros(ends).astimezone(zone):%Y-%m-%d %H:%M}; got {_local_date(test, zone)}."
            " Give an earlier one, or a shorter horizon."
        )
    return Schedule(train=cutoffs, test=test, horizon_days=horizon_days)


def _local_date(instant: int, zone: ZoneInfo) -> date:
    return from_micros(instant).astimezone(zone).date()


def _midnight(day: date, zone: ZoneInfo) -> int:
    return to_micros(midnight(day, zone))


def _midnight_at_or_before(instant: int, zone: ZoneInfo) -> int:
    day = _local_date(instant, zone)
    found = _midnight(day, zone)
    return found if found <= instant else _midnight(day - timedelta(days=1), zone)


def _months_before(day: date, months: int) -> date:
    """The same day of an earlier month, or its last day where it has no such day."""
    index = day.year * 12 + day.month - 1 - months
    year, month = divmod(index, 12)
    following = date(year + (month == 11), (month + 1) % 12 + 1, 1)
    return date(year, month + 1, min(day.day, (following - timedelta(days=1)).day))
