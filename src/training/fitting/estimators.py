"""Three small scikit-learn shapes: the transform a linear model sees, boosted trees, and a blend of logits.

Everything fitted here can be written down as a decision package; nothing else is offered as a candidate.
"""

# ruff: noqa: N803 - scikit-learn calls its table X
from __future__ import annotations

from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, ClassifierMixin, TransformerMixin
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler

Floats = NDArray[np.float64]


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
    n_features_in_ : int
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
