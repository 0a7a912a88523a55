"""What is told to lead to a better band does, costs least, and moves nothing a customer cannot."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from tests.scoring.samples import NAMES, rows, scorecard

from scoring.decisions import decide
from scoring.package import Package
from scoring.recourse import EXACT, MOST, Move, Outcomes, options, ways_up
from scoring.scale import BAND_NAMES

Floats = NDArray[np.float64]


def make_moves(count: int) -> list[Move]:
    """Moves of falling cost."""
    return [
        Move(record=str(place), amount=10 * (count - place), text=f"invoice {place}")
        for place in range(count)
    ]


def shifting(before: Floats, shifts: Mapping[str, Floats]) -> Outcomes:
    """Each move adds its own to the features, which may be recorded in two ways."""

    def outcomes(moves: tuple[Move, ...]) -> list[Floats]:
        after = before + sum(shifts[move.record] for move in moves)
        return [after, after + 0.01]

    return outcomes


def rank(band: str | None) -> int:
    assert band is not None
    return BAND_NAMES.index(band)


@settings(max_examples=40)
@given(seed=st.integers(0, 10_000), count=st.integers(0, 4))
def test_every_way_reaches_its_band_and_none_that_costs_less_does(seed: int, count: int) -> None:
    random = np.random.default_rng(seed)
    package = scorecard(random, actionable=NAMES)
    before = rows(random, 1, len(NAMES))[0] / 4
    moves = make_moves(count)
    shifts = {move.record: random.normal(size=len(NAMES)) for move in moves}
    outcomes = shifting(before, shifts)
    told = ways_up(package, before, moves, outcomes)
    now = rank(decide(package, before).band)

    def reached(some: tuple[Move, ...]) -> int:
        return max(rank(decide(package, row).band) for row in outcomes(some))

    for way in told:
        assert reached(way.moves) == rank(way.band) < now
    every = [some for size in range(1, count + 1) for some in combinations(moves, size)]
    for target in range(now):
        costs = [
            (len(some), sum(move.amount for move in some))
            for some in every
            if reached(some) <= target
        ]
        ours = [
            (len(way.moves), sum(move.amount for move in way.moves))
            for way in told
            if rank(way.band) <= target
        ]
        assert bool(costs) == bool(ours)
        assert not costs or min(ours) == min(costs)


def recovering() -> tuple[Package, Floats, Outcomes]:
    """A package, a customer in a bad band, and a move that mends the first feature."""
    package = scorecard(np.random.default_rng(5), actionable=(NAMES[0],))
    values = rows(np.random.default_rng(6), 400, len(NAMES))
    scored = sorted(values.tolist(), key=lambda row: decide(package, np.array(row)).score or 0)
    best = np.array(scored[-1])
    worst = np.array([scored[0][0], *best[1:]])
    for row in scored:
        tried = np.array([row[0], *best[1:]])
        if (decide(package, tried).score or 0) < (decide(package, worst).score or 0):
            worst = tried
    return package, worst, lambda _: [best]


def test_what_the_customer_cannot_change_is_never_moved() -> None:
    package, worst, mended = recovering()
    (after,) = mended(())
    assert rank(decide(package, worst).band) > rank(decide(package, after).band)
    (way,) = ways_up(package, worst, make_moves(1), mended)
    assert way.score == decide(package, after).score
    for others in ((), NAMES[1:]):
        object.__setattr__(package, "actionable", others)
        assert ways_up(package, worst, make_moves(1), mended) == ()


def test_the_worst_of_what_may_be_recorded_counts() -> None:
    package, worst, mended = recovering()
    both = [*mended(()), worst]
    assert ways_up(package, worst, make_moves(1), lambda _: both) == ()
    assert len(ways_up(package, worst, make_moves(1), lambda _: both[:1])) == 1


def test_without_a_score_or_at_the_best_band_there_is_no_way() -> None:
    package, worst, mended = recovering()
    unscaled = scorecard(np.random.default_rng(5), actionable=NAMES, scale=None)
    assert ways_up(unscaled, worst, make_moves(1), mended) == ()
    assert ways_up(package, worst, [], mended) == ()


def test_of_many_moves_not_every_set_is_tried_but_all_together_are() -> None:
    assert len(list(options(make_moves(EXACT)))) == 2**EXACT - 1
    for count in (EXACT + 1, MOST, 400):
        moves = make_moves(count)
        tried = list(options(moves))
        assert len(tried) <= 2 * MOST
        sizes = [len(each) for each in tried]
        assert sizes == sorted(sizes)
        assert tried[-1] == tuple(moves)
        assert len(set(tried)) == len(tried)
