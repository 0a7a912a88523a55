"""Fit the candidates of a spec and choose one by cross-validation inside the training rows.

Folds hold customers together: the rows of one customer at several cutoffs share most of their history, so
folds that split them would choose the model that remembers customers best. The same holds for the rows that
stop boosting early. Each process computes on one thread: on a busy machine the threads of boosting wait for
each other most of the time.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import joblib
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.metrics import log_loss, roc_auc_score
from sklearn.model_selection import GroupKFold, GroupShuffleSplit
from threadpoolctl import threadpool_limits

from training.errors import NotTrainable
from training.fitting.estimators import LogitBlend, boosted_trees, linear_model
from training.specs import ModelSpec

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

STRENGTHS = (0.001, 0.003, 0.01, 0.1, 1.0)
"""Penalties tried for the linear model (scikit-learn's C)."""

BLEND_WEIGHTS = (0.25, 0.5, 0.75)
"""Shares of the boosted trees tried in a blend."""

SEEDS = 3
"""Boosted models whose logits are averaged; cross-validation makes do with one."""

FOLDS = 4

KEYS = ("customer_id", "cutoff", "label")
"""Columns of a training frame that are no features."""


@dataclass(frozen=True, kw_only=True)
class CandidateScore:
    """What cross-validation says of a candidate.

    Parameters
    ----------
    name : str
    auc, log_loss : float
        Out of fold, over all training rows.
    chosen : bool
    """

    name: str
    auc: float
    log_loss: float
    chosen: bool


@dataclass(frozen=True, kw_only=True, eq=False)
class Fitted:
    """A fitted model and how it was chosen.

    Parameters
    ----------
    spec : ModelSpec
    features : tuple of str
        The columns it reads, in order.
    estimator : LogitBlend
    candidates : tuple of CandidateScore
        Best first.
    rows : int
    """

    spec: ModelSpec
    features: tuple[str, ...]
    estimator: LogitBlend
    candidates: tuple[CandidateScore, ...]
    rows: int

    @property
    def chosen(self) -> CandidateScore:
        """The candidate that was fitted on all training rows."""
        return next(candidate for candidate in self.candidates if candidate.chosen)


def varying_features(frame: pd.DataFrame, spec: ModelSpec) -> tuple[str, ...]:
    """Choose the columns to learn from: those of the spec that take more than one value (missing is one)."""
    named = spec.features or tuple(str(name) for name in frame.columns if name not in KEYS)
    return tuple(name for name in named if frame[name].nunique(dropna=False) > 1)


def fit(spec: ModelSpec, frame: pd.DataFrame, *, jobs: int = 1, seed: int = 0) -> Fitted:
    """Choose among the candidates and fit the best on all rows.

    Parameters
    ----------
    spec : ModelSpec
    frame : DataFrame
        Columns customer_id, cutoff, label (0 or 1) and features, NaN where missing.
    jobs : int, default 1
        Processes.
    seed : int, default 0
        The same seed and rows give the same model.

    Raises
    ------
    NotTrainable
        "credit must have ... rows to learn from; got ..."
    """
    check_rows(spec, frame)
    features = varying_features(frame, spec)
    if not features:
        raise NotTrainable(
            f"{spec.name} must have a feature that varies; got none. Import more kinds of records."
        )
    values = frame[list(features)].to_numpy(dtype=np.float64)
    labels = frame["label"].to_numpy(dtype=np.int64)
    groups = np.unique(frame["customer_id"].to_numpy(dtype=str), return_inverse=True)[1]
    with threadpool_limits(limits=1):
        out_of_fold = _cross_validate(spec, values, labels, groups, jobs=jobs, seed=seed)
    scores = {
        name: (float(roc_auc_score(labels, logits)), float(log_loss(labels, _sigmoid(logits))))
        for name, logits in out_of_fold.items()
    }
    best = min(scores, key=lambda name: scores[name][1])
    with threadpool_limits(limits=1):
        estimator = _fit_named(best, values, labels, groups, jobs=jobs, seed=seed)
    return Fitted(
        spec=spec,
        features=features,
        estimator=estimator,
        candidates=tuple(
            CandidateScore(name=name, auc=auc, log_loss=loss, chosen=name == best)
            for name, (auc, loss) in sorted(scores.items(), key=lambda item: item[1][1])
        ),
        rows=len(frame),
    )


def check_rows(spec: ModelSpec, frame: pd.DataFrame) -> None:
    """Refuse to learn from too few rows, or from one outcome only.

    Raises
    ------
    NotTrainable
        "credit must have ..."
    """
    bad = int(frame["label"].sum())
    if len(frame) < spec.least_rows:
        raise NotTrainable(
            f"{spec.name} must have {spec.least_rows} rows to learn from; got {len(frame)}."
            " Import more records, or wait."
        )
    if min(bad, len(frame) - bad) < spec.least_outcomes:
        raise NotTrainable(
            f"{spec.name} must have {spec.least_outcomes} rows of either outcome to learn from;"
            f" got {bad} of {len(frame)} in which the customer {spec.outcome}."
            " Import more records, or wait."
        )


def _cross_validate(
    spec: ModelSpec,
    values: Floats,
    labels: Integers,
    groups: Integers,
    *,
    jobs: int,
    seed: int,
) -> Mapping[str, Floats]:
    """Logits out of fold, of every candidate and each of its settings."""
    folds = list(
        GroupKFold(n_splits=FOLDS, shuffle=True, random_state=seed).split(values, labels, groups)
    )
    wanted = set(spec.candidates)
    singles: list[str] = []
    if wanted & {"logistic", "blend"}:
        singles += [f"logistic C={strength:g}" for strength in STRENGTHS]
    if wanted & {"boosted", "blend"}:
        singles.append("boosted")
    tasks = [(name, fold) for name in singles for fold in range(len(folds))]
    fitted = joblib.Parallel(n_jobs=jobs)(
        joblib.delayed(_held_out)(name, values, labels, groups, *folds[fold], seed)
        for name, fold in tasks
    )
    logits = {name: np.empty(len(labels)) for name in singles}
    for (name, fold), held_out in zip(tasks, fitted, strict=True):
        logits[name][folds[fold][1]] = held_out
    linear = [name for name in singles if name.startswith("logistic")]
    if linear and "boosted" in logits and "blend" in wanted:
        best = min(linear, key=lambda name: float(log_loss(labels, _sigmoid(logits[name]))))
        for share in BLEND_WEIGHTS:
            name = f"blend {share:g} boosted, {best}"
            logits[name] = share * logits["boosted"] + (1 - share) * logits[best]
    return {name: held for name, held in logits.items() if name.split(" ")[0] in wanted}


def _held_out(
    name: str,
    values: Floats,
    labels: Integers,
    groups: Integers,
    inside: Integers,
    outside: Integers,
    seed: int,
) -> Floats:
    model = _fit_named(name, values[inside], labels[inside], groups[inside], seed=seed, seeds=1)
    return model.decision_function(values[outside])


def _fit_named(
    name: str,
    values: Floats,
    labels: Integers,
    groups: Integers,
    *,
    seed: int,
    seeds: int = SEEDS,
    jobs: int = 1,
) -> LogitBlend:
    """Fit a candidate by the name cross-validation gave it."""
    kind = name.split(" ")[0]
    members: list[object] = []
    weights: list[float] = []
    share = 1.0 if kind == "boosted" else float(name.split(" ")[1]) if kind == "blend" else 0.0
    if share > 0:
        members += joblib.Parallel(n_jobs=jobs)(
            joblib.delayed(_fit_boosted)(values, labels, groups, seed + offset)
            for offset in range(seeds)
        )
        weights += [share / seeds] * seeds
    if share < 1:
        members.append(linear_model(float(name.rpartition("=")[2])).fit(values, labels))
        weights.append(1.0 - share)
    return LogitBlend(members, weights)


def _fit_boosted(values: Floats, labels: Integers, groups: Integers, seed: int) -> object:
    """Boost until some of the customers, who are not learned from, gain nothing more."""
    splits = GroupShuffleSplit(n_splits=20, test_size=0.15, random_state=seed)
    for learn, stop in splits.split(values, labels, groups):
        if len(np.unique(labels[stop])) == len(np.unique(labels[learn])) == 2:
            # scikit-learn cannot bin a column without any value; a constant one is never split on
            known = np.where(np.isnan(values[learn]).all(axis=0), 0.0, values)
            return boosted_trees(seed).fit(
                known[learn], labels[learn], X_val=known[stop], y_val=labels[stop]
            )
    raise NotTrainable(
        "rows must hold both outcomes among several customers; got one outcome in every split."
        " Import more records, or wait."
    )


def _sigmoid(logits: Floats) -> Floats:
    return 1.0 / (1.0 + np.exp(-np.clip(logits, -700, 700)))
