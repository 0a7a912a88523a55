"""How bands changed between two instants: the migration matrix, who came and went, who fell most."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple
from uuid import UUID


class KeptBand(NamedTuple):
    """What was last said of a customer by some instant."""

    band: str
    score: int


@dataclass(frozen=True, kw_only=True)
class Fall:
    """A customer whose score fell."""

    customer_id: UUID
    before: KeptBand
    after: KeptBand

    @property
    def points(self) -> int:
        """By how much, > 0."""
        return self.before.score - self.after.score


@dataclass(frozen=True, kw_only=True)
class Migration:
    """Customers by the band they were in and the band they are in.

    Parameters
    ----------
    bands : tuple of str
        The best first.
    counts : tuple of tuple of int
        By band before, then band after: those scored by both instants.
    came, went : mapping of str to int
        By band: who was scored for the first time since, and of whom the score of before is the last.
    fell : tuple of Fall
        Whose score fell most, the most first.
    """

    bands: tuple[str, ...]
    counts: tuple[tuple[int, ...], ...]
    came: Mapping[str, int]
    went: Mapping[str, int]
    fell: tuple[Fall, ...]

    @property
    def customers(self) -> int:
        """How many were scored by both instants."""
        return sum(map(sum, self.counts))

    @property
    def shares(self) -> tuple[tuple[float | None, ...], ...]:
        """Of each band before, the share in each band after; None where nobody was in it."""
        return tuple(
            tuple(count / sum(row) if sum(row) else None for count in row) for row in self.counts
        )

    @property
    def up(self) -> int:
        """How many are in a better band."""
        return sum(
            count
            for before, row in enumerate(self.counts)
            for after, count in enumerate(row)
            if after < before
        )

    @property
    def down(self) -> int:
        """How many are in a worse band."""
        return self.customers - self.up - sum(row[place] for place, row in enumerate(self.counts))


def migration(
    before: Mapping[UUID, KeptBand],
    after: Mapping[UUID, KeptBand],
    bands: Sequence[str],
    *,
    limit: int = 10,
) -> Migration:
    """Lay out how customers moved from band to band.

    Parameters
    ----------
    before, after : mapping of UUID to KeptBand
        The latest of each customer by either instant; who is in `before` alone went.
    bands : sequence of str
        The best first.
    limit : int, default 10
        Of those who fell, how many are named.

    Examples
    --------
    >>> ann, bob, eve = (UUID(int=number) for number in (1, 2, 3))
    >>> moved = migration(
    ...     {ann: KeptBand("A", 810), bob: KeptBand("B", 720)},
    ...     {ann: KeptBand("B", 730), eve: KeptBand("A", 900)},
    ...     "AB",
    ... )
    >>> moved.counts, moved.came, moved.went, [fall.points for fall in moved.fell]
    (((0, 1), (0, 0)), {'A': 1, 'B': 0}, {'A': 0, 'B': 1}, [80])
    """
    moves = Counter(
        (was.band, after[customer].band) for customer, was in before.items() if customer in after
    )
    came = Counter(now.band for customer, now in after.items() if customer not in before)
    went = Counter(was.band for customer, was in before.items() if customer not in after)
    falls = [
        Fall(customer_id=customer, before=was, after=after[customer])
        for customer, was in before.items()
        if customer in after and after[customer].score < was.score
    ]
    falls.sort(key=lambda fall: (-fall.points, fall.customer_id))
    return Migration(
        bands=tuple(bands),
        counts=tuple(tuple(moves[one, other] for other in bands) for one in bands),
        came={band: came[band] for band in bands},
        went={band: went[band] for band in bands},
        fell=tuple(falls[:limit]),
    )
