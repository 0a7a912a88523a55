"""The one scorer: of every row its logit and what makes it, to the same bits for one row and for many."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scoring.calibration import sigmoid
from scoring.errors import InvalidValues
from scoring.package import Package
from scoring.purchases import ExpectedPurchases
from scoring.sums import to_steps

Floats = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, eq=False)
class Scores:
    """What the scorer says of rows.

    Parameters
    ----------
    base : float
        Logit from which contributions count, in steps of `scoring.sums`.
    expected : ExpectedPurchases or None
        What the package's derived columns were worked out of.
    logit, probability : float arrays of shape (n_rows,)
        Logits in steps of `scoring.sums`.
    """

    base: float
    expected: ExpectedPurchases | None
    logit: Floats
    probability: Floats


@dataclass(frozen=True, kw_only=True, eq=False)
class Explained(Scores):
    """Scores, and what makes them.

    Parameters
    ----------
    base : float
    expected : ExpectedPurchases or None
    logit, probability : float arrays of shape (n_rows,)
        As `Scores` has them.
    contributions : float array of shape (n_rows, n_outputs)
        Log-odds per feature, in steps of `scoring.sums`; added to `base`, in any order, they give `logit`
        exactly, as long as what is added stays below 8,192. The largest of them holds what rounding left over.
    """

    contributions: Floats


def score(package: Package, values: Floats) -> Scores:
    """Score rows.

    Parameters
    ----------
    package : Package
        The model.
    values : float array of shape (n_rows, n_outputs)
        In the order of `package.names`; NaN where missing.

    Returns
    -------
    Scores
        Logit and probability of each row, to the same bits whatever other rows come with it.

    Raises
    ------
    InvalidValues
        "values must be a table of ... columns; got shape ...", or "values must be finite or missing; got ...".
    """
    seen, expected = _seen(package, values)
    summed = np.zeros(len(seen))
    for component in package.components:
        summed += component.weight * component.logits(seen)
    logit = to_steps(package.calibration.bent(_straight(package, summed)))
    return Scores(
        base=package.base, expected=expected, logit=logit, probability=_probability(logit)
    )


def explain(package: Package, values: Floats) -> Explained:
    """Score rows, and tell what makes their scores; it takes several times as long.

    Parameters
    ----------
    package : Package
        The model.
    values : float array of shape (n_rows, n_outputs)
        In the order of `package.names`; NaN where missing.

    Returns
    -------
    Explained
        To the bit what `score` gives, and contributions.

    Raises
    ------
    InvalidValues
        As `score`.
    """
    seen, expected = _seen(package, values)
    summed, contributions = np.zeros(len(seen)), np.zeros_like(seen)
    for component in package.components:
        logits, parts = component.explain(seen)
        summed += component.weight * logits
        parts *= component.weight
        contributions += parts
    if package.derived is not None:
        contributions = package.derived.narrow(contributions, package.columns)
    straight = _straight(package, summed)
    stretch = package.calibration.stretch(straight, package.straight_base)
    contributions *= (package.calibration.slope * stretch)[:, None]
    logit = to_steps(package.calibration.bent(straight))
    contributions = to_steps(contributions)
    left_over = logit - (package.base + contributions.sum(axis=1))
    left_over[~np.isfinite(left_over)] = 0.0  # of log-odds without bounds
    largest = np.abs(contributions).argmax(axis=1)
    contributions[np.arange(len(contributions)), largest] += left_over
    return Explained(
        base=package.base,
        expected=expected,
        logit=logit,
        probability=_probability(logit),
        contributions=contributions,
    )


def _seen(package: Package, values: Floats) -> tuple[Floats, ExpectedPurchases | None]:
    """Give what the components see of rows, and the purchases that are part of it."""
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
    if package.derived is None:
        return table, None
    return package.derived.widen(table, package.columns)


def _straight(package: Package, summed: Floats) -> Floats:
    """Put the summed logits of the components on the line of calibration."""
    straight: Floats = package.straight_base + package.calibration.slope * summed
    return straight


def _probability(logit: Floats) -> Floats:
    return np.array([sigmoid(value) for value in logit.tolist()], dtype=np.float64)
