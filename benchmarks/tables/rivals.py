"""What anybody would try first on a table, in the folds of ours."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from time import perf_counter
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.impute import SimpleImputer
from sklearn.pipeline import make_pipeline

from training.fitting.estimators import plain_logistic
from training.tables.dataset import TableDataset
from training.tables.fitting import folds_of_rows
from training.tables.validating import FOLDS

Told = NDArray[Any]


@dataclass(frozen=True)
class Rival:
    """What a classifier says of rows it has not seen."""

    name: str
    labels: Told
    probabilities: Told
    seconds: float


def told_by_rivals(dataset: TableDataset, *, seed: int) -> Iterator[Rival]:
    """Fit each rival on the same folds."""
    folds = folds_of_rows(dataset, FOLDS, seed=seed)
    for name, make in _rivals(dataset, seed).items():
        began = perf_counter()
        told = np.empty(len(dataset.labels))
        for fold in range(FOLDS):
            inside, outside = folds != fold, folds == fold
            model = make().fit(dataset.values[inside], dataset.labels[inside])
            told[outside] = model.predict_proba(dataset.values[outside])[:, 1]
        yield Rival(name, dataset.labels, told, perf_counter() - began)


def _rivals(dataset: TableDataset, seed: int) -> Mapping[str, Any]:
    categories = [count > 0 for count in dataset.codes]
    return {
        "plain logistic": lambda: plain_logistic(dataset.codes),
        "random forest": lambda: make_pipeline(
            SimpleImputer(strategy="median"), RandomForestClassifier(random_state=seed, n_jobs=2)
        ),
        "HistGB": lambda: HistGradientBoostingClassifier(
            categorical_features=categories if any(categories) else None, random_state=seed
        ),
    }
