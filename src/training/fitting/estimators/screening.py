"""Which columns are worth a closer look: those whose bins tell outcomes apart, each column by itself."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from training.fitting.estimators.shapes import bins_of

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

_BINS = 20
_SPREAD = 20_000
"""Values that quantiles are taken of, evenly spread over the rows: more would not move them."""


def strongest_columns(values: Floats, labels: Integers, count: int) -> Integers:
    """Choose the columns of most information value.

    Parameters
    ----------
    values : float array of shape (n_rows, n_columns)
        NaN where missing.
    labels : int array of shape (n_rows,), 0 or 1
    count : int, >= 1

    Returns
    -------
    int array of shape (min(count, n_columns),)
        Strongest first.
    """
    power = [information_value(column, labels) for column in values.T]
    return np.argsort(-np.array(power), kind="stable")[:count]


def information_value(values: Floats, labels: Integers) -> float:
    """Measure how far apart outcomes lie over a column's bins of equal size, missing values being one.

    Parameters
    ----------
    values : float array of shape (n_rows,)
    labels : int array of shape (n_rows,), 0 or 1

    Returns
    -------
    float, >= 0
        Sum over bins of (share of ones - share of zeros) x their log ratio; half a row is added to each count.

    Examples
    --------
    >>> information_value(np.array([1.0, 2.0, 3.0, 4.0]), np.array([0, 1, 0, 1])) < 1
    True
    """
    known = values[~np.isnan(values)]
    cuts = np.zeros(0)
    if len(known):
        spread = known[:: 1 + len(known) // _SPREAD]
        cuts = np.unique(np.quantile(spread, np.linspace(0, 1, _BINS + 1)[1:-1]))
    bins = bins_of(values, cuts)
    ones = np.bincount(bins, weights=labels, minlength=len(cuts) + 2) + 0.5
    zeros = np.bincount(bins, weights=1 - labels, minlength=len(cuts) + 2) + 0.5
    share, other = ones / ones.sum(), zeros / zeros.sum()
    return float(np.sum((share - other) * np.log(share / other)))
