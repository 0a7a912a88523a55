"""What came of the customers whom a question is not about: told beside the model, and no part of its figures."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from sklearn.metrics import roc_auc_score

from features.frames import LABEL
from scoring.package import Package
from scoring.scorer import score
from training.fitting.dataset import Dataset


@dataclass(frozen=True, kw_only=True)
class GroupFigures:
    """A group of customers out of time."""

    name: str
    rows: int
    predicted: float
    observed: float
    """`predicted`, `observed`: mean probability of the outcome, and its share; of coming back where the group is asked
    that."""
    auc: float | None
    """None where only one thing came about."""


def group_figures(dataset: Dataset, package: Package) -> tuple[GroupFigures, ...]:
    """Measure a package on the test rows of each group of its population that has any."""
    population = package.population
    if population is None or not len(dataset.test):
        return ()
    test, labels = dataset.test, dataset.test[LABEL].to_numpy(dtype=np.int64)
    logits = score(package, test[list(package.names)].to_numpy(dtype=np.float64)).logit
    left, found = np.ones(len(test), dtype=np.bool_), []
    for group in population.others:
        inside = left & group.holding(test[group.feature].to_numpy(dtype=np.float64))
        left &= ~inside
        if not inside.any():
            continue
        told = np.array([group.probability(logit) for logit in logits[inside].tolist()])
        came = labels[inside]
        if group.returns:
            told, came = 1.0 - told, 1 - came
        found.append(
            GroupFigures(
                name=group.name,
                rows=int(inside.sum()),
                predicted=float(told.mean()),
                observed=float(came.mean()),
                auc=float(roc_auc_score(came, told)) if 0 < came.sum() < len(came) else None,
            )
        )
    return tuple(found)
