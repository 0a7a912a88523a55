"""The exported package and how good it is: figures out of time, beside what they are held against."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from commerce.records.instants import from_micros
from scoring.package import Package
from training.fitting.candidates import Fitted
from training.fitting.dataset import Dataset
from training.judging.evaluation import (
    Figures,
    baseline,
    measure,
    permuted_auc,
    single_feature_power,
)
from training.publishing.export import export, largest_difference, probabilities

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


@dataclass(frozen=True, kw_only=True, eq=False)
class Exported:
    """A package, and how far it is from the fitted model.

    Parameters
    ----------
    package : Package
        Not registered yet.
    difference : float
        Largest difference of a probability over training and test rows; a gate judges it.
    """

    package: Package
    difference: float


@dataclass(frozen=True, kw_only=True, eq=False)
class Report:
    """How good the exported package is.

    Parameters
    ----------
    figures : Figures
        Out of time.
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
    baseline: Mapping[str, float]
    permuted_auc: float
    power: Mapping[str, float]
    labels: Integers
    probabilities: Floats


def export_package(rows: Dataset, fitted: Fitted) -> Exported:
    """Write the fitted model down as a package, and measure on every row whether it scores alike."""
    package = export(
        fitted,
        rows.train,
        rows.catalogue,
        tenant=rows.tenant.slug,
        currency=rows.tenant.currency,
        decision=rows.spec.economics.decision(
            rows.train,
            rows.paid,
            days=rows.schedule.horizon_days,
            currency=rows.tenant.currency,
        ),
        trained_on={
            "snapshot": rows.snapshot.hash,
            "as_of": from_micros(rows.as_of).isoformat(),
            "train_cutoffs": [from_micros(cutoff).isoformat() for cutoff in rows.schedule.train],
            "test_cutoff": from_micros(rows.schedule.test).isoformat(),
            "horizon_days": rows.schedule.horizon_days,
            "n_train": len(rows.train),
            "n_test": len(rows.test),
            "base_rate": float(rows.train["label"].mean()),
        },
    )
    parts = [largest_difference(package, fitted, part) for part in (rows.train, rows.test)]
    return Exported(package=package, difference=float(np.max(parts)))


def examine(rows: Dataset, fitted: Fitted, exported: Exported, *, seed: int = 0) -> Report:
    """Measure the exported package out of time, beside a baseline and a run that learned from shuffled labels."""
    labels = rows.test["label"].to_numpy(dtype=np.int64)
    predicted = probabilities(exported.package, rows.test)
    with threadpool_limits(limits=1):
        return Report(
            figures=measure(labels, predicted, seed=seed),
            baseline=baseline(rows.train, rows.test, fitted.features),
            permuted_auc=permuted_auc(rows.train, rows.test, fitted.features, seed=seed),
            power=single_feature_power(rows.train, fitted.features),
            labels=labels,
            probabilities=predicted,
        )
