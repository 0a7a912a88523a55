"""Make a model of rows, and a package of the model: what is done in every fold, and once of all rows."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from threadpoolctl import threadpool_limits

from scoring.calibration import Calibration
from scoring.package import Package
from scoring.scorer import score
from training.fitting.calibrating import fit_line
from training.fitting.choosing import Chosen
from training.tables.dataset import TableDataset
from training.tables.exporting import export_table
from training.tables.fitting import Effort, compared_places, fit_plain, fit_table

_CHECKED = 2_000
"""Rows on which a package and the model it was made of are held against each other."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Made:
    """A model with its package, and what they are of the same rows.

    Parameters
    ----------
    chosen : Chosen
    package : Package
    line : Calibration
        What would make its probabilities honest, by the rows it was chosen on.
    difference : float
        Largest difference of a probability between the package and the fitted model.
    """

    chosen: Chosen
    package: Package
    line: Calibration
    difference: float

    def calibrated(self) -> Made:
        """Give the same under its line."""
        return replace(self, package=replace(self.package, calibration=self.line))


def make_model(dataset: TableDataset, effort: Effort, with_baseline: bool, seed: int) -> Made:
    """Choose, fit and export a candidate, on one thread."""
    with threadpool_limits(limits=1):
        chosen = fit_table(dataset, effort, with_baseline=with_baseline, seed=seed)
        return _exported(dataset, chosen, seed)


def make_plain(dataset: TableDataset, seed: int) -> Made:
    """Fit and export a plain logistic regression."""
    return _exported(dataset, fit_plain(dataset, seed=seed), seed)


def beside(plain: Chosen, others: Chosen) -> Chosen:
    """Name the candidates that a plain regression took the place of."""
    beside = [replace(each, chosen=False) for each in others.candidates]
    return replace(
        plain,
        candidates=tuple(sorted([*beside, *plain.candidates], key=lambda each: each.log_loss)),
        not_tried=others.not_tried,
    )


def _exported(dataset: TableDataset, chosen: Chosen, seed: int) -> Made:
    package = export_table(dataset, chosen)
    compared = dataset.labels[compared_places(dataset, seed=seed)]
    checked = dataset.values[:: max(1, len(dataset.values) // _CHECKED)]
    told = chosen.estimator.predict_proba(checked)[:, 1]
    return Made(
        chosen=chosen,
        package=package,
        line=fit_line(chosen.out_of_fold, compared),
        difference=float(np.abs(told - score(package, checked).probability).max(initial=0.0)),
    )
