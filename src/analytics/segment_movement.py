"""How customers moved between segments from one instant to another, by the same edges."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

from scoring.segments import SEGMENTS

Customer = TypeVar("Customer")


@dataclass(frozen=True, kw_only=True)
class SegmentMovement:
    """Customers by the segment they were in and the segment they are in.

    Parameters
    ----------
    segments : tuple of str
    counts : tuple of tuple of int
        By segment before, then segment after: those known at both instants.
    came : mapping of str to int
        By segment: who is known since.
    """

    segments: tuple[str, ...]
    counts: tuple[tuple[int, ...], ...]
    came: Mapping[str, int]

    @property
    def customers(self) -> int:
        """How many were known at both instants."""
        return sum(map(sum, self.counts))

    @property
    def moved(self) -> int:
        """How many of them are in another segment."""
        return self.customers - sum(row[place] for place, row in enumerate(self.counts))


def segment_movement(
    before: Mapping[Customer, str], after: Mapping[Customer, str]
) -> SegmentMovement:
    """Lay out how customers moved from segment to segment.

    Parameters
    ----------
    before, after : mapping of customer to str
        The segment of each; nobody who is on record ever leaves it.

    Examples
    --------
    >>> found = segment_movement({1: "new", 2: "loyal"}, {1: "champions", 2: "loyal", 3: "new"})
    >>> found.customers, found.moved, found.came["new"]
    (2, 1, 1)
    """
    moves = Counter((was, after[who]) for who, was in before.items() if who in after)
    came = Counter(now for who, now in after.items() if who not in before)
    return SegmentMovement(
        segments=SEGMENTS,
        counts=tuple(tuple(moves[one, other] for other in SEGMENTS) for one in SEGMENTS),
        came={segment: came[segment] for segment in SEGMENTS},
    )
