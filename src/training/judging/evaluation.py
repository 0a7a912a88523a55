"""How good a model is, out of time: the figures of the exported package, and what they are held against."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score, roc_curve

from training.fitting.estimators import linear_model, plain_logistic

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

BINS = 10
"""Groups of equal size in a calibration table."""

SHUFFLES = 8
"""Runs on shuffled labels: a single one may rank either way, as features hang together."""

RESAMPLES = 500
"""Bootstrap samples of an interval."""


@dataclass(frozen=True, kw_only=True)
class CalibrationBin:
    """One group of customers of similar risk."""

    rows: int
    predicted: float
    observed: float
    """`predicted`, `observed`: mean probability, and share of the outcome."""


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
    slope: float
    intercept: float
    """`slope`, `intercept`: of the outcome on the logit: 1 and 0 where calibration is perfect."""
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
    places = _places(probabilities)
    low, high = bootstrap(lambda ones, zeros: _area(places[ones], places[zeros]), labels, seed=seed)
    false_rate, true_rate, _ = roc_curve(labels, probabilities)
    base_rate = float(labels.mean())
    slope, intercept = calibration_line(labels, probabilities)
    return Figures(
        rows=len(labels),
        base_rate=base_rate,
        auc=area,
        auc_low=low,
        auc_high=high,
        gini=2 * area - 1,
        ks=float(np.max(true_rate - false_rate)),
        brier=brier(labels, probabilities),
        brier_base=base_rate * (1 - base_rate),
        ece=expected_calibration_error(labels, probabilities),
        slope=slope,
        intercept=intercept,
        calibration=calibration_table(labels, probabilities),
    )


def bootstrap(
    figure: Callable[[Integers, Integers], float],
    labels: Integers,
    *,
    seed: int,
    resamples: int = RESAMPLES,
) -> tuple[float, float]:
    """95 % interval of a figure of the rows with and without the outcome, each resampled apart."""
    random = np.random.default_rng(seed)
    ones, zeros = np.flatnonzero(labels == 1), np.flatnonzero(labels == 0)
    drawn = [
        figure(random.choice(ones, len(ones)), random.choice(zeros, len(zeros)))
        for _ in range(resamples)
    ]
    low, high = np.quantile(drawn, [0.025, 0.975])
    return float(low), float(high)


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


def calibration_line(labels: Integers, probabilities: Floats) -> tuple[float, float]:
    """Slope and intercept of the outcome on the logit of the probabilities."""
    inside = np.clip(probabilities, 1e-12, 1 - 1e-12)
    logits = np.log(inside / (1 - inside))
    if np.ptp(logits) == 0:
        return 0.0, float(np.log(labels.mean() / (1 - labels.mean())))
    model = LogisticRegression(C=1e6, max_iter=1000).fit(logits[:, None], labels)
    return float(model.coef_[0, 0]), float(model.intercept_[0])


def baseline(
    train: pd.DataFrame, test: pd.DataFrame, features: tuple[str, ...]
) -> dict[str, float]:
    """AUC and Brier score, out of time, of a plain logistic regression on the same features."""
    columns = list(features)
    model = plain_logistic().fit(train[columns].to_numpy(np.float64), train["label"].to_numpy())
    guessed = model.predict_proba(test[columns].to_numpy(np.float64))[:, 1]
    labels = test["label"].to_numpy(dtype=np.int64)
    return {"auc": float(roc_auc_score(labels, guessed)), "brier": brier(labels, guessed)}


def single_feature_power(frame: pd.DataFrame, features: tuple[str, ...]) -> dict[str, float]:
    """AUC of each feature alone, in its better direction, strongest first; missing counts as the median."""
    labels = frame["label"].to_numpy(dtype=np.int64)
    power: dict[str, float] = {}
    for name in features:
        values = frame[name].to_numpy(dtype=np.float64)
        known = values[~np.isnan(values)]
        filled = np.where(np.isnan(values), np.median(known) if len(known) else 0.0, values)
        area = float(roc_auc_score(labels, filled))
        power[name] = max(area, 1 - area)
    return dict(sorted(power.items(), key=lambda item: (-item[1], item[0])))


def permuted_auc(
    train: pd.DataFrame, test: pd.DataFrame, features: tuple[str, ...], *, seed: int = 0
) -> float:
    """AUC out of time where labels were shuffled in training, the mean of several shuffles.

    The test labels are the real ones: about .5 says that the ranking comes from what was learned, and that
    the test rows' outcomes reach it by no other way. It says nothing of a feature that knows the outcome;
    for that, look at the power of single features.
    """
    columns = list(features)
    random = np.random.default_rng(seed)
    labels = train["label"].to_numpy(dtype=np.int64)
    tested = test["label"].to_numpy(dtype=np.int64)
    values, unseen = (part[columns].to_numpy(np.float64) for part in (train, test))
    areas = []
    for _ in range(SHUFFLES):
        model = linear_model(0.01).fit(values, random.permutation(labels))
        areas.append(roc_auc_score(tested, model.decision_function(unseen)))
    return float(np.mean(areas))


def paired_differences(
    labels: Integers, challenger: Floats, champion: Floats, *, seed: int = 0
) -> Mapping[str, float]:
    """Difference in AUC (challenger less champion) with its paired-bootstrap 95 % interval, and in Brier."""
    new, old = _places(challenger), _places(champion)
    low, high = bootstrap(
        lambda ones, zeros: _area(new[ones], new[zeros]) - _area(old[ones], old[zeros]),
        labels,
        seed=seed,
    )
    return {
        "delta_auc": float(roc_auc_score(labels, challenger) - roc_auc_score(labels, champion)),
        "delta_auc_low": low,
        "delta_auc_high": high,
        "delta_brier": brier(labels, challenger) - brier(labels, champion),
    }


def _places(scores: Floats) -> Integers:
    """The place of each score among the different ones, lowest first."""
    return np.asarray(np.unique(scores, return_inverse=True)[1], dtype=np.int64)


def _area(ones: Integers, zeros: Integers) -> float:
    """AUC of a resample, from the places of its rows with and without the outcome.

    It is scikit-learn's to rounding, and fast enough to be asked for a thousand times.
    """
    size = int(max(ones.max(), zeros.max())) + 1
    with_it, without = np.bincount(ones, minlength=size), np.bincount(zeros, minlength=size)
    below = np.cumsum(without) - without / 2
    return float(np.dot(with_it, below) / (len(ones) * len(zeros)))
