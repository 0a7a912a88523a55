"""Who of those a decision picked gets the offer, and who is held out: drawn at random, so that the two can be compared.

Spend is heavy-tailed: one large buyer in one arm only would drown the effect of an offer. So the picks are cut into
layers by the gain that is expected of them, and the same share of each layer is held out. Which of a layer, a hash of
the seed and the customer's id says: whoever knows both can draw again, on any machine, in any order.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from commerce.records.errors import RecordError, check_range

FEWEST_HELD_OUT = 5
"""A handful: of fewer nothing can be said."""

FEWEST_PICKS = 2 * FEWEST_HELD_OUT
"""A handful in each arm."""

_MOST_LAYERS = 5
_HELD_OUT_IN_LAYER = 8
"""How many are held out of a layer at least where there are several."""


class Pick(NamedTuple):
    """A customer whom a decision picked."""

    customer_id: UUID
    gain: int
    """Minor units; what an offer to this customer is expected to earn, its cost deducted."""
    probability: float
    """Of leaving, in [0, 1]."""
    state: str
    """One word: "active", "lapsed", or "everyone" where the decision tells no groups apart."""
    recency_days: int | None = None
    """Whole days since the latest order; None where there is none."""


class Drawn(NamedTuple):
    """A pick and what the draw made of it."""

    pick: Pick
    layer: int
    """From 1, where the most is expected."""
    treated: bool
    """Whether the offer is made; else it is withheld."""


def draw(
    picks: Sequence[Pick], *, holdout: float, seed: int, budget: int | None = None
) -> tuple[Drawn, ...]:
    """Draw who gets the offer and who is held out.

    Parameters
    ----------
    picks : sequence of Pick
        Each customer once, in any order; the best by gain are taken.
    holdout : float
        In (0, 0.9]; the share to be held out. At least a handful are.
    seed : int
        The same seed draws the same of the same picks.
    budget : int, optional
        Offers at most; by default all who are picked and not held out.

    Returns
    -------
    tuple of Drawn
        By gain, the highest first.

    Raises
    ------
    RecordError
        "holdout must be more than 0 and at most 0.9; got ...", "budget must be 5 or more; got ...", "picks must be 10
        or more to be compared; got ..." or "picks must name each customer once; got ..."

    Examples
    --------
    >>> picks = [Pick(UUID(int=number), 500 - number, 0.5, "active") for number in range(40)]
    >>> drawn = draw(picks, holdout=0.25, seed=7, budget=20)
    >>> sum(each.treated for each in drawn), sum(not each.treated for each in drawn)
    (20, 7)
    """
    check_holdout(holdout)
    if budget is not None and budget < FEWEST_HELD_OUT:
        raise RecordError(
            f"budget must be {FEWEST_HELD_OUT} or more; got {budget}. What so few offers do cannot be told."
        )
    if len({pick.customer_id for pick in picks}) != len(picks):
        raise RecordError("picks must name each customer once; got some twice. Leave them out.")
    if len(picks) < FEWEST_PICKS:
        raise RecordError(
            f"picks must be {FEWEST_PICKS} or more to be compared; got {len(picks)}."
            " Wait until the decision picks more customers."
        )
    best = sorted(picks, key=lambda pick: (-pick.gain, pick.customer_id.hex))
    best = best[: _number(len(best), holdout, budget)]
    held_out = count_held_out(len(best), holdout)
    layers = max(1, min(_MOST_LAYERS, held_out // _HELD_OUT_IN_LAYER))
    return tuple(
        drawn
        for layer in range(layers)
        for drawn in _draw_layer(
            best[_upto(len(best), layer, layers) : _upto(len(best), layer + 1, layers)],
            layer + 1,
            _upto(held_out, layer + 1, layers) - _upto(held_out, layer, layers),
            seed,
        )
    )


def check_holdout(holdout: float) -> None:
    """Refuse a share that leaves nobody to compare with, or hardly anybody to make the offer to.

    Raises
    ------
    RecordError
        "holdout must be more than 0 and at most 0.9; got ..."
    """
    if not 0 < holdout <= _MOST_HELD_OUT:
        raise RecordError(
            f"holdout must be more than 0 and at most {_MOST_HELD_OUT}; got {holdout}."
            " Without customers held out, nobody can tell what an offer did."
        )


def count_held_out(count: int, holdout: float) -> int:
    """Give how many of some customers are held out: the share, and at least a handful.

    Examples
    --------
    >>> count_held_out(1000, 0.1), count_held_out(20, 0.1)
    (100, 5)
    """
    return max(FEWEST_HELD_OUT, round(holdout * count))


_MOST_HELD_OUT = 0.9


def _number(picked: int, holdout: float, budget: int | None) -> int:
    """Find of how many can be drawn so that no more offers are made than the budget allows."""
    if budget is None or picked - count_held_out(picked, holdout) <= budget:
        return picked
    numbers = range(picked, 0, -1)
    return next(each for each in numbers if each - count_held_out(each, holdout) <= budget)


def _upto(whole: int, part: int, parts: int) -> int:
    return whole * part // parts


def _draw_layer(picks: Sequence[Pick], layer: int, held_out: int, seed: int) -> list[Drawn]:
    """Hold out those of a layer whose hash comes first."""
    chosen = sorted(picks, key=lambda pick: _lot(seed, pick.customer_id))[:held_out]
    out = {pick.customer_id for pick in chosen}
    return [Drawn(pick, layer, pick.customer_id not in out) for pick in picks]


def _lot(seed: int, customer: UUID) -> bytes:
    return hashlib.sha256(f"{seed}:{customer.hex}".encode()).digest()


def check_seed(seed: int) -> None:
    """Refuse a seed that no record keeps.

    Raises
    ------
    RecordError
        "seed must be 0 to 2147483647; got ..."
    """
    check_range("seed", seed, 0, 2**31 - 1)
