"""How good probabilities are against what happened: figures with their intervals, and two sets on the same rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score, roc_curve

from training.judging.calibration import (
    CalibrationBin,
    calibration_line,
    calibration_table,
    chance_calibration_error,
    expected_calibration_error,
)

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

RESAMPLES = 500
"""Bootstrap samples of an interval."""

_CELLS = 4_000_000
"""Drawn values that are held at a time."""


@dataclass(frozen=True, kw_only=True)
class Figures:
    """What a set of probabilities is worth against what happened."""

    rows: int
    base_rate: float
    """Share of the outcome."""
    auc: float
    auc_low: float
    auc_high: float
    """`auc_low`, `auc_high`: 95 % bootstrap interval."""
    gini: float
    ks: float
    brier: float
    brier_base: float
    """`brier`, `brier_base`: mean squared error, and that of the base rate itself."""
    ece: float
    """Expected calibration error over ten groups of equal size."""
    ece_by_chance: float
    """What a perfect model of these probabilities stays below 19 times of 20."""
    slope: float
    intercept: float
    """`slope`, `intercept`: of the outcome on the logit: 1 and 0 where calibration is perfect."""
    slope_low: float
    slope_high: float
    """`slope_low`, `slope_high`: 95 % interval."""
    calibration: tuple[CalibrationBin, ...]
    """Lowest risk first."""

    def as_dict(self) -> dict[str, Any]:
        """The figures in JSON's own types."""
        return asdict(self) | {"calibration": [asdict(part) for part in self.calibration]}


def brier(labels: Integers, probabilities: Floats) -> float:
    """Mean squared error of probabilities.

    Examples
    --------
    >>> brier(np.array([0, 1]), np.array([0.5, 0.5]))
    0.25
    """
    return float(np.mean((probabilities - labels) ** 2))


def measure(labels: Integers, probabilities: Floats, *, seed: int = 0) -> Figures:
    """Measure probabilities against what happened; both outcomes must occur.

    Parameters
    ----------
    labels : int array of shape (n_rows,), 0 or 1
    probabilities : float array of shape (n_rows,)
    """
    area = float(roc_auc_score(labels, probabilities))
    low, high = np.quantile(resampled_areas(labels, [probabilities], seed=seed)[0], [0.025, 0.975])
    false_rate, true_rate, _ = roc_curve(labels, probabilities)
    base_rate = float(labels.mean())
    line = calibration_line(labels, probabilities)
    return Figures(
        rows=len(labels),
        base_rate=base_rate,
        auc=area,
        auc_low=float(low),
        auc_high=float(high),
        gini=2 * area - 1,
        ks=float(np.max(true_rate - false_rate)),
        brier=brier(labels, probabilities),
        brier_base=base_rate * (1 - base_rate),
        ece=expected_calibration_error(labels, probabilities),
        ece_by_chance=chance_calibration_error(probabilities, seed=seed),
        slope=line.slope,
        intercept=line.intercept,
        slope_low=line.slope_low,
        slope_high=line.slope_high,
        calibration=calibration_table(labels, probabilities),
    )


def resampled_areas(
    labels: Integers, scores: Sequence[Floats], *, seed: int, resamples: int = RESAMPLES
) -> Floats:
    """AUC of every set of scores on the same bootstrap samples.

    Rows with and without the outcome are resampled apart. A sample is a number of times for each row, so that all
    samples are ranked by one sort.

    Returns
    -------
    float array of shape (n_scores, resamples)
        Equal to scikit-learn's to rounding, ties among scores included.
    """
    random = np.random.default_rng(seed)
    ones, zeros = np.flatnonzero(labels == 1), np.flatnonzero(labels == 0)
    places = [np.unique(each, return_inverse=True)[1] for each in scores]
    areas = np.empty((len(scores), resamples))
    step = max(1, _CELLS // len(labels))
    for start in range(0, resamples, step):
        count = min(step, resamples - start)
        found, missed = _times(random, len(ones), count), _times(random, len(zeros), count)
        for each, area in zip(places, areas, strict=True):
            order = np.argsort(each[zeros], kind="stable")
            beside = each[zeros][order]
            below = np.zeros((count, len(zeros) + 1))
            np.cumsum(missed[:, order], axis=1, out=below[:, 1:])
            low = np.searchsorted(beside, each[ones], side="left")
            high = np.searchsorted(beside, each[ones], side="right")
            won = (below[:, low] + below[:, high]) / 2
            area[start : start + count] = (found * won).sum(axis=1) / (len(ones) * len(zeros))
    return areas


def _times(random: np.random.Generator, rows: int, samples: int) -> Floats:
    """How many times each row is in each sample, shape (samples, rows)."""
    drawn = random.integers(rows, size=(samples, rows))
    drawn += np.arange(samples)[:, None] * rows
    return (
        np.bincount(drawn.ravel(), minlength=samples * rows)
        .reshape(samples, rows)
        .astype(np.float64)
    )


def bootstrap(
    figure: Callable[[Integers], float], labels: Integers, *, seed: int, resamples: int
) -> Floats:
    """Values of a figure of rows, of which those with and without the outcome are resampled apart.

    Returns
    -------
    float array of shape (resamples,)
    """
    random = np.random.default_rng(seed)
    ones, zeros = np.flatnonzero(labels == 1), np.flatnonzero(labels == 0)
    return np.array(
        [
            figure(
                np.concatenate([random.choice(ones, len(ones)), random.choice(zeros, len(zeros))])
            )
            for _ in range(resamples)
        ]
    )


def paired_differences(
    labels: Integers, challenger: Floats, champion: Floats, *, seed: int = 0
) -> Mapping[str, float]:
    """Compare two sets of scores on the same rows, challenger less champion.

    Returns
    -------
    mapping of str to float
        delta_auc, with its paired-bootstrap standard error delta_auc_error and 95 % interval delta_auc_low to
        delta_auc_high; delta_brier.
    """
    new, old = resampled_areas(labels, [challenger, champion], seed=seed)
    low, high = np.quantile(new - old, [0.025, 0.975])
    return {
        "delta_auc": float(roc_auc_score(labels, challenger) - roc_auc_score(labels, champion)),
        "delta_auc_error": float(np.std(new - old)),
        "delta_auc_low": float(low),
        "delta_auc_high": float(high),
        "delta_brier": brier(labels, challenger) - brier(labels, champion),
    }
