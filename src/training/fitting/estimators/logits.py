"""What every estimator of a logit shares: probabilities, the likelier outcome, and rows that say when to stop."""

# ruff: noqa: N803 - scikit-learn calls its table X
from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.model_selection import GroupShuffleSplit

from training.errors import NotTrainable

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

_FAR = 700.0


class LogitClassifier(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """A classifier of two outcomes whose decision function is the logit of the second."""

    lighter: ClassVar[Mapping[str, Any]] = {}
    """Parameters with which it is fitted while candidates are compared, to be quicker."""

    classes_: NDArray[np.int64]

    @abstractmethod
    def decision_function(self, X: ArrayLike) -> Floats:
        """Give the logit of the second outcome, shape (n_rows,)."""

    def predict_proba(self, X: ArrayLike) -> Floats:
        """Give the probabilities of both outcomes, shape (n_rows, 2)."""
        second = 1.0 / (1.0 + np.exp(-np.clip(self.decision_function(X), -_FAR, _FAR)))
        return np.column_stack([1.0 - second, second])

    def predict(self, X: ArrayLike) -> NDArray[np.int64]:
        """Give the likelier outcome."""
        return self.classes_.take(self.decision_function(X) > 0)


def stopping_split(labels: Integers, customers: Integers, seed: int) -> tuple[Integers, Integers]:
    """Part rows into those to learn from and those that say when to stop, 15 % of customers.

    Parameters
    ----------
    labels, customers : int arrays of shape (n_rows,)
    seed : int

    Returns
    -------
    tuple of int arrays
        Places of rows; both outcomes are among either, and no customer is.

    Raises
    ------
    NotTrainable
        "rows must hold both outcomes among several customers; got one outcome in every split. ..."
    """
    splits = GroupShuffleSplit(n_splits=20, test_size=0.15, random_state=seed)
    for learn, stop in splits.split(labels, labels, customers):
        if len(np.unique(labels[stop])) == len(np.unique(labels[learn])) == 2:
            return learn, stop
    raise NotTrainable(
        "rows must hold both outcomes among several customers; got one outcome in every split."
        " Import more records, or wait."
    )
