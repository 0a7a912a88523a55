"""Cutoffs: local midnights, an embargo, enough history."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commerce.records.instants import DAY, from_micros, to_micros
from training.errors import InvalidProtocol, NotTrainable
from training.fitting.schedule import cutoffs_for, fixed_schedule
from training.specs.churn import CHURN
from training.specs.credit import CREDIT

BERLIN = ZoneInfo("Europe/Berlin")


def micros(year: int, month: int, day: int, zone: ZoneInfo = BERLIN) -> int:
    return to_micros(datetime(year, month, day, tzinfo=zone))


@given(
    st.integers(2010, 2030),
    st.integers(0, 364),
    st.integers(200, 1500),
    st.sampled_from(["Europe/Berlin", "America/New_York", "Asia/Tokyo", "UTC", "Pacific/Apia"]),
    st.sampled_from([CHURN, CREDIT]),
)
def test_no_training_label_reaches_into_the_test_period(
    year: int, day: int, length: int, zone: str, spec: object
) -> None:
    assert isinstance(spec, type(CHURN))
    first = to_micros(datetime(year, 1, 1, tzinfo=UTC) + timedelta(days=day))
    as_of = first + length * DAY + 12345
    try:
        schedule = cutoffs_for(spec, first_occurred=first, as_of=as_of, zone=ZoneInfo(zone))
    except NotTrainable:
        assert length < 2 * spec.horizon_days + spec.history_days + 4
        return
    horizon = spec.horizon_days * DAY
    assert schedule.test + horizon <= as_of
    assert all(cutoff + horizon <= schedule.test for cutoff in schedule.train)
    assert schedule.train[0] >= first + spec.history_days * DAY
    assert list(schedule.train) == sorted(set(schedule.train))
    assert len(schedule.train) <= spec.max_cutoffs
    for cutoff in schedule.cutoffs:
        local = from_micros(cutoff).astimezone(ZoneInfo(zone))
        assert (local.hour, local.minute, local.second, local.microsecond) == (0, 0, 0, 0)


def test_the_test_cutoff_is_the_latest_whose_horizon_has_passed() -> None:
    schedule = cutoffs_for(
        CHURN, first_occurred=micros(2024, 1, 1), as_of=micros(2026, 1, 1), zone=BERLIN
    )
    # 90 days before New Year is 3 October, 01:00 in summer time
    assert schedule.test == micros(2025, 10, 3)


def test_cutoffs_are_months_apart_and_end_of_month_is_kept_in_bounds() -> None:
    spec = replace(CHURN, horizon_days=1, history_days=0, max_cutoffs=4)
    as_of = micros(2025, 6, 2)
    schedule = cutoffs_for(spec, first_occurred=micros(2024, 1, 1), as_of=as_of, zone=BERLIN)
    dates = [
        from_micros(cutoff).astimezone(BERLIN).date().isoformat() for cutoff in schedule.cutoffs
    ]
    assert dates == ["2025-02-28", "2025-03-31", "2025-04-30", "2025-05-31", "2025-06-01"]


def test_too_short_a_stream_is_refused_with_what_it_lacks() -> None:
    with pytest.raises(NotTrainable, match=r"churn must have 270 days of records .* got 100"):
        cutoffs_for(
            CHURN,
            first_occurred=micros(2025, 1, 1),
            as_of=micros(2025, 1, 1) + 100 * DAY,
            zone=BERLIN,
        )


def test_a_protocol_that_leaks_is_refused_with_the_dates_of_the_shop() -> None:
    test, ends = micros(2011, 9, 10), micros(2012, 1, 1)
    assert fixed_schedule((micros(2011, 6, 10),), test, 90, ends=ends, zone=BERLIN).test == test
    early = (micros(2011, 5, 1), micros(2011, 6, 20))
    with pytest.raises(InvalidProtocol, match=r"before the test cutoff 2011-09-10; got 2011-05-01"):
        fixed_schedule(early, test, 90, ends=ends, zone=BERLIN)
    with pytest.raises(InvalidProtocol, match="got none"):
        fixed_schedule((), test, 90, ends=ends, zone=BERLIN)


def test_a_protocol_that_looks_behind_the_end_of_the_records_is_refused() -> None:
    test = micros(2011, 9, 10)
    ends = test + 90 * DAY
    assert fixed_schedule((micros(2011, 6, 10),), test, 90, ends=ends, zone=BERLIN).test == test
    with pytest.raises(
        InvalidProtocol,
        match=r"test cutoff must lie 90 days before the end of the records 2011-12-08 .*2011-09-10",
    ):
        fixed_schedule((micros(2011, 6, 10),), test, 90, ends=ends - 1, zone=BERLIN)
