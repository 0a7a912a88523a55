"""Shape functions as plain arrays: what a scorecard and an explainable boosting machine come to once fitted.

It is the form that is logged and exported; the libraries that fitted it are not needed to score with it.
"""

# ruff: noqa: N803 - scikit-learn calls its table X
from __future__ import annotations

from collections.abc import Sequence
from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from training.fitting.estimators.logits import LogitClassifier

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


class ShapeFunctions(LogitClassifier):
    """A sum of functions of one column or two, each constant within its bins; fitted elsewhere.

    Parameters
    ----------
    intercept : float
        The logit from which contributions count.
    columns : list of tuple of int
        The one column or two of each function.
    cuts : list of tuple of float arrays
        Per function and column its cut points, ascending; a value on a cut point lies in the bin above it.
    contributions : list of float arrays
        Per function its log-odds per bin, `len(cuts) + 2` along each axis: missing values, then bins upwards.
    """

    def __init__(
        self,
        intercept: float,
        columns: list[tuple[int, ...]],
        cuts: list[tuple[Floats, ...]],
        contributions: list[Floats],
    ) -> None:
        self.intercept = intercept
        self.columns = columns
        self.cuts = cuts
        self.contributions = contributions

    @property
    def classes_(self) -> NDArray[np.int64]:  # type: ignore[override]
        """The two outcomes."""
        return np.array([0, 1])

    def fit(self, X: ArrayLike, y: ArrayLike) -> Self:
        """Do nothing: the functions are fitted already."""
        return self

    def __sklearn_is_fitted__(self) -> bool:
        return True

    def decision_function(self, X: ArrayLike) -> Floats:
        """Give the logit of the second outcome, shape (n_rows,)."""
        values = np.asarray(X, dtype=np.float64)
        logits = np.full(len(values), self.intercept, dtype=np.float64)
        for columns, cuts, table in zip(self.columns, self.cuts, self.contributions, strict=True):
            logits += table[
                tuple(
                    bins_of(values[:, column], points)
                    for column, points in zip(columns, cuts, strict=True)
                )
            ]
        return logits


def bins_of(values: Floats, cuts: Sequence[float] | Floats) -> Integers:
    """Find the bin of each value: 0 where missing, then 1 and one more for each cut point at or below it.

    Examples
    --------
    >>> bins_of(np.array([np.nan, 0.5, 1.0, 7.0]), [1.0, 5.0]).tolist()
    [0, 1, 2, 3]
    """
    missing = np.isnan(values)
    return np.where(missing, 0, 1 + np.searchsorted(cuts, values, side="right"))
