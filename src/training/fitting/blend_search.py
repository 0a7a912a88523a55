"""Choose how much each source of a ranking counts, by what customers bought in the horizon of the tuning split.

The search is plain: one weight after the other is tried lower, higher and at nothing, and the best is kept, until
nothing is better. It looks at the products that any source speaks for, which is where the first ten come from.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scoring.ranker import sources_of
from scoring.ranking import SOURCES, Blend, RankingPackage
from training.fitting.ranking_data import Split
from training.fitting.ranking_measures import AT, Floats, ndcg, recall

POPULARITY = Blend(popular=1.0)
"""What everybody buys."""

PERSONAL = Blend(often=1.0, popular=0.001)
"""What the customer bought most often, of equals what everybody buys."""

_SPOKEN_FOR = 60
"""Products a source may bring into the search for each customer, the first of its own ranking."""

_FACTORS = (0.0, 0.3, 0.6, 1.7, 3.3)
_BEGINNINGS = (0.02, 0.1, 0.5)
"""What a weight is multiplied by, and what one of 0 may begin with: in units of the source's usual size."""

_ROUNDS = 6


@dataclass(frozen=True, eq=False)
class _Looked:
    """The products looked at for each customer: their sources, and whether they were bought; padded to equal length."""

    sources: NDArray[np.float32]
    bought: NDArray[np.bool_]
    wanted: NDArray[np.int64]
    usual: Floats

    def objective(self, weights: Floats) -> float:
        """Recall and NDCG of the first ten, together."""
        scaled = (weights / self.usual).astype(np.float32)
        scores = np.tensordot(scaled, self.sources, axes=1)
        first = np.argpartition(-scores, AT - 1, axis=1)[:, :AT]
        order = np.argsort(-np.take_along_axis(scores, first, 1), axis=1, kind="stable")
        first = np.take_along_axis(first, order, 1)
        hits = np.take_along_axis(self.bought, first, 1)
        return float(recall(hits, self.wanted).mean() + ndcg(hits, self.wanted).mean())


def search_blend(tables: RankingPackage, split: Split) -> Blend:
    """Choose the weights of a blend.

    Parameters
    ----------
    tables : RankingPackage
        Made of what was known at the split's cutoff.
    split : Split

    Returns
    -------
    Blend
        The same for the same records.
    """
    looked = _look(tables, split)
    weights = np.array([1.0 if source == "often" else 0.0 for source in SOURCES])
    best = looked.objective(weights)
    for _ in range(_ROUNDS):
        before = best
        for place in range(len(SOURCES)):
            tried = _FACTORS if weights[place] else _BEGINNINGS
            for factor in tried:
                other = weights.copy()
                other[place] = weights[place] * factor if weights[place] else factor
                found = looked.objective(other)
                if found > best:
                    best, weights = found, other
        if best - before < 1e-4:
            break
    scaled = weights / looked.usual
    return Blend(**dict(zip(SOURCES, (scaled / scaled.max()).round(6).tolist(), strict=True)))


def _look(tables: RankingPackage, split: Split) -> _Looked:
    """Gather what the sources say of the products that may be among the first ten of each customer."""
    gathered = []
    popular = np.argsort(-tables.popularity, kind="stable")[:_SPOKEN_FOR]
    for each in split.customers:
        sources = sources_of(tables, each.purchases)
        spoken = [np.flatnonzero(sources[0]), popular]
        for source in sources[4:6]:
            spoken.append(np.argpartition(-source, min(_SPOKEN_FOR, len(source) - 1))[:_SPOKEN_FOR])
        places = np.unique(np.concatenate(spoken))
        hits = [tables.products[place] in each.bought for place in places.tolist()]
        gathered.append((sources[:, places], np.array(hits)))
    width = max(len(bought) for _, bought in gathered)
    values = np.zeros((len(SOURCES), len(gathered), width), dtype=np.float32)
    right = np.zeros((len(gathered), width), dtype=np.bool_)
    for row, (sources, bought) in enumerate(gathered):
        values[:, row, : len(bought)], right[row, : len(bought)] = sources, bought
    usual = np.array([_usual(source) for source in values])
    wanted = np.array([len(each.bought) for each in split.customers], dtype=np.int64)
    return _Looked(values, right, wanted, usual)


def _usual(source: NDArray[np.float32]) -> float:
    """The usual size of what a source says where it says anything."""
    said = source[source > 0]
    return float(np.quantile(said, 0.9)) if len(said) else 1.0
