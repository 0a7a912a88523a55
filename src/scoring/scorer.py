"""The one scorer: logit = base + sum of contributions, to the same bits for one row and for many."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scoring.calibration import sigmoid
from scoring.errors import InvalidValues
from scoring.package import Package
from scoring.purchases import ExpectedPurchases

Floats = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, eq=False)
class Scores:
    """What the scorer says of rows.

    Parameters
    ----------
    base : float
        Logit from which contributions count.
    expected : ExpectedPurchases or None
        What the package's derived columns were worked out of.
    logit, probability : float arrays of shape (n_rows,)
    contributions : float array of shape (n_rows, n_outputs)
        Log-odds per feature; added to `base` from left to right they give `logit` exactly.
    """

    base: float
    expected: ExpectedPurchases | None
    logit: Floats
    probability: Floats
    contributions: Floats


def score(package: Package, values: Floats) -> Scores:
    """Score and explain rows.

    Parameters
    ----------
    package : Package
        The model.
    values : float array of shape (n_rows, n_outputs)
        In the order of `package.names`; NaN where missing.

    Returns
    -------
    Scores
        Logit, probability and contributions of each row, to the same bits whatever other rows come with it.

    Raises
    ------
    InvalidValues
        "values must be a table of ... columns; got shape ...", or "values must be finite or missing; got ...".
    """
    table = np.ascontiguousarray(values, dtype=np.float64)
    if table.ndim != 2 or table.shape[1] != len(package.outputs):
        raise InvalidValues(
            f"values must be a table of {len(package.outputs)} columns; got shape {table.shape}."
            " Give one row per customer, one column per feature of the package."
        )
    if np.isinf(table).any():
        column = package.names[int(np.argwhere(np.isinf(table))[0, 1])]
        raise InvalidValues(
            f"values must be finite or missing; got an infinite {column}. Correct the feature."
        )
    derived = package.derived
    expected, seen = None, table
    if derived is not None:
        expected = derived.forecast.expect(table[:, derived.inputs(package.columns)])
        seen = derived.join(table, expected)
    contributions = np.zeros_like(seen)
    for component in package.components:
        contributions += component.weight * component.contributions(seen)
    if derived is not None:
        contributions = derived.narrow(contributions, package.columns)
    contributions *= package.calibration.slope
    if package.calibration.knots:
        straight = _summed(package.straight_base, contributions)
        contributions *= package.calibration.stretch(straight, package.straight_base)[:, None]
    logit = _summed(package.base, contributions)
    probability = np.array([sigmoid(value) for value in logit.tolist()], dtype=np.float64)
    return Scores(
        base=package.base,
        expected=expected,
        logit=logit,
        probability=probability,
        contributions=contributions,
    )


def _summed(base: float, contributions: Floats) -> Floats:
    """Add contributions to a base from left to right, shape (n_rows,)."""
    steps = np.empty((contributions.shape[0], contributions.shape[1] + 1))
    steps[:, 0] = base
    steps[:, 1:] = contributions
    return np.add.accumulate(steps, axis=1)[:, -1].copy()
