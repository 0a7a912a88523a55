"""Times of day and zones in columns of their own."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tabular.clocks import ClockDetection, clock_of, zone_of
from tabular.errors import TableError
from tabular.times import TimeReader

BERLIN = ZoneInfo("Europe/Berlin")


def settled(*cells: str) -> tuple[str, ...]:
    clocks = ClockDetection()
    clocks.feed(cells)
    return clocks.settled()


@pytest.mark.parametrize(
    "text",
    ["14:30", "14:30:00", "2:30 PM", "02:30pm", "2:30 p. m.", "14h30", "14 h 30", "14.30 Uhr", "kl. 14.30 h"]
    + ["T14:30:00.000", "1899-12-30 14:30:00", "1900-01-01 14:30", "0 days 14:30:00", "14:30h", "14.30.00"],
)  # fmt: skip
def test_clocks_are_read_as_shops_write_them(text: str) -> None:
    assert clock_of(text).after == timedelta(hours=14, minutes=30)


@pytest.mark.parametrize(
    "text", ["25:00", "14:60", "13:30 PM", "0:30 AM", "1430", "0.604", "14", "noon", "2024-03-01 14:30", "24:01"]
)  # fmt: skip
def test_what_no_clock_shows_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="a time of day; got"):
        clock_of(text)


def test_midnight_and_noon_on_both_clocks() -> None:
    assert clock_of("12 AM").after == timedelta(0)
    assert clock_of("12:05 PM").after == timedelta(hours=12, minutes=5)
    assert clock_of("24:00").after == timedelta(days=1)


@pytest.mark.parametrize(
    ("cells", "way"),
    [
        (["14:30", "9:05"], ()),
        (["2:30 PM", "11:15 AM"], ()),
        (["1430", "930", "5", "0"], ("HMM",)),
        (["143005", "93005", "5"], ("HMMSS",)),
        (["0.604", "0", "6.94444444444444E-04"], ("DAYS",)),
        (["0,604166", "0,25"], ("DAYS",)),
        (["14.30", "0.30"], ("H.MM",)),
        (["", " "], ()),
    ],
)
def test_the_whole_column_says_what_digits_mean(cells: list[str], way: tuple[str, ...]) -> None:
    assert settled(*cells) == way


@pytest.mark.parametrize(
    "cells",
    [
        ["9", "14"],
        ["52200"],
        ["0.30", "0.45"],
        ["14.30", "0.604"],
        ["2:30", "3:10 PM"],
        ["1430", "1475"],
        ["0930", "143000"],
        ["14.30", "9"],
        ["0"],
    ],
)
def test_digits_that_could_mean_two_clocks_are_asked_about(cells: list[str]) -> None:
    with pytest.raises(TableError, match=r"got .*Give --time-format with a pattern"):
        settled(*cells)


def test_a_column_without_a_clock_is_none() -> None:
    with pytest.raises(TableError, match="must name a column of clocks; got '2024-03-01 14:30'"):
        settled("2024-03-01 14:30", "2024-03-02 09:00")


def test_a_pattern_settles_what_digits_mean_and_keeps_lost_zeroes() -> None:
    assert clock_of("130", ["%H%M"]).after == timedelta(hours=1, minutes=30)
    assert clock_of("0.30", ["%H.%M"]).after == timedelta(minutes=30)
    with pytest.raises(ValueError, match="a time of day by %H; got '14:30'"):
        clock_of("14:30", ["%H"])


def test_names_and_offsets_of_zones_are_read_and_others_refused() -> None:
    summer = datetime(2024, 7, 1, 12)
    for text in ("Europe/Berlin", "+02:00", "+2", "UTC+2", "GMT+0200", "CEST", "cest", "MESZ"):
        assert summer.replace(tzinfo=zone_of(text, summer, ZoneInfo("UTC"))).astimezone(
            UTC
        ) == datetime(2024, 7, 1, 10, tzinfo=UTC)
    for text in ("IST", "Berlin", "120", "Europe/Nowhere", "../etc/passwd", "+25", ""):
        with pytest.raises(ValueError, match=r"in a known zone, .*; got"):
            zone_of(text, summer, BERLIN)


def test_a_date_that_shows_a_clock_must_show_the_same() -> None:
    read = TimeReader(BERLIN)
    whole = read("2024-03-01 14:30")
    assert read("2024-03-01 00:00:00", "14:30") == whole
    assert read("2024-03-01 14:30:05", "14:30") == read("2024-03-01 14:30:05")
    assert read("45352", "2:30 PM") == whole
    for date, clock in (("2024-03-01 10:00", "14:30"), ("2024-03-01T00:00:00Z", "14:30")):
        with pytest.raises(ValueError, match="one time, whose date shows no other clock; got"):
            read(date, clock)


def test_an_offset_behind_the_time_wins_over_the_column_of_zones() -> None:
    read = TimeReader(BERLIN)
    assert read("2024-03-01T13:30:00Z", None, "Europe/Berlin") == read("2024-03-01", "14:30", "CET")
    assert read("2024-03-01", "14:30 CET", "UTC") == read("2024-03-01", "14:30")
