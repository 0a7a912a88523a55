"""A blend of logits: the form in which every fitted model is logged and written down as a package."""

# ruff: noqa: N803 - scikit-learn calls its table X
from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.ensemble._forest import ForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline

from scoring.tree_tables import MAX_TESTS
from training.fitting.estimators.boosted import BoostedTrees
from training.fitting.estimators.explainable import ExplainableBoosting
from training.fitting.estimators.linear import ColumnScaler, ValueTransform
from training.fitting.estimators.logits import LogitClassifier
from training.fitting.estimators.scorecard import Scorecard
from training.fitting.estimators.shapes import ShapeFunctions

Floats = NDArray[np.float64]

LEAVES = MAX_TESTS + 1
"""The most leaves of a tree that a package can tabulate."""

OF_SHAPES = (Scorecard, ExplainableBoosting)
"""Estimators that come to a `ShapeFunctions`."""


class LogitBlend(LogitClassifier):
    """A weighted sum of the logits of fitted classifiers.

    Parameters
    ----------
    members : list of fitted classifiers
        Each a `linear_model`, `boosted_trees` or `ShapeFunctions`.
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
    def classes_(self) -> NDArray[np.int64]:  # type: ignore[override]
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


def as_blend(shares: Sequence[tuple[Any, float]]) -> LogitBlend:
    """Blend fitted classifiers, each with its share; several boosted models divide theirs.

    A scorecard and an explainable boosting machine come in as the shape functions they are.
    """
    members: list[Any] = []
    weights: list[float] = []
    for model, share in shares:
        parts = model.models_ if isinstance(model, BoostedTrees) else [model]
        members += [part.shapes_ if isinstance(part, OF_SHAPES) else part for part in parts]
        weights += [share / len(parts)] * len(parts)
    return LogitBlend(members, weights)


def obstacle(model: object) -> str | None:
    """Say why no package can be made of a fitted classifier, None where one can.

    Examples
    --------
    >>> from sklearn.svm import SVC
    >>> obstacle(SVC())
    'a package is made of small boosted trees, linear models and shape functions, and SVC is none'
    """
    if isinstance(model, ForestClassifier):
        return (
            f"{_too_deep(max(tree.get_n_leaves() for tree in model.estimators_))}, and it averages probabilities,"
            " which is no sum of log-odds"
        )
    if isinstance(model, HistGradientBoostingClassifier):
        if len(model.classes_) > 2:
            return "a package tells two outcomes apart, not more"
        leaves = max(tree.get_n_leaf_nodes() for trees in model._predictors for tree in trees)
        return _too_deep(leaves) if leaves > LEAVES else None
    if isinstance(model, (BoostedTrees, ShapeFunctions, *OF_SHAPES)) or is_linear(model):
        return None
    return (
        "a package is made of small boosted trees, linear models and shape functions,"
        f" and {type(model).__name__} is none"
    )


def is_linear(model: object) -> bool:
    """Whether a classifier is a `linear_model`, or steps like its."""
    return isinstance(model, Pipeline) and [type(step) for _, step in model.steps] == [
        ValueTransform,
        ColumnScaler,
        LogisticRegression,
    ]


def _too_deep(leaves: int) -> str:
    return f"its trees have up to {leaves:,} leaves where tables hold {LEAVES}"
