"""Fit how much each source of a ranking counts, by what customers bought in the horizon of the tuning split.

A logistic regression tells what was bought from what was not, among the products that any source speaks for, which is
where the first ten come from. Its coefficients are the weights: they order products as its probabilities do.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from scoring.ranker import sources_of
from scoring.ranking import SOURCES, Blend, RankingPackage
from training.fitting.ranking_data import Split

Floats = NDArray[np.float64]

POPULARITY = Blend(wanted=1.0, popular=1.0)
"""What everybody buys."""

PERSONAL = Blend(often=1.0, wanted=0.001, popular=0.001)
"""What the customer bought most often, of equals what everybody buys."""

_SPOKEN_FOR = 60
"""Products a source may bring in for each customer, the first of its own ranking."""

_NEW = tuple(SOURCES).index("related"), tuple(SOURCES).index("together")
"""Sources that speak for what a customer did not buy."""


def fit_blend(tables: RankingPackage, split: Split) -> Blend:
    """Fit the weights of a blend.

    Parameters
    ----------
    tables : RankingPackage
        Made of what was known at the split's cutoff.
    split : Split

    Returns
    -------
    Blend
        The same for the same records; `PERSONAL` where nothing was bought that any source speaks for.
    """
    from sklearn.linear_model import LogisticRegression

    values, bought, counts = _rows(tables, split)
    if not bought.any():
        return PERSONAL
    usual = values.std(axis=0)
    usual[usual == 0] = 1.0
    model = LogisticRegression(C=10.0, max_iter=1_000)
    # A customer who bought much is one customer, if one who tells more.
    model.fit(values / usual, bought, sample_weight=1 / np.sqrt(counts))
    weights = model.coef_[0] / usual
    return Blend(**dict(zip(SOURCES, weights.round(6).tolist(), strict=True)))


def _rows(
    tables: RankingPackage, split: Split
) -> tuple[Floats, NDArray[np.bool_], NDArray[np.int64]]:
    """Gather what the sources say of products, whether they were bought, and how many the customer bought in all."""
    values, bought, counts = [], [], []
    popular = np.argsort(-tables.popularity, kind="stable")[:_SPOKEN_FOR]
    for each in split.customers:
        sources = sources_of(tables, each.purchases)
        spoken = [np.flatnonzero(sources[0]), popular]
        for source in sources[list(_NEW)]:
            spoken.append(np.argpartition(-source, min(_SPOKEN_FOR, len(source) - 1))[:_SPOKEN_FOR])
        places = np.unique(np.concatenate(spoken))
        values.append(sources[:, places].T)
        bought.append([tables.products[place] in each.bought for place in places.tolist()])
        counts.append(np.full(len(places), len(each.bought)))
    return np.concatenate(values), np.concatenate(bought), np.concatenate(counts)
