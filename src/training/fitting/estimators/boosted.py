"""Boosted trees that a package can tabulate, from several seeds."""

# ruff: noqa: N803 - scikit-learn calls its table X
from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Self

import joblib
import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.ensemble import HistGradientBoostingClassifier

from training.fitting.estimators.logits import LogitClassifier, stopping_split

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


def boosted_trees(seed: int, signs: Sequence[int] | None = None) -> HistGradientBoostingClassifier:
    """Gradient boosting of trees of at most 8 leaves, which a package can tabulate.

    Parameters
    ----------
    seed : int
    signs : sequence of {1, -1, 0}, optional
        Per column, whether the logit may only rise with it, only fall, or either.
    """
    return HistGradientBoostingClassifier(
        learning_rate=0.03,
        max_iter=1000,
        early_stopping=True,
        n_iter_no_change=20,
        max_leaf_nodes=8,
        min_samples_leaf=40,
        l2_regularization=5.0,
        max_features=0.5,
        monotonic_cst=None if signs is None else list(signs),
        random_state=seed,
    )


class BoostedTrees(LogitClassifier):
    """Boosted trees from several seeds, each stopped when customers it does not learn from gain nothing more.

    Parameters
    ----------
    seeds : int, >= 1, default 3
        Models whose logits are averaged; while cross-validation compares candidates, one makes do.
    random_state : int, default 0
        The first of the seeds; the others follow it.
    n_jobs : int, default 1
        Processes.
    signs : sequence of {1, -1, 0}, optional
        Per column, whether the logit may only rise with it, only fall, or either.
    """

    lighter: ClassVar[Mapping[str, Any]] = {"seeds": 1}

    def __init__(
        self,
        seeds: int = 3,
        random_state: int = 0,
        n_jobs: int = 1,
        signs: Sequence[int] | None = None,
    ) -> None:
        self.seeds = seeds
        self.random_state = random_state
        self.n_jobs = n_jobs
        self.signs = signs

    def fit(self, X: ArrayLike, y: ArrayLike, groups: ArrayLike | None = None) -> Self:
        """Boost; `groups` of shape (n_rows,) holds the customer of each row, by default a row is one."""
        values, labels = np.asarray(X, dtype=np.float64), np.asarray(y, dtype=np.int64)
        customers = np.arange(len(labels)) if groups is None else np.asarray(groups)
        self.classes_ = np.unique(labels)
        self.models_ = joblib.Parallel(n_jobs=self.n_jobs)(
            joblib.delayed(_boosted)(
                values, labels, customers, self.random_state + offset, self.signs
            )
            for offset in range(self.seeds)
        )
        return self

    def decision_function(self, X: ArrayLike) -> Floats:
        """Give the logit of the second outcome, shape (n_rows,)."""
        values = np.asarray(X, dtype=np.float64)
        share = 1.0 / len(self.models_)
        parts = [share * model.decision_function(values) for model in self.models_]
        return np.asarray(np.sum(parts, axis=0), dtype=np.float64)


def _boosted(
    values: Floats, labels: Integers, customers: Integers, seed: int, signs: Sequence[int] | None
) -> HistGradientBoostingClassifier:
    learn, stop = stopping_split(labels, customers, seed)
    inside, outside = values[learn], values[stop]
    # scikit-learn cannot bin a column without any value; a constant one is never split on
    blank = np.isnan(inside).all(axis=0)
    inside[:, blank] = outside[:, blank] = 0.0
    return boosted_trees(seed, signs).fit(inside, labels[learn], X_val=outside, y_val=labels[stop])
