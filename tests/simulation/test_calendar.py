"""Days since opening become instants in their order, on days on which clocks change too."""

from datetime import date

import pytest

from commerce.records.instants import find_zone
from simulation.calendar import Calendar


@pytest.mark.parametrize("opening", [date(2024, 3, 30), date(2024, 10, 26), date(2024, 7, 1)])
def test_a_later_moment_never_comes_before_an_earlier_one(opening: date) -> None:
    calendar = Calendar(opening, 3, find_zone("Europe/Berlin"))
    instants = [calendar.instant(minute / 1440) for minute in range(3 * 1440)]
    assert instants == sorted(set(instants))
    assert instants[0] == calendar.opening
    assert instants[-1] < calendar.end == calendar.instant(3.0)
