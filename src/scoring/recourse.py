"""Recourse: what a customer can do at once to reach a better band, told only after the package has said so itself.

A way is a set of moves, such as invoices that are settled. What the features are after them is not guessed from the
features before: whoever asks works them out as if the moves were on record, so that all features agree with each
other. The package then decides upon them as it does upon anybody's. A way that would move a feature the customer is
not known to be able to change is never told.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from scoring.decisions import Decision, decide_many
from scoring.package import Package
from scoring.scale import BAND_NAMES

Floats = NDArray[np.float64]

EXACT = 5
"""Up to so many moves every set of them is tried."""

MOST = 12
"""Of more moves, each of the first so many alone, the first two, three and so on up to so many, and all."""


@dataclass(frozen=True, kw_only=True)
class Move:
    """One thing a customer can do at once.

    Parameters
    ----------
    record : str
        What is moved: the id of an invoice.
    amount : int
        Minor units, >= 0; what it costs the customer.
    text : str
        What is settled, to go on after "settle": "the invoice of 20.00 EUR".
    """

    record: str
    amount: int
    text: str


@dataclass(frozen=True, kw_only=True)
class Way:
    """Moves that lead to a better band, and what the package decides after them.

    Parameters
    ----------
    band : str
        The one that is reached.
    score : int
        From 300 to 1000; the least of all that may be on record of the same moves.
    action : str
        What is decided then.
    group : str or None
        What the customer counts as then, where the model was not measured on such customers: "no open invoice".
    moves : tuple of Move
        At least one.
    """

    band: str
    score: int
    action: str
    group: str | None
    moves: tuple[Move, ...]


Outcomes = Callable[[tuple[Move, ...]], Floats]
"""Works out the features after some moves, shape (n_records, n_outputs): a row for each of what the shop may record
of them, the moves alone first."""


def ways_up(
    package: Package, values: Floats, moves: Sequence[Move], outcomes: Outcomes
) -> tuple[Way, ...]:
    """Find the cheapest way to each better band that can be reached.

    Parameters
    ----------
    package : Package
        Without a score, or without features that customers can change, it tells none.
    values : float array of shape (n_outputs,)
        The customer's features as they are.
    moves : sequence of Move
        What the customer can do, the most pressing first.
    outcomes : callable
        As `Outcomes`.

    Returns
    -------
    tuple of Way
        The least better band first; fewest moves are cheapest, then the least amount. A way that leads further than
        the band it is looked for stands for the bands between, too. Empty where no way leads anywhere.

    Raises
    ------
    InvalidValues
        As `scoring.decisions.decide_many`.
    """
    now = decide_many(package, np.asarray(values, dtype=np.float64)[None, :])[0]
    if now.band is None or not package.actionable:
        return ()
    tried = [
        way
        for option in options(moves)
        if (way := _tried(package, values, option, outcomes(option))) is not None
    ]
    found: dict[tuple[Move, ...], Way] = {}
    for target in reversed(BAND_NAMES[: BAND_NAMES.index(now.band)]):
        way = next((each for each in tried if _reaches(each.band, target)), None)
        if way is not None:
            found.setdefault(way.moves, way)
    return tuple(found.values())


def options(moves: Sequence[Move]) -> Iterator[tuple[Move, ...]]:
    """Go through sets of moves, the cheapest first: every set of few, of many those that `MOST` says.

    Examples
    --------
    >>> first, second = (Move(record=name, amount=cost, text="") for name, cost in (("a", 30), ("b", 20)))
    >>> ["".join(move.record for move in option) for option in options([first, second])]
    ['b', 'a', 'ab']
    """
    if len(moves) <= EXACT:
        for size in range(1, len(moves) + 1):
            yield from sorted(combinations(moves, size), key=_amount)
        return
    yield from sorted(((move,) for move in moves[:MOST]), key=_amount)
    for size in range(2, min(MOST, len(moves)) + 1):
        yield tuple(moves[:size])
    if len(moves) > MOST:
        yield tuple(moves)


def _amount(option: tuple[Move, ...]) -> int:
    return sum(move.amount for move in option)


def _tried(package: Package, before: Floats, option: tuple[Move, ...], after: Floats) -> Way | None:
    """Let the package decide upon what is after some moves; None where they move what the customer cannot."""
    moved = (after[0] != before) & ~(np.isnan(after[0]) & np.isnan(before))
    names = {package.names[place] for place in np.flatnonzero(moved).tolist()}
    if not names <= set(package.actionable):
        return None
    worst = min(decide_many(package, after), key=_score)
    return Way(
        band=str(worst.band),
        score=_score(worst),
        action=worst.decision.action,
        group=None if worst.note is None else worst.population,
        moves=option,
    )


def _score(decision: Decision) -> int:
    return 0 if decision.score is None else decision.score


def _reaches(band: str, target: str) -> bool:
    return BAND_NAMES.index(band) <= BAND_NAMES.index(target)
