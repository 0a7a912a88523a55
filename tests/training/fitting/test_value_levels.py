"""How much customers pay in all: what came nearest so far is taken, and nothing of what is yet to come."""

from __future__ import annotations

import pytest

from commerce.records.instants import DAY
from training.fitting.value_levels import A_YEAR_AGO, AS_BEFORE, AS_EXPECTED, level_at

HORIZON = 90 * DAY
CUTOFF = 900 * DAY


def shares(by_day: dict[int, float], until: int = 900) -> dict[int, float]:
    """What came over what was expected, at every start on whole days that has one."""
    return {day * DAY: share for day, share in by_day.items() if day <= until}


def test_a_season_on_record_is_taken_from_a_year_ago() -> None:
    autumn = {day: 1.6 if (day % 364) // 91 == 3 else 0.9 for day in range(901)}
    cutoff = (2 * 364 + 3 * 91) * DAY
    found = level_at(cutoff, shares(autumn), HORIZON)
    assert (found.name, found.share) == (A_YEAR_AGO, 1.6)
    assert found.errors[A_YEAR_AGO] == 0.0


def test_a_level_that_stays_is_taken_from_the_horizon_before() -> None:
    found = level_at(CUTOFF, shares(dict.fromkeys(range(500, 901), 0.7)), HORIZON)
    assert (found.name, found.share) == (AS_BEFORE, 0.7)


@pytest.mark.parametrize("first", [631, 720, 810])
def test_a_level_that_could_not_be_tried_is_not_taken(first: int) -> None:
    found = level_at(CUTOFF, shares(dict.fromkeys(range(first, 901), 0.7)), HORIZON)
    assert (found.name, found.share) == (AS_EXPECTED, 1.0)


def test_nothing_that_ended_later_is_looked_at() -> None:
    known = shares(dict.fromkeys(range(500, 811), 0.7))
    later = {day * DAY: 9.0 for day in range(811, 901)}
    assert level_at(CUTOFF, known | later, HORIZON) == level_at(CUTOFF, known, HORIZON)


def test_nothing_on_record_is_as_expected() -> None:
    found = level_at(CUTOFF, {}, HORIZON)
    assert (found.name, found.share, found.errors) == (AS_EXPECTED, 1.0, {})
    assert "none on record" in found.text
