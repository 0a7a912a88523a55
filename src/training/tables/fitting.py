"""Candidates on the rows of a table: compared on as many as tell them apart, the best fitted on all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.base import ClassifierMixin
from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold

from training.fitting.candidates import PLAIN
from training.fitting.choosing import Chosen, choose_candidate
from training.fitting.contenders import (
    Contender,
    linear_models,
    standard_contenders,
    within_budget,
)
from training.fitting.cross_validation import FOLDS
from training.fitting.estimators import plain_logistic
from training.tables.dataset import TableDataset

Integers = NDArray[np.int64]

COMPARED_ROWS = 50_000
LEAST_COMPARED = 4_000
COMPARED_VALUES = 2_000_000
"""`COMPARED_ROWS`, `LEAST_COMPARED`, `COMPARED_VALUES`: rows that candidates are compared on at most; fewer where there
are many columns, but no fewer than these."""

BASELINE = "forest"
"""The candidate that no package can be made of: it is named beside the others once, and never in the way."""

QUICK = ("logistic C=0.01", "logistic C=0.1", "logistic C=1")
"""The candidates that compete where seconds count."""

_FITS = FOLDS * (1 - 1 / FOLDS)


@dataclass(frozen=True, kw_only=True)
class Effort:
    """How much is done to find the best candidate.

    Parameters
    ----------
    candidates : mapping of str to classifier, optional
        Unfitted scikit-learn classifiers by name; the standard ones by default.
    budget : float, default 60
        Estimated seconds of one core that a comparison may take.
    is_long : bool, default True
        Whether fits take so long that it pays to start processes for them.
    """

    candidates: Mapping[str, ClassifierMixin] | None = None
    budget: float = 60.0
    is_long: bool = True


def quick_effort(dataset: TableDataset) -> Effort:
    """Compare linear models alone, which takes seconds."""
    models = linear_models(dataset.codes)
    return Effort(candidates={name: models[name] for name in QUICK}, is_long=False)


def fit_table(
    dataset: TableDataset, effort: Effort, *, with_baseline: bool = False, seed: int = 0
) -> Chosen:
    """Choose among the candidates inside the rows, and fit the best on all of them.

    Parameters
    ----------
    dataset : TableDataset
        Whose rows may all be learned from.
    effort : Effort
    with_baseline : bool, default False
        Whether the forest competes, too.
    seed : int, default 0
        Of folds, samples and trees; the same seed gives the same model.

    Returns
    -------
    Chosen
    """
    places = compared_places(dataset, seed=seed)
    models, not_tried = dict(effort.candidates or {}), dict[str, str]()
    if effort.candidates is None:
        contenders = standard_contenders(
            [0] * len(dataset.features), seed=seed, codes=dataset.codes
        )
        models, not_tried = within_budget(
            _wanted(contenders, with_baseline=with_baseline),
            rows=len(places),
            columns=len(dataset.features),
            fits=_FITS,
            budget=effort.budget,
        )
    compared = dataset.take(places)
    return choose_candidate(
        models,
        compared.rows,
        features=dataset.features,
        folds=folds_of_rows(compared, FOLDS, seed=seed),
        learned=dataset.rows,
        not_tried=not_tried,
        seed=seed,
    )


def fit_plain(dataset: TableDataset, *, seed: int = 0) -> Chosen:
    """Fit a plain logistic regression on all rows."""
    compared = dataset.take(compared_places(dataset, seed=seed))
    return choose_candidate(
        {PLAIN: plain_logistic(dataset.codes)},
        compared.rows,
        features=dataset.features,
        folds=folds_of_rows(compared, FOLDS, seed=seed),
        learned=dataset.rows,
        may_blend=False,
        seed=seed,
    )


def compared_places(dataset: TableDataset, *, seed: int) -> Integers:
    """Draw the rows that candidates are compared on, as many of either outcome as there are of all.

    Returns
    -------
    int array, ascending
        All rows where they are few.
    """
    rows, columns = dataset.values.shape
    most = max(LEAST_COMPARED, min(COMPARED_ROWS, COMPARED_VALUES // columns))
    if rows <= most:
        return np.arange(rows)
    random = np.random.default_rng(seed)
    drawn = []
    for outcome in (0, 1):
        places = random.permutation(np.flatnonzero(dataset.labels == outcome))
        drawn.append(places[: max(1, round(len(places) * most / rows))])
    return np.sort(np.concatenate(drawn))


def folds_of_rows(dataset: TableDataset, count: int, *, seed: int) -> Integers:
    """Deal rows out to folds, each with its share of the outcome, all rows of one owner to the same.

    Returns
    -------
    int array of shape (n_rows,)
        The fold in which each row is held out, from 0 on.
    """
    owned = len(np.unique(dataset.owners)) < len(dataset.owners)
    kind = StratifiedGroupKFold if owned else StratifiedKFold
    found = np.empty(len(dataset.labels), dtype=np.int64)
    folds = kind(n_splits=count, shuffle=True, random_state=seed)
    groups = dataset.owners if owned else None
    for fold, (_, outside) in enumerate(folds.split(dataset.labels, dataset.labels, groups)):
        found[outside] = fold
    return found


def _wanted(contenders: Mapping[str, Contender], *, with_baseline: bool) -> dict[str, Contender]:
    return {
        name: contender
        for name, contender in contenders.items()
        if with_baseline or name != BASELINE
    }
