"""An explainable boosting machine: a smooth function of each column, and of a few pairs, found by boosting."""

# ruff: noqa: N803 - scikit-learn calls its table X
from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from training.fitting.estimators.logits import LogitClassifier, stopping_split
from training.fitting.estimators.screening import strongest_columns
from training.fitting.estimators.shapes import ShapeFunctions

if TYPE_CHECKING:
    from interpret.glassbox import ExplainableBoostingClassifier

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

_ROUNDS_WITHOUT_GAIN = 50


class ExplainableBoosting(LogitClassifier):
    """Boosted shape functions, stopped when customers they do not learn from gain nothing more.

    Parameters
    ----------
    bags : int, >= 1, default 4
        Splits into customers to learn from and customers to stop by, whose functions are averaged; while
        cross-validation compares candidates, two make do.
    interactions : int, >= 0, default 5
        Pairs of columns that get a function of their own.
    screened : int, >= 1, default 80
        Columns of most information value that are boosted.
    bins : int, >= 2, default 64
        The most bins of a column; those of a pair have 16.
    random_state : int, default 0

    Attributes
    ----------
    shapes_ : ShapeFunctions
    machine_ : ExplainableBoostingClassifier
        The library's own.
    columns_ : int array
        The columns that `machine_` was given, ascending.
    """

    lighter: ClassVar[Mapping[str, Any]] = {"bags": 2}

    def __init__(
        self,
        bags: int = 4,
        interactions: int = 5,
        screened: int = 80,
        bins: int = 64,
        random_state: int = 0,
    ) -> None:
        self.bags = bags
        self.interactions = interactions
        self.screened = screened
        self.bins = bins
        self.random_state = random_state

    def fit(self, X: ArrayLike, y: ArrayLike, groups: ArrayLike | None = None) -> Self:
        """Boost; `groups` of shape (n_rows,) holds the customer of each row, by default a row is one."""
        from interpret.glassbox import ExplainableBoostingClassifier

        values, labels = np.asarray(X, dtype=np.float64), np.asarray(y, dtype=np.int64)
        customers = np.arange(len(labels)) if groups is None else np.asarray(groups)
        self.classes_ = np.array([0, 1])
        self.columns_ = np.sort(strongest_columns(values, labels, self.screened))
        self.machine_ = ExplainableBoostingClassifier(
            feature_types=["continuous"] * len(self.columns_),
            max_bins=self.bins,
            max_interaction_bins=16,
            interactions=min(self.interactions, len(self.columns_) * (len(self.columns_) - 1) // 2),
            outer_bags=self.bags,
            learning_rate=0.04,
            max_rounds=4000,
            early_stopping_rounds=_ROUNDS_WITHOUT_GAIN,
            n_jobs=1,
            random_state=self.random_state,
        )
        with warnings.catch_warnings():
            # it warns that its pictures, which nobody draws here, leave them out
            warnings.filterwarnings("ignore", "Missing values detected", UserWarning)
            self.machine_.fit(
                values[:, self.columns_], labels, bags=self._bags_of(labels, customers)
            )
        self.shapes_ = _shapes(self.machine_, self.columns_)
        return self

    def decision_function(self, X: ArrayLike) -> Floats:
        """Give the logit of the second outcome, shape (n_rows,)."""
        return self.shapes_.decision_function(X)

    def _bags_of(self, labels: Integers, customers: Integers) -> NDArray[np.int8]:
        """Mark, for each bag, the rows it learns from by 1 and those it stops by by -1."""
        bags = np.ones((len(labels), self.bags), dtype=np.int8)
        for bag in range(self.bags):
            stop = stopping_split(labels, customers, self.random_state + bag)[1]
            bags[stop, bag] = -1
        return bags


def _shapes(machine: ExplainableBoostingClassifier, columns: Integers) -> ShapeFunctions:
    """Read the functions out of the library's tensors, whose last place along each axis is for unknown categories."""
    taken, cuts, contributions = [], [], []
    for places, scores in zip(machine.term_features_, machine.term_scores_, strict=True):
        levels = [machine.bins_[place] for place in places]
        taken.append(tuple(int(columns[place]) for place in places))
        cuts.append(tuple(level[min(len(level), len(places)) - 1] for level in levels))
        contributions.append(np.asarray(scores[(slice(-1),) * len(places)], dtype=np.float64))
    return ShapeFunctions(
        intercept=float(machine.intercept_[0]),
        columns=taken,
        cuts=cuts,
        contributions=contributions,
    )


def load() -> None:
    """Import interpret ahead of its use: it takes seconds."""
    import interpret.glassbox  # noqa: F401
