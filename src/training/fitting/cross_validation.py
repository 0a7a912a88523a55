"""What candidates say of customers they did not learn from.

Folds hold customers together: the rows of one customer at several cutoffs share most of their history, so
folds that split them would choose the model that remembers customers best. The same holds for the rows that
stop boosting early. Each process computes on one thread: on a busy machine the threads of boosting wait for
each other most of the time.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import joblib
import numpy as np
from numpy.typing import NDArray
from sklearn.base import ClassifierMixin, clone
from sklearn.metrics import log_loss
from sklearn.model_selection import GroupKFold
from sklearn.utils.validation import has_fit_parameter
from threadpoolctl import threadpool_limits

from training.fitting.estimators import BoostedTrees, obstacle

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

FOLDS = 4

SURE = 1e-15
"""How near to 0 and 1 the probabilities of a classifier are taken, whose logits would be infinite."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Rows:
    """Training rows as estimators take them.

    Parameters
    ----------
    values : float array of shape (n_rows, n_columns)
        NaN where missing.
    labels : int array of shape (n_rows,), 0 or 1
    customers : int array of shape (n_rows,)
        The number of each row's customer.
    """

    values: Floats
    labels: Integers
    customers: Integers

    def take(self, places: Integers) -> Rows:
        """The rows at some places."""
        return Rows(
            values=self.values[places],
            labels=self.labels[places],
            customers=self.customers[places],
        )


@dataclass(frozen=True, kw_only=True, eq=False)
class OutOfFold:
    """What a candidate says of rows whose customers it did not learn from.

    Parameters
    ----------
    logits : float array of shape (n_rows,)
    obstacle : str or None
        Why no package can be made of it.
    """

    logits: Floats
    obstacle: str | None


def folds_of(rows: Rows, *, seed: int) -> Integers:
    """Deal customers out to folds, all rows of one to the same.

    Parameters
    ----------
    rows : Rows
    seed : int

    Returns
    -------
    int array of shape (n_rows,)
        The fold in which each row is held out, 0 to `FOLDS` - 1.
    """
    found = np.empty(len(rows.labels), dtype=np.int64)
    folds = GroupKFold(n_splits=FOLDS, shuffle=True, random_state=seed)
    for fold, (_, outside) in enumerate(folds.split(rows.labels, rows.labels, rows.customers)):
        found[outside] = fold
    return found


def cross_validate(
    models: Mapping[str, ClassifierMixin], rows: Rows, folds: Integers, *, jobs: int
) -> dict[str, OutOfFold]:
    """Fit every candidate on the same folds.

    Parameters
    ----------
    models : mapping of str to classifier
        Unfitted.
    rows : Rows
    folds : int array of shape (n_rows,)
        As `folds_of` gives them.
    jobs : int, >= 1
        Processes.

    Returns
    -------
    dict of str to OutOfFold
        By candidate.
    """
    split = [
        (np.flatnonzero(folds != fold), np.flatnonzero(folds == fold)) for fold in range(FOLDS)
    ]
    tasks = [(name, fold) for name in models for fold in range(FOLDS)]
    with threadpool_limits(limits=1):
        parts = joblib.Parallel(n_jobs=jobs)(
            joblib.delayed(out_of_fold)(models[name], rows, *split[fold]) for name, fold in tasks
        )
    logits = {name: np.empty(len(rows.labels)) for name in models}
    obstacles: dict[str, str | None] = dict.fromkeys(models)
    for (name, fold), part in zip(tasks, parts, strict=True):
        logits[name][split[fold][1]] = part.logits
        obstacles[name] = obstacles[name] or part.obstacle
    return {name: OutOfFold(logits=logits[name], obstacle=obstacles[name]) for name in models}


def out_of_fold(
    model: ClassifierMixin, rows: Rows, inside: Integers, outside: Integers
) -> OutOfFold:
    """Fit a candidate, as light as it may be while it is compared, on some rows and ask it about others."""
    light = clone(model).set_params(**getattr(model, "lighter", {}))
    fitted, unseen = fit_fresh(light, rows.take(inside)), rows.values[outside]
    hindrance = obstacle(fitted)
    if hindrance is None:
        logits = np.asarray(fitted.decision_function(unseen), dtype=np.float64)
    else:
        sure = np.clip(fitted.predict_proba(unseen)[:, 1], SURE, 1 - SURE)
        logits = np.asarray(np.log(sure / (1 - sure)), dtype=np.float64)
    return OutOfFold(logits=logits, obstacle=hindrance)


def fit_fresh(model: ClassifierMixin, rows: Rows, *, jobs: int = 1) -> Any:
    """Fit a copy of a classifier, which is given the customers if its fit takes groups."""
    fresh = clone(model)
    if isinstance(fresh, BoostedTrees):
        fresh.set_params(n_jobs=jobs)
    more = {"groups": rows.customers} if has_fit_parameter(fresh, "groups") else {}
    with threadpool_limits(limits=1):
        return fresh.fit(rows.values, rows.labels, **more)


def loss(labels: Integers, logits: Floats) -> float:
    """Mean log loss of logits."""
    return float(log_loss(labels, probabilities(logits)))


def losses(labels: Integers, logits: Floats) -> Floats:
    """Log loss of each row, shape (n_rows,)."""
    return np.logaddexp(0.0, np.where(labels == 1, -logits, logits))


def probabilities(logits: Floats) -> Floats:
    """Give the probability of each logit."""
    return np.asarray(1.0 / (1.0 + np.exp(-np.clip(logits, -700, 700))), dtype=np.float64)
