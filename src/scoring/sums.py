"""Sums that come to the same bits for a row alone and among many: in one fixed order, or exact.

Base, logit and contributions are told in whole numbers of steps of 2^-40. As long as what is added stays below 2^13 in
size, float64 holds every sum of such numbers exactly, so they may be added in any order.
"""

from __future__ import annotations

from abc import ABC, abstractmethod

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

STEP = 2.0**-40
"""Log-odds; 10^-12."""
_LARGEST = 2.0**12
"""From here on a number stays as it is: log-odds so large mean a probability of 0 or 1."""


def add_up(parts: Floats) -> Floats:
    """Add up the columns of a table from left to right; `numpy.sum` adds as is quickest.

    Parameters
    ----------
    parts : float array of shape (n_rows, n_columns)

    Returns
    -------
    float array of shape (n_rows,)
        0 where there are no columns, and never -0.

    Examples
    --------
    >>> add_up(np.array([[1e16, 1.0, 1.0], [1.0, 1.0, 1e16]])).tolist()
    [1e+16, 1.0000000000000002e+16]
    """
    if not parts.shape[1]:
        return np.zeros(len(parts))
    return np.add.accumulate(parts, axis=1)[:, -1] + 0.0


def to_steps(values: Floats) -> Floats:
    """Round log-odds to whole numbers of steps.

    Parameters
    ----------
    values : float array

    Returns
    -------
    float array of the same shape
        At most half a step away, and never -0; 4096 and more as it is.

    Examples
    --------
    >>> (to_steps(np.array([0.1, 0.3])) * 2**40).tolist()
    [109951162778.0, 329853488333.0]
    """
    is_small = np.abs(values) < _LARGEST
    return np.where(is_small, np.rint(np.where(is_small, values, 0.0) / STEP) * STEP + 0.0, values)


class Additive(ABC):
    """A component whose logit is the sum of its contributions; one that sums otherwise is none."""

    @abstractmethod
    def contributions(self, values: Floats) -> Floats:
        """Tell what makes the logits of rows.

        Parameters
        ----------
        values : float array of shape (n_rows, n_columns)
            NaN where missing.

        Returns
        -------
        float array of shape (n_rows, n_columns)
            Log-odds, before the component's weight.
        """

    def logits(self, values: Floats) -> Floats:
        """Score rows; parameters and result as `scoring.trees.Trees.logits`."""
        return add_up(self.contributions(values))

    def explain(self, values: Floats) -> tuple[Floats, Floats]:
        """Score rows, and tell what makes their logits; parameters and results as `scoring.trees.Trees.explain`."""
        contributions = self.contributions(values)
        return add_up(contributions), contributions
