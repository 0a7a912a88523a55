"""Instants never lose their zone or a microsecond."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commerce.records.errors import RecordError
from commerce.records.instants import find_zone, from_micros, parse_as_of, to_micros

BERLIN = ZoneInfo("Europe/Berlin")


YEARS = {"min_value": datetime(2, 1, 2), "max_value": datetime(9998, 12, 30)}


@given(st.datetimes(**YEARS, timezones=st.sampled_from([UTC, BERLIN])))
def test_no_instant_is_rounded(instant: datetime) -> None:
    # an hour that a clock change skips exists only as another instant in UTC
    assert from_micros(to_micros(instant)) == instant.astimezone(UTC)


@pytest.mark.parametrize(
    "text",
    ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59.999999-14:00", "9999-01-01T00:00:00Z"],
)
def test_an_instant_that_no_zone_could_write_is_never_kept(text: str) -> None:
    with pytest.raises(RecordError, match="instant must be of the years 2 to 9998"):
        to_micros(datetime.fromisoformat(text))


def test_a_date_means_midnight_where_the_tenant_is() -> None:
    assert parse_as_of("2026-03-30", BERLIN) == datetime(2026, 3, 29, 22, tzinfo=UTC)
    assert parse_as_of("2026-01-30T08:00", BERLIN) == datetime(2026, 1, 30, 7, tzinfo=UTC)


@pytest.mark.parametrize("text", ["", "yesterday", "2026-13-01", "01/02/2026"])
def test_what_is_no_iso_instant_is_refused(text: str) -> None:
    with pytest.raises(RecordError, match="as_of must be an ISO date or instant"):
        parse_as_of(text, BERLIN)


@pytest.mark.parametrize("name", ["Mars/Olympus", "", "../etc/passwd"])
def test_an_unknown_zone_is_refused(name: str) -> None:
    with pytest.raises(RecordError, match="must be an IANA name"):
        find_zone(name)
