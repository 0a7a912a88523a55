"""How long a silence may be until a customer counts as gone: read off the shop's own customers who came back.

Silences that still go on are censored, not left out: how long returning customers stay away is estimated by Kaplan and
Meier (1958), and the share that never returns, where the curve levels off, is set aside.
"""

from __future__ import annotations

from math import ceil

import numpy as np
from numpy.typing import NDArray

from features.evaluating.gaps import silences
from features.snapshots.snapshot import Snapshot
from scoring.populations import Population
from training.errors import NotTrainable
from training.specs import ModelSpec
from training.specs.populations import Active, Recent

RETURNED = 0.95
"""The share of returning customers who are back by the limit."""

SHORTEST = 7
"""Days below which no silence says that anybody is gone."""


def population_of(spec: ModelSpec, snapshot: Snapshot, *, known_before: int) -> Population:
    """Settle whom a model is about in a shop.

    Parameters
    ----------
    known_before : int, epoch microseconds
        Silences are read off what was known then: before the test cutoff, so that nothing of it is used.

    Raises
    ------
    NotTrainable
        "churn must have customers who came back to know when one is gone; got none. ..."
    """
    asked = spec.population
    if isinstance(asked, Recent):
        return asked.population
    if not isinstance(asked, Active):
        return asked
    if asked.within_days is not None:
        return asked.settle(asked.within_days)
    found = silences(snapshot, asked.rows, known_before=known_before)
    limit = longest_usual_silence(found.days, found.ended)
    if limit is None:
        raise NotTrainable(
            f"{spec.name} must have customers who came back to know from when on one is gone; got none."
            " Import more records, wait, or say it by --active-within DAYS."
        )
    return asked.settle(limit)


def longest_usual_silence(
    days: NDArray[np.int64], ended: NDArray[np.bool_], *, share: float = RETURNED
) -> int | None:
    """Find the days of silence by which almost all who ever come back are back.

    Parameters
    ----------
    days : int array of shape (n,), >= 0
    ended : bool array of shape (n,)
        Whether the customer came back; else the silence goes on.
    share : float, in (0, 1), default 0.95
        Of those who come back.

    Returns
    -------
    int or None
        Whole days, at least a week; None where nobody ever came back.

    Examples
    --------
    >>> days = np.array([10, 20, 30, 40, 400, 400])
    >>> longest_usual_silence(days, np.array([True, True, True, True, False, False]))
    40
    """
    if not ended.any():
        return None
    order = np.argsort(days, kind="stable")
    at, back = days[order], ended[order]
    when, first = np.unique(at, return_index=True)
    returned = np.add.reduceat(back.astype(np.float64), first)
    at_risk = len(at) - first
    away = np.cumprod(1.0 - returned / at_risk)
    gone_for_good = float(away[-1])
    reached = (1.0 - away) >= share * (1.0 - gone_for_good)
    return max(SHORTEST, ceil(float(when[int(np.argmax(reached))])))
