"""Blends of the best candidates of different kinds, kept only where they are better than their best part for sure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray
from sklearn.base import ClassifierMixin

from training.fitting.cross_validation import loss, losses

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

KINDS = 4
"""Kinds of candidates that are blended, two or three at a time: those whose best one has least loss."""

SHARES: Mapping[int, tuple[tuple[float, ...], ...]] = {
    2: ((0.25, 0.75), (0.5, 0.5), (0.75, 0.25)),
    3: ((1 / 3, 1 / 3, 1 / 3),),
}
"""Shares tried for two members and for three: what is gained by weighing three is lost out of time."""

RESAMPLES = 500

CERTAIN = 0.9
"""Share of bootstrap samples of customers in which a blend must be better than its best part."""

_ROUNDING = 1e-6
"""Log loss of all rows together that says nothing: a blend of the same logits differs from them by as little."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Blend:
    """Shares of candidates, and the logits out of fold they come to.

    Parameters
    ----------
    shares : mapping of str to float
        By candidate; their sum is 1.
    logits : float array of shape (n_rows,)
    """

    shares: Mapping[str, float]
    logits: Floats

    @property
    def name(self) -> str:
        """Such as "blend 0.75 boosted, 0.25 logistic C=0.01"."""
        return f"blend {self.shares_text}"

    @property
    def shares_text(self) -> str:
        """Such as "0.75 boosted, 0.25 logistic C=0.01"."""
        return ", ".join(f"{share:.2g} {part}" for part, share in self.shares.items())


def winning_blends(
    models: Mapping[str, ClassifierMixin],
    logits: Mapping[str, Floats],
    labels: Integers,
    customers: Integers,
    *,
    seed: int,
) -> list[Blend]:
    """Blend the best candidates of different kinds.

    Parameters
    ----------
    models : mapping of str to classifier
        Whose type is their kind; only those that a package can be made of.
    logits : mapping of str to float array of shape (n_rows,)
        Of each of them, out of fold.
    labels, customers : int arrays of shape (n_rows,)
    seed : int
        Of the bootstrap.

    Returns
    -------
    list of Blend
        Of each combination the shares of least loss among those whose loss is below that of their best part in
        almost all bootstrap samples of customers.
    """
    best: dict[type, str] = {}
    for name in sorted(logits, key=lambda name: loss(labels, logits[name])):
        best.setdefault(type(models[name]), name)
    kept = []
    for parts in _combinations(list(best.values())[:KINDS]):
        tried = [
            _blend(dict(zip(parts, shares, strict=True)), logits) for shares in SHARES[len(parts)]
        ]
        best_part = logits[parts[0]]
        won = [
            blend
            for blend in tried
            if is_better(blend.logits, best_part, labels, customers, seed=seed)
        ]
        if won:
            kept.append(min(won, key=lambda blend: loss(labels, blend.logits)))
    return kept


def is_better(
    logits: Floats, other: Floats, labels: Integers, customers: Integers, *, seed: int
) -> bool:
    """Whether the log loss of some logits is below that of others in `CERTAIN` of bootstrap samples of customers."""
    gained = np.bincount(customers, weights=losses(labels, other) - losses(labels, logits))
    random = np.random.default_rng(seed)
    drawn = [gained[random.integers(len(gained), size=len(gained))].sum() for _ in range(RESAMPLES)]
    return bool(np.quantile(drawn, 1 - CERTAIN) > _ROUNDING)


def _combinations(names: list[str]) -> Iterator[tuple[str, ...]]:
    """Two or three of names, each time in their order."""
    for size in SHARES:
        yield from combinations(names, size)


def _blend(shares: Mapping[str, float], logits: Mapping[str, Floats]) -> Blend:
    total = np.sum([share * logits[part] for part, share in shares.items()], axis=0)
    return Blend(shares=shares, logits=np.asarray(total, dtype=np.float64))
