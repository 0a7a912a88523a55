"""Four small scikit-learn shapes: what a linear model sees, boosted trees, several of them, and a blend of logits.

Everything fitted here can be written down as a decision package, and so can any histogram gradient boosting of
trees that are small enough. Other classifiers compete, but cannot be published.
"""

# ruff: noqa: N803 - scikit-learn calls its table X
from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

import joblib
import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, ClassifierMixin, TransformerMixin
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupShuffleSplit
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler

from training.errors import NotTrainable

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


class ValueTransform(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Fill, take logarithms of long-tailed columns (keeping the sign), and mark what was missing.

    Parameters
    ----------
    log_above : float, default 2
        A column whose 99th percentile in size exceeds this is taken as log1p of its size.

    Attributes
    ----------
    fill_ : float array of shape (n_columns,)
        Medians of the training rows; 0 where a column has no value.
    log_ : bool array of shape (n_columns,)
    missing_ : int array
        Columns with a value missing in training; each has an indicator after the values.
    """

    def __init__(self, log_above: float = 2.0) -> None:
        self.log_above = log_above

    def fit(self, X: ArrayLike, y: ArrayLike | None = None) -> Self:
        """Learn fills, logarithms and indicators; `X` of shape (n_rows, n_columns), NaN where missing."""
        values = np.asarray(X, dtype=np.float64)
        gaps = np.isnan(values)
        columns = range(values.shape[1])
        known = [values[~gaps[:, column], column] for column in columns]
        self.n_features_in_ = values.shape[1]
        self.fill_ = np.array([np.median(part) if len(part) else 0.0 for part in known])
        sizes = [np.quantile(np.abs(part), 0.99) if len(part) else 0.0 for part in known]
        self.log_ = np.array(sizes) > self.log_above
        self.missing_ = np.flatnonzero(gaps.any(axis=0))
        return self

    def transform(self, X: ArrayLike) -> Floats:
        """Give values, then indicators: shape (n_rows, n_columns + len(missing_))."""
        values = np.asarray(X, dtype=np.float64)
        gaps = np.isnan(values)
        filled = np.where(gaps, self.fill_, values)
        logged = np.sign(filled) * np.log1p(np.abs(filled))
        return np.hstack([np.where(self.log_, logged, filled), gaps[:, self.missing_]])


def linear_model(strength: float) -> Pipeline:
    """A logistic regression on transformed, standardised values.

    Parameters
    ----------
    strength : float, > 0
        Inverse of the L2 penalty (scikit-learn's C).
    """
    return Pipeline(
        [
            ("values", ValueTransform()),
            ("scale", StandardScaler()),
            ("logistic", LogisticRegression(C=strength, max_iter=2000)),
        ]
    )


def plain_logistic() -> Pipeline:
    """The baseline to beat: medians for what is missing, standardised raw values, default penalty."""
    return Pipeline(
        [
            ("values", ValueTransform(log_above=np.inf)),
            ("scale", StandardScaler()),
            ("logistic", LogisticRegression(max_iter=5000)),
        ]
    )


def boosted_trees(seed: int) -> HistGradientBoostingClassifier:
    """Gradient boosting of trees of at most 8 leaves, which a package can tabulate."""
    return HistGradientBoostingClassifier(
        learning_rate=0.03,
        max_iter=1000,
        early_stopping=True,
        n_iter_no_change=20,
        max_leaf_nodes=8,
        min_samples_leaf=40,
        l2_regularization=5.0,
        max_features=0.5,
        random_state=seed,
    )


class BoostedTrees(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """Boosted trees from several seeds, each stopped when customers it does not learn from gain nothing more.

    Parameters
    ----------
    seeds : int, >= 1, default 3
        Models whose logits are averaged; while cross-validation compares candidates, one makes do.
    random_state : int, default 0
        The first of the seeds; the others follow it.
    n_jobs : int, default 1
        Processes.
    """

    def __init__(self, seeds: int = 3, random_state: int = 0, n_jobs: int = 1) -> None:
        self.seeds = seeds
        self.random_state = random_state
        self.n_jobs = n_jobs

    def fit(self, X: ArrayLike, y: ArrayLike, groups: ArrayLike | None = None) -> Self:
        """Boost; `groups` of shape (n_rows,) holds the customer of each row, by default a row is one."""
        values, labels = np.asarray(X, dtype=np.float64), np.asarray(y, dtype=np.int64)
        customers = np.arange(len(labels)) if groups is None else np.asarray(groups)
        self.classes_ = np.unique(labels)
        self.models_ = joblib.Parallel(n_jobs=self.n_jobs)(
            joblib.delayed(_boosted)(values, labels, customers, self.random_state + offset)
            for offset in range(self.seeds)
        )
        return self

    def decision_function(self, X: ArrayLike) -> Floats:
        """Give the logit of the second outcome, shape (n_rows,)."""
        return as_blend([(self, 1.0)]).decision_function(X)

    def predict_proba(self, X: ArrayLike) -> Floats:
        """Give the probabilities of both outcomes, shape (n_rows, 2)."""
        return as_blend([(self, 1.0)]).predict_proba(X)

    def predict(self, X: ArrayLike) -> NDArray[np.int64]:
        """Give the likelier outcome."""
        return as_blend([(self, 1.0)]).predict(X)


def _boosted(values: Floats, labels: Integers, customers: Integers, seed: int) -> object:
    splits = GroupShuffleSplit(n_splits=20, test_size=0.15, random_state=seed)
    for learn, stop in splits.split(values, labels, customers):
        if len(np.unique(labels[stop])) == len(np.unique(labels[learn])) == 2:
            # scikit-learn cannot bin a column without any value; a constant one is never split on
            known = np.where(np.isnan(values[learn]).all(axis=0), 0.0, values)
            return boosted_trees(seed).fit(
                known[learn], labels[learn], X_val=known[stop], y_val=labels[stop]
            )
    raise NotTrainable(
        "rows must hold both outcomes among several customers; got one outcome in every split."
        " Import more records, or wait."
    )


class LogitBlend(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """A weighted sum of the logits of fitted classifiers.

    Parameters
    ----------
    members : list of fitted classifiers
        Each a `linear_model` or `boosted_trees`.
    weights : list of float
        One per member.
    classes : tuple, default (0, 1)
    """

    def __init__(
        self, members: list[Any], weights: list[float], classes: tuple[int, int] = (0, 1)
    ) -> None:
        self.members = members
        self.weights = weights
        self.classes = classes

    @property
    def classes_(self) -> NDArray[np.int64]:
        """The two outcomes."""
        return np.array(self.classes)

    def fit(self, X: ArrayLike, y: ArrayLike) -> Self:
        """Do nothing: the members are fitted already."""
        return self

    def __sklearn_is_fitted__(self) -> bool:
        return True

    def decision_function(self, X: ArrayLike) -> Floats:
        """Give the logit of the second outcome, shape (n_rows,)."""
        values = np.asarray(X, dtype=np.float64)
        parts = [
            weight * member.decision_function(values)
            for member, weight in zip(self.members, self.weights, strict=True)
        ]
        return np.asarray(np.sum(parts, axis=0), dtype=np.float64)

    def predict_proba(self, X: ArrayLike) -> Floats:
        """Give the probabilities of both outcomes, shape (n_rows, 2)."""
        second = 1.0 / (1.0 + np.exp(-np.clip(self.decision_function(X), -700, 700)))
        return np.column_stack([1.0 - second, second])

    def predict(self, X: ArrayLike) -> NDArray[np.int64]:
        """Give the likelier outcome."""
        return np.where(self.decision_function(X) > 0, self.classes[1], self.classes[0])


def as_blend(shares: Sequence[tuple[Any, float]]) -> LogitBlend:
    """Blend fitted classifiers, each with its share; several boosted models divide theirs."""
    members: list[Any] = []
    weights: list[float] = []
    for model, share in shares:
        parts = model.models_ if isinstance(model, BoostedTrees) else [model]
        members += parts
        weights += [share / len(parts)] * len(parts)
    return LogitBlend(members, weights)


def is_logistic(model: object) -> bool:
    """Whether a classifier is one whose decision function is a logit: all of which a package can be made of."""
    return isinstance(model, (BoostedTrees, HistGradientBoostingClassifier)) or (
        isinstance(model, Pipeline)
        and [type(step) for _, step in model.steps]
        == [ValueTransform, StandardScaler, LogisticRegression]
    )
