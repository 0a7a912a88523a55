"""Recourse: what a customer can do at once to reach a better band, told only after the package has said so itself.

A way is a set of moves, such as invoices that are settled. What the features are after them is not guessed from the
features before: whoever asks works them out as if the moves were on record, so that all features agree with each
other. The package then decides upon them as it does upon anybody's. A way that would move a feature the customer is
not known to be able to change is never told.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from scoring.decisions import Decision, decide
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


Outcomes = Callable[[tuple[Move, ...]], Iterable[Floats]]
"""Works out the features after some moves, each of shape (n_outputs,): for each of what the shop may record of them,
the moves alone first."""


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
        The cheapest first, and each to a better band than those before: fewest moves are cheapest, then the least
        amount. Empty where no way leads anywhere.

    Raises
    ------
    InvalidValues
        As `scoring.decisions.decide`.
    """
    now = decide(package, values)
    found: list[Way] = []
    if now.band is None or not package.actionable:
        return ()
    best = _place(now)
    for option in options(moves):
        if best == 0:
            break
        worst = _better(package, values, outcomes(option), best)
        if worst is not None:
            best = _place(worst)
            found.append(_way(option, worst))
    return tuple(found)


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


def _better(
    package: Package, before: Floats, after: Iterable[Floats], best: int
) -> Decision | None:
    """Let the package decide upon what may be on record after some moves; give the worst of its decisions.

    None where one of them leads to no better band than is reached already, or the moves alone change what the customer
    cannot.
    """
    worst: Decision | None = None
    for row in after:
        if worst is None and not _moved(package, before, row) <= set(package.actionable):
            return None
        decision = decide(package, row)
        if _place(decision) >= best:
            return None
        if worst is None or _points(decision) < _points(worst):
            worst = decision
    return worst


def _moved(package: Package, before: Floats, after: Floats) -> set[str]:
    """Name the features that differ."""
    same = (before == after) | (np.isnan(before) & np.isnan(after))
    return {package.names[place] for place in np.flatnonzero(~same).tolist()}


def _way(option: tuple[Move, ...], worst: Decision) -> Way:
    return Way(
        band=BAND_NAMES[_place(worst)],
        score=_points(worst),
        action=worst.decision.action,
        group=None if worst.note is None else worst.population,
        moves=option,
    )


def _place(decision: Decision) -> int:
    """Give the place of a decision's band, the best first."""
    return BAND_NAMES.index(str(decision.band))


def _points(decision: Decision) -> int:
    return decision.score or 0
