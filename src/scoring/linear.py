"""A linear model as a component of a scored one: each column's share of the logit is one product.

As with every component, one row and many agree to the last bit: logarithms are taken one by one.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from math import copysign, log1p

import numpy as np
from numpy.typing import NDArray

from scoring.sums import Additive

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


@dataclass(frozen=True, kw_only=True, eq=False)
class Linear(Additive):
    """A linear model on transformed values, with contributions measured from the training mean.

    A value is filled where missing, passed through log1p of its size (keeping the sign) where `log` says so,
    and contributes `coefficient * (transformed - mean)`. Whether it was missing contributes
    `missing_coefficient * (missing - missing_mean)` to the same column.

    Parameters
    ----------
    weight : float
        What the component counts for in the package's logit.
    base : float
        Logit of a row at the training means.
    log : bool array of shape (n_columns,)
    fill, mean, coefficient, missing_mean, missing_coefficient : float arrays of shape (n_columns,)
    """

    weight: float
    base: float
    log: NDArray[np.bool_]
    fill: Floats
    mean: Floats
    coefficient: Floats
    missing_mean: Floats
    missing_coefficient: Floats

    @cached_property
    def _logged(self) -> Integers:
        return np.flatnonzero(self.log)

    def fits(self, columns: int) -> bool:
        """Whether it is a model on `columns` columns."""
        return len(self.mean) == columns

    def contributions(self, values: Floats) -> Floats:
        """Tell what makes the logits of rows; parameters and result as `scoring.sums.Additive`."""
        missing = values != values
        filled = np.where(missing, self.fill, values)
        logged = filled[:, self._logged]
        filled[:, self._logged] = np.array(
            [copysign(log1p(abs(value)), value) for value in logged.ravel().tolist()],
            dtype=np.float64,
        ).reshape(logged.shape)
        filled -= self.mean
        filled *= self.coefficient
        filled += self.missing_coefficient * (missing - self.missing_mean)
        return filled
