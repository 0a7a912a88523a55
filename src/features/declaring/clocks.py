"""How time is counted: elapsed microseconds, whole periods before a cutoff, and clocks that run round.

All of it is integer arithmetic, which every evaluator does alike.
"""

from __future__ import annotations

from dataclasses import dataclass

HOUR = 3_600_000_000
"""Microseconds in an hour."""

DAY = 24 * HOUR
"""Microseconds in a day: time is counted in elapsed microseconds, never on a calendar."""

PERIOD_COLUMNS = {"age_day": DAY, "age_week": 7 * DAY, "age_month": 30 * DAY}
"""Whole periods elapsed between an event and the cutoff, by the length of the period."""


@dataclass(frozen=True)
class Clock:
    """A place on a clock that runs round: ``(instant + offset) // unit % modulus``."""

    unit: int
    """Microseconds."""
    modulus: int
    """How many units make a round."""
    offset: int
    """Microseconds; whole rounds, so that instants before 1970 are not negative, and where the round begins."""

    def read(self, instant: int) -> int:
        """Tell where on the clock an instant lies, from 0.

        Examples
        --------
        >>> CLOCK_COLUMNS["day_of_week"].read(0)  # 1970-01-01 was a Thursday
        3
        >>> CLOCK_COLUMNS["hour_of_day"].read(-HOUR)
        23
        """
        return (instant + self.offset) // self.unit % self.modulus


_ROUNDS = 1_000_000 * 7 * DAY

CLOCK_COLUMNS = {
    "hour_of_day": Clock(HOUR, 24, _ROUNDS),
    "day_of_week": Clock(DAY, 7, _ROUNDS + 3 * DAY),
}
"""When in the day (0 to 23) and in the week (0 is Monday) an event occurred, in UTC.

Not in the shop's own time zone: its clock is changed twice a year, and by law. A habit keeps its shape whatever
the zone; only its name is moved by some hours.
"""
