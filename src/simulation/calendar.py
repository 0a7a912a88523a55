"""The shop's calendar: local days, the seasons of trade and the hours of the day.

The simulation counts in *days since opening* (a float, local wall time); this module turns them into
instants. Demand is seasonal by the week and by the year: a customer's own clock runs faster in December.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from datetime import date, timedelta
from itertools import accumulate
from random import Random
from zoneinfo import ZoneInfo

from commerce.records.instants import midnight, to_micros

_SECOND = 1_000_000
_HORIZON = 400
_WEEK = (1.03, 0.97, 0.95, 0.97, 0.98, 0.93, 1.17)
_HOURS = (6, 3, 2, 1, 1, 2, 6, 14, 24, 32, 38, 42, 48, 44, 40, 38, 40, 46, 58, 72, 80, 74, 48, 20)
_HOUR_SHARES = tuple(share / sum(_HOURS) for share in accumulate(_HOURS))


class Calendar:
    """Days since opening, turned into instants and seasons.

    Parameters
    ----------
    opening : date
        Day 0.
    days : int
        How long is simulated, >= 1.
    """

    def __init__(self, opening: date, days: int, zone: ZoneInfo) -> None:
        self.days = days
        span = days + _HORIZON
        dates = [opening + timedelta(days=day) for day in range(span + 1)]
        self._midnights = [to_micros(midnight(day, zone)) for day in dates]
        self._season = list(accumulate((_demand(day) for day in dates), initial=0.0))
        self.dates = dates
        self.opening = self._midnights[0]
        self.end = self._midnights[days]

    def instant(self, at: float) -> int:
        """Give the instant (microseconds UTC, whole seconds) of a moment in days since opening.

        A later moment never comes before an earlier one: days on which clocks change are longer or shorter.
        """
        day = math.floor(at)
        midnight, following = self._midnights[day : day + 2]
        return midnight + round((at - day) * ((following - midnight) // _SECOND)) * _SECOND

    def after_demand(self, at: float, demand: float) -> float:
        """Move on from a moment by an amount of demand: a day of average trade counts 1."""
        day = math.floor(at)
        reached = self._season[day] + (at - day) * (self._season[day + 1] - self._season[day])
        target = reached + demand
        if target >= self._season[-1]:
            return float(len(self._midnights) - 1)
        found = bisect_right(self._season, target) - 1
        return found + (target - self._season[found]) / (
            self._season[found + 1] - self._season[found]
        )

    def congestion(self, at: float) -> float:
        """Give how much busier than usual carriers are: 0 on most days, about 1 before Christmas."""
        day = self.dates[math.floor(at)]
        return 1.0 if (day.month, day.day) >= (11, 25) and (day.month, day.day) <= (12, 23) else 0.0


def _demand(day: date) -> float:
    """Give a day's share of trade, 1 on average."""
    yearly = 1.0 + 0.05 * math.cos(2 * math.pi * (day.timetuple().tm_yday - 345) / 365.25)
    rush = 1.4 if day.month == 11 and 23 <= day.day <= 29 and day.weekday() >= 4 else 1.0
    quiet = (
        0.55 if (day.month, day.day) in {(12, 24), (12, 25), (12, 26), (12, 31), (1, 1)} else 1.0
    )
    return yearly * rush * quiet * _WEEK[day.weekday()]


def shopping_hour(rng: Random, habit: float) -> float:
    """Draw a time of day as a fraction of it, near a customer's habit about half of the time.

    Parameters
    ----------
    habit : float
        The customer's usual time of day, [0, 1).
    """
    if rng.random() < 0.5:
        return (habit + rng.normalvariate(0.0, 0.05)) % 1.0
    hour = bisect_right(_HOUR_SHARES, rng.random())
    return min((min(hour, 23) + rng.random()) / 24, 0.999)


def office_hour(rng: Random) -> float:
    """Draw a moment between 8 and 18 o'clock as a fraction of the day."""
    return (8 + 10 * rng.random()) / 24
