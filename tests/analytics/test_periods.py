"""Periods that nobody means are refused, before anything is counted."""

from __future__ import annotations

from datetime import date

import pytest

from analytics.periods import Period
from commerce.records.errors import RecordError


@pytest.mark.parametrize(
    ("first", "last"),
    [("0001-01-01", "2026-01-01"), (None, "0001-01-01"), ("2026-01-01", "9999-12-31")],
)
def test_a_period_is_of_years_that_a_shop_can_have(first: str | None, last: str) -> None:
    with pytest.raises(RecordError, match="must be of the years 1900 to 2199"):
        Period.until(date(2026, 1, 1), first, last)


def test_a_period_is_cut_into_so_many_parts_as_can_be_looked_at() -> None:
    long = Period.parse("1900-01-01", "2199-12-31")
    assert len(long.buckets("month")) == 3600
    for step in ("day", "week"):
        with pytest.raises(RecordError, match="must be cut into at most 4000 parts"):
            long.buckets(step)
