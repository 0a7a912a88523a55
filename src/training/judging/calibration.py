"""Whether a probability may be taken at its word: predicted against observed risk, and what chance alone gives."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

BINS = 10
"""Groups of equal size in a calibration table."""

DRAWS = 500
"""Sets of outcomes drawn to learn what chance alone gives."""

_Z = 1.959963984540054
"""Standard errors on either side of an estimate that make a 95 % interval."""


@dataclass(frozen=True, kw_only=True)
class CalibrationBin:
    """One group of customers of similar risk."""

    rows: int
    predicted: float
    observed: float
    """`predicted`, `observed`: mean probability, and share of the outcome."""


@dataclass(frozen=True, kw_only=True)
class CalibrationLine:
    """The outcome as a straight line on the logit of the probability: slope 1 and intercept 0 are perfect."""

    slope: float
    intercept: float
    slope_low: float
    slope_high: float
    """`slope_low`, `slope_high`: 95 % interval."""


def calibration_table(labels: Integers, probabilities: Floats) -> tuple[CalibrationBin, ...]:
    """Group rows by risk into ten groups of equal size."""
    order = np.argsort(probabilities, kind="stable")
    return tuple(
        CalibrationBin(
            rows=len(part),
            predicted=float(probabilities[part].mean()),
            observed=float(labels[part].mean()),
        )
        for part in np.array_split(order, min(BINS, len(order)))
    )


def expected_calibration_error(labels: Integers, probabilities: Floats) -> float:
    """Mean distance of predicted and observed over groups of equal size.

    Examples
    --------
    >>> expected_calibration_error(np.array([0, 1] * 50), np.full(100, 0.5))
    0.0
    """
    table = calibration_table(labels, probabilities)
    off = sum(part.rows * abs(part.predicted - part.observed) for part in table)
    return float(off / len(labels))


def chance_calibration_error(probabilities: Floats, *, seed: int = 0) -> float:
    """Give the calibration error that a perfect model of these very probabilities stays below 19 times of 20.

    Outcomes are drawn from the probabilities, so they are true by construction; what is left of an error is chance.

    Parameters
    ----------
    probabilities : float array of shape (n_rows,)
    seed : int, default 0

    Returns
    -------
    float
        The 95 % quantile over many draws; the fewer rows, the higher.
    """
    ordered = np.sort(probabilities, kind="stable")
    sizes = [len(part) for part in np.array_split(ordered, min(BINS, len(ordered)))]
    starts = np.concatenate([[0], np.cumsum(sizes)[:-1]])
    predicted = np.add.reduceat(ordered, starts)
    random = np.random.default_rng(seed)
    errors = [
        np.abs(
            np.add.reduceat((random.random(len(ordered)) < ordered).astype(np.float64), starts)
            - predicted
        ).sum()
        for _ in range(DRAWS)
    ]
    return float(np.quantile(errors, 0.95) / len(ordered))


def calibration_line(labels: Integers, probabilities: Floats) -> CalibrationLine:
    """Fit the outcome on the logit of the probabilities; the interval is Wald's.

    Parameters
    ----------
    labels : int array of shape (n_rows,), 0 or 1
        Both must occur.
    probabilities : float array of shape (n_rows,)

    Returns
    -------
    CalibrationLine
        With slope 0, and no interval around it, where all probabilities are the same.
    """
    logits = logits_of(probabilities)
    if np.ptp(logits) == 0:
        base = float(np.log(labels.mean() / (1 - labels.mean())))
        return CalibrationLine(slope=0.0, intercept=base, slope_low=0.0, slope_high=0.0)
    model = LogisticRegression(C=1e6, max_iter=1000).fit(logits[:, None], labels)
    slope, intercept = float(model.coef_[0, 0]), float(model.intercept_[0])
    fitted = model.predict_proba(logits[:, None])[:, 1]
    weight = fitted * (1 - fitted)
    centred = logits - np.average(logits, weights=weight)
    # Where outcomes are told apart without an error nothing bounds the slope; JSON knows no infinity.
    error = float(1 / np.sqrt(max(np.sum(weight * centred**2), 1e-12)))
    return CalibrationLine(
        slope=slope,
        intercept=intercept,
        slope_low=slope - _Z * error,
        slope_high=slope + _Z * error,
    )


def logits_of(probabilities: Floats) -> Floats:
    """Give log-odds; 0 and 1 are taken as very near to themselves."""
    inside = np.clip(probabilities, 1e-12, 1 - 1e-12)
    return np.asarray(np.log(inside / (1 - inside)), dtype=np.float64)
