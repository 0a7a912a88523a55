"""Customers who moved from band to band, each counted once."""

from __future__ import annotations

from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from analytics.migration import KeptBand, migration
from scoring.scale import BAND_NAMES, band

scores = st.dictionaries(
    st.integers(0, 30).map(lambda number: UUID(int=number)),
    st.integers(300, 1000).map(lambda points: KeptBand(band(points), points)),
)


@given(before=scores, after=scores)
def test_everybody_is_counted_once(
    before: dict[UUID, KeptBand], after: dict[UUID, KeptBand]
) -> None:
    found = migration(before, after, BAND_NAMES, limit=100)
    both = set(before) & set(after)
    assert found.customers == len(both)
    for place, name in enumerate(BAND_NAMES):
        was = sum(kept.band == name for kept in before.values())
        now = sum(kept.band == name for kept in after.values())
        assert sum(found.counts[place]) + found.went[name] == was
        assert sum(row[place] for row in found.counts) + found.came[name] == now
    same = sum(found.counts[place][place] for place in range(len(BAND_NAMES)))
    assert found.up + found.down + same == len(both)
    for row, shares in zip(found.counts, found.shares, strict=True):
        told = [share for share in shares if share is not None]
        assert len(told) == (len(shares) if sum(row) else 0)
        assert not told or abs(sum(told) - 1) < 1e-9
    falls = [fall.points for fall in found.fell]
    assert falls == sorted(falls, reverse=True)
    assert {fall.customer_id for fall in found.fell} == {
        customer for customer in both if after[customer].score < before[customer].score
    }


def test_of_those_who_fell_the_first_are_named() -> None:
    before = {UUID(int=number): KeptBand("A", 900) for number in range(9)}
    after = {UUID(int=number): KeptBand("D", 500 + number) for number in range(9)}
    found = migration(before, after, BAND_NAMES, limit=2)
    assert [fall.customer_id.int for fall in found.fell] == [0, 1]
    assert (found.up, found.down) == (0, 9)
