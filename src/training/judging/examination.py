"""How good the exported package is: figures out of time, beside what they are held against."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from scoring.package import Package
from scoring.scorer import score
from training.fitting.candidates import Fitted
from training.fitting.dataset import Dataset
from training.judging.evaluation import (
    Figures,
    baseline,
    measure,
    permuted_auc,
    single_feature_power,
)

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


@dataclass(frozen=True, kw_only=True, eq=False)
class Report:
    """How good the exported package is, and whether it is the model that was fitted.

    Parameters
    ----------
    figures : Figures
        Out of time.
    difference : float
        Largest difference of a probability between package and fitted model, over training and test rows; NaN
        if any probability is. A gate judges it.
    baseline : mapping
        AUC and Brier score of a plain logistic regression, out of time.
    permuted_auc : float
        Labels shuffled in training, real ones in the test: about .5, or the ranking does not come from
        what was learned.
    power : mapping
        AUC of each feature alone on the training rows, strongest first.
    labels, probabilities : arrays of shape (n_test_rows,)
    """

    figures: Figures
    difference: float
    baseline: Mapping[str, float]
    permuted_auc: float
    power: Mapping[str, float]
    labels: Integers
    probabilities: Floats


def examine(dataset: Dataset, fitted: Fitted, package: Package, *, seed: int = 0) -> Report:
    """Measure an exported package out of time, beside a baseline and a run that learned from shuffled labels.

    Parameters
    ----------
    dataset : Dataset
    fitted : Fitted
        What the package was exported from.
    package : Package
    seed : int, default 0
        Of the bootstrap and of the shuffles.

    Returns
    -------
    Report
    """
    train, test = dataset.train, dataset.asked(dataset.test)
    labels = test["label"].to_numpy(dtype=np.int64)
    predicted = probabilities(package, test)
    with threadpool_limits(limits=1):
        return Report(
            figures=measure(labels, predicted, seed=seed),
            difference=float(
                np.max(
                    [largest_difference(package, fitted, part) for part in (train, dataset.test)]
                )
            ),
            baseline=baseline(train, test, fitted.features),
            permuted_auc=permuted_auc(train, test, fitted.features, seed=seed),
            power=single_feature_power(train, fitted.features),
            labels=labels,
            probabilities=predicted,
        )


def largest_difference(package: Package, fitted: Fitted, frame: pd.DataFrame) -> float:
    """Measure how far a package is from the fitted model.

    Returns
    -------
    float
        The largest difference of a probability over the rows; NaN if any probability is.
    """
    values = frame[list(fitted.features)].to_numpy(dtype=np.float64)
    with threadpool_limits(limits=1):
        expected = fitted.estimator.predict_proba(values)
    return float(np.abs(probabilities(package, frame) - expected[:, 1]).max(initial=0.0))


def probabilities(package: Package, frame: pd.DataFrame) -> Floats:
    """Score the rows of a frame that has the package's features as columns."""
    return score(package, frame[list(package.names)].to_numpy(dtype=np.float64)).probability
