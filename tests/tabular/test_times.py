"""Times as shops write them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commerce.records.instants import from_micros, to_micros
from tabular.amounts import NumberReader
from tabular.times import ElapsedReader, NotYet, TimeReader, is_time, latest_at

BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    "text",
    [
        "2011-07-01T12:30:00+02:00",
        "2011-07-01 12:30",
        "2011-07-01 12:30:00.000",
        "2011-7-1 12:30",
        "2011/07/01 12:30:00",
        "2011-07-01 10:30:00Z",
        "2011-07-01 10:30:00 UTC",
        "2011-07-01 12:30:00 +0200",
        "01.07.2011 12:30",
        "1.7.11 12:30:00",
        "01/07/2011 12:30",
        "01-07-2011 12:30 PM",
        "1/7/2011 12:30:00 p.m.",
        "20110701 1230",
        "20110701T123000",
        "20110701123000",
        "1 July 2011 12:30",
        "01-Jul-2011 12:30",
        "Jul 1, 2011 12:30 PM",
        "1309516200",
        "1309516200000",
        "1309516200000000000",
        "1309516200.0",
        "Fri, 01 Jul 2011 10:30:00 +0000",
        "Fri, 1 Jul 2011 10:30:00 GMT",
        "Jul 1, 2011 3:30:00 AM PDT",
        "2011-07-01 12:30:00 CEST",
        "2011-07-01 11:30 CET",
        "1. Juli 2011 12:30",
        "1 juillet 2011 12:30",
        "1 de julio de 2011 12:30",
        "1. hein\u00e4kuuta 2011 12:30",
        "1 \u0438\u044e\u043b\u044f 2011 12:30",
        "40725.520833333336",
    ],
)
def test_one_instant_is_read_from_many_writings(text: str) -> None:
    assert from_micros(TimeReader(BERLIN)(text)) == datetime(2011, 7, 1, 10, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    "text", ["2011-07-01", "20110701", "01.07.2011", "1/7/11", "1st July 2011"]
)
def test_a_date_means_the_beginning_of_the_day_in_the_zone(text: str) -> None:
    assert from_micros(TimeReader(BERLIN)(text)) == datetime(2011, 6, 30, 22, tzinfo=UTC)


def test_midnight_and_noon_of_a_twelve_hour_clock() -> None:
    read = TimeReader(ZoneInfo("UTC"), "MDY")
    assert read("12/31/2011 12:05 AM") == read("2011-12-31 00:05")
    assert read("12/31/2011 12:05 PM") == read("2011-12-31 12:05")
    with pytest.raises(ValueError, match="a time"):
        read("12/31/2011 13:05 PM")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "soon",
        "2011-02-30",
        "30.02.2011",
        "13/13/2011",
        "0001-01-01",
        "1970-01-01 00:30",
        "9999-12-31",
        "2011-07",
        "17850",
        "Jul-2011",
        "July 2011",
        "1 Juligan 2011",
        "2011-07-01 12:30 IST",
        "2011-07-01 24:01",
    ],
)
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="got"):
        TimeReader(BERLIN)(text)


def test_a_clock_that_is_changed_reads_without_a_gap() -> None:
    read = TimeReader(BERLIN)
    assert read("2011-03-27 02:30") == read("2011-03-27 03:30")
    assert read("2011-10-30 02:30") == to_micros(datetime(2011, 10, 30, 0, 30, tzinfo=UTC))


def test_a_pattern_reads_what_is_in_no_list() -> None:
    assert TimeReader(BERLIN, "%Y.%j")("2011.001") == TimeReader(BERLIN)("2011-01-01")


@given(st.datetimes(datetime(1970, 1, 1), datetime(2099, 12, 31)))
def test_an_iso_time_is_read_to_the_microsecond(moment: datetime) -> None:
    assert TimeReader(ZoneInfo("UTC"))(str(moment)) == to_micros(moment.replace(tzinfo=UTC))


def test_a_header_is_no_time() -> None:
    assert not is_time("Order date")
    assert is_time("12/25/2011")
    assert not is_time("12/25/2011", ["DMY"])


def test_a_time_more_than_a_day_ahead_has_not_come_yet() -> None:
    now = datetime(2026, 1, 1, 12, tzinfo=UTC)
    read = TimeReader(ZoneInfo("UTC"), latest=latest_at(now))
    assert read("2026-01-02 12:00") == to_micros(now + timedelta(days=1))
    with pytest.raises(
        NotYet, match=r"a time until 2026-01-02T12:00\+00:00.*got '2026-01-02 12:01'"
    ):
        read("2026-01-02 12:01")


def test_elapsed_times_count_from_their_start_and_never_into_the_future() -> None:
    start = datetime(2020, 1, 1, tzinfo=UTC)
    read = ElapsedReader(start, "hours", NumberReader(","), latest=start + timedelta(days=1))
    assert from_micros(read("1,5")) == start + timedelta(minutes=90)
    with pytest.raises(NotYet, match="got '24,1'"):
        read("24,1")
    for text in ("-1", "soon"):
        with pytest.raises(ValueError, match=f"got '{text}'"):
            read(text)


def test_the_end_of_a_day_is_the_beginning_of_the_next() -> None:
    read = TimeReader(BERLIN)
    assert read("2011-07-01 24:00") == read("2011-07-02")


def test_formats_are_tried_in_turn() -> None:
    read = TimeReader(BERLIN, "%Y.%j", "MDY")
    assert read("2011.001") == read("01/01/2011") == read("2011-01-01")
    with pytest.raises(ValueError, match="a time"):
        read("25/12/2011")
