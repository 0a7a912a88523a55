"""Fit the candidates of a model and choose one by cross-validation inside the training rows.

Folds hold customers together: the rows of one customer at several cutoffs share most of their history, so
folds that split them would choose the model that remembers customers best. The same holds for the rows that
stop boosting early. Each process computes on one thread: on a busy machine the threads of boosting wait for
each other most of the time.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import joblib
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.base import ClassifierMixin, clone
from sklearn.metrics import log_loss, roc_auc_score
from sklearn.model_selection import GroupKFold
from sklearn.utils.validation import has_fit_parameter
from threadpoolctl import threadpool_limits

from features.frames import KEYS, LABEL
from scoring.calibration import Calibration
from training.errors import InvalidCandidate, NotTrainable
from training.fitting.dataset import Dataset
from training.fitting.estimators import (
    BoostedTrees,
    as_blend,
    is_logistic,
    linear_model,
    plain_logistic,
)
from training.fitting.sufficiency import check_outcomes
from training.specs import ModelSpec

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

STRENGTHS = (0.001, 0.003, 0.01, 0.1, 1.0)
"""Penalties tried for the linear model (scikit-learn's C)."""

SHARES = (0.25, 0.5, 0.75)
"""Shares of the boosted trees tried in a blend with the best linear model."""

FOLDS = 4

PLAIN = "plain logistic"
"""The candidate that takes the place of one that is no better than it."""

SURE = 1e-15
"""How near to 0 and 1 the probabilities of a classifier are taken, whose logits would be infinite."""


@dataclass(frozen=True, kw_only=True)
class CandidateScore:
    """What cross-validation says of a candidate."""

    name: str
    auc: float
    log_loss: float
    """`auc`, `log_loss`: out of fold, over all training rows."""
    chosen: bool


@dataclass(frozen=True, kw_only=True, eq=False)
class Fitted:
    """A fitted model and how it was chosen.

    Parameters
    ----------
    spec : ModelSpec
    features : tuple of str
        The columns it reads, in order.
    estimator : classifier
        A `LogitBlend`, unless a candidate was chosen that no package can be made of.
    candidates : tuple of CandidateScore
        Best first.
    rows : int
    out_of_fold : float array of shape (rows,)
        What the chosen candidate says of each training row where it did not learn from its customer, in log-odds.
    calibration : Calibration
        What is done to its logits so that they may be taken at their word; nothing where they may be anyway.
    """

    spec: ModelSpec
    features: tuple[str, ...]
    estimator: ClassifierMixin
    candidates: tuple[CandidateScore, ...]
    rows: int
    out_of_fold: Floats
    calibration: Calibration = field(default_factory=Calibration)

    @property
    def chosen(self) -> CandidateScore:
        """The candidate that was fitted on all training rows."""
        return next(candidate for candidate in self.candidates if candidate.chosen)


def linear_models() -> dict[str, ClassifierMixin]:
    """Make a linear model of every strength, by name."""
    return {f"logistic C={strength:g}": linear_model(strength) for strength in STRENGTHS}


def fit_candidates(
    dataset: Dataset,
    candidates: Mapping[str, ClassifierMixin] | None = None,
    *,
    jobs: int = 1,
    seed: int = 0,
) -> Fitted:
    """Choose among the candidates inside the training rows, and fit the best on all of them.

    The standard candidates are linear models of several strengths, boosted trees, and blends of the trees with
    the best linear model.

    Parameters
    ----------
    dataset : Dataset
    candidates : mapping of str to classifier, optional
        Unfitted scikit-learn classifiers of your own by name, to compete with those of the spec in the same
        folds. They are given features as float64, NaN where missing, and must have `predict_proba`. One whose
        `fit` takes `groups` is given the customer of each row. Any of them may win, but only one that a package
        can be made of can be exported.
    jobs : int, >= 1, default 1
        Processes.
    seed : int, default 0
        The same seed and rows give the same model.

    Returns
    -------
    Fitted

    Raises
    ------
    NotTrainable
        "credit must have ... rows to learn from; got ..."
    InvalidCandidate
        "candidate 'mine' must ...; got ..."

    Examples
    --------
    >>> from sklearn.ensemble import RandomForestClassifier
    >>> fitted = fit_candidates(dataset, {"forest": RandomForestClassifier()})  # doctest: +SKIP
    >>> fitted.chosen.name  # doctest: +SKIP
    'blend 0.5 boosted, logistic C=0.01'
    """
    spec, frame = dataset.spec, dataset.train
    check_outcomes(spec, frame, dataset.test, dataset.schedule)
    features = varying_features(frame, spec)
    if not features:
        raise NotTrainable(
            f"{spec.name} must have a feature that varies; got none. Import more kinds of records."
        )
    models = _contenders(spec, candidates or {}, seed)
    values = frame[list(features)].to_numpy(dtype=np.float64)
    labels = frame[LABEL].to_numpy(dtype=np.int64)
    groups = np.unique(frame["customer_id"].to_numpy(dtype=str), return_inverse=True)[1]
    with threadpool_limits(limits=1):
        logits = _cross_validate(models, values, labels, groups, jobs=jobs, seed=seed)
    recipes = {name: {name: 1.0} for name in models}
    if spec.candidates is None:
        best = min(linear_models(), key=lambda name: _log_loss(labels, logits[name]))
        recipes |= {_blend(share, best): {"boosted": share, best: 1 - share} for share in SHARES}
    for name, recipe in recipes.items():
        logits[name] = np.sum([share * logits[part] for part, share in recipe.items()], axis=0)
    losses = {name: _log_loss(labels, logits[name]) for name in recipes}
    ranked = sorted(losses, key=lambda name: losses[name])
    with threadpool_limits(limits=1):
        parts = [
            (_fitted(models[part], values, labels, groups, jobs=jobs), share)
            for part, share in recipes[ranked[0]].items()
        ]
    return Fitted(
        spec=spec,
        features=features,
        estimator=as_blend(parts) if all(is_logistic(model) for model, _ in parts) else parts[0][0],
        candidates=tuple(
            CandidateScore(
                name=name,
                auc=float(roc_auc_score(labels, logits[name])),
                log_loss=losses[name],
                chosen=name == ranked[0],
            )
            for name in ranked
        ),
        rows=len(frame),
        out_of_fold=logits[ranked[0]],
    )


def fit_plain_logistic(dataset: Dataset, fitted: Fitted, *, seed: int = 0) -> Fitted:
    """Fit a plain logistic regression on the features of a fitted model, in its place.

    Parameters
    ----------
    dataset : Dataset
    fitted : Fitted
        What was chosen; its candidates stay on record, none of them chosen any more.
    seed : int, default 0
        Of the folds, as `fit_candidates` takes it.

    Returns
    -------
    Fitted
        Of the candidate `PLAIN`.
    """
    frame, features = dataset.train, fitted.features
    values = frame[list(features)].to_numpy(dtype=np.float64)
    labels = frame[LABEL].to_numpy(dtype=np.int64)
    groups = np.unique(frame["customer_id"].to_numpy(dtype=str), return_inverse=True)[1]
    with threadpool_limits(limits=1):
        models = {PLAIN: plain_logistic()}
        logits = _cross_validate(models, values, labels, groups, jobs=1, seed=seed)[PLAIN]
        model = _fitted(models[PLAIN], values, labels, groups)
    plain = CandidateScore(
        name=PLAIN,
        auc=float(roc_auc_score(labels, logits)),
        log_loss=_log_loss(labels, logits),
        chosen=True,
    )
    others = [replace(each, chosen=False) for each in fitted.candidates if each.name != PLAIN]
    return replace(
        fitted,
        estimator=as_blend([(model, 1.0)]),
        candidates=tuple(sorted([*others, plain], key=lambda each: each.log_loss)),
        out_of_fold=logits,
        calibration=Calibration(),
    )


def varying_features(frame: pd.DataFrame, spec: ModelSpec) -> tuple[str, ...]:
    """Choose the columns to learn from: those of the spec that take more than one value (missing is one)."""
    named = spec.features or tuple(
        str(name) for name in frame.columns if name not in (*KEYS, LABEL)
    )
    return tuple(name for name in named if frame[name].nunique(dropna=False) > 1)


def _contenders(
    spec: ModelSpec, own: Mapping[str, ClassifierMixin], seed: int
) -> dict[str, ClassifierMixin]:
    """Join the candidates of the spec, by default the standard ones, and those given."""
    standard = linear_models() | {"boosted": BoostedTrees(random_state=seed)}
    models = dict(standard if spec.candidates is None else spec.candidates)
    taken = {*models, *(_blend(share, name) for share in SHARES for name in standard)}
    for name, model in own.items():
        if name in taken:
            raise InvalidCandidate(
                f"candidate {name!r} must have a name of its own; got that of another one."
                " Give it another name."
            )
        if not hasattr(model, "predict_proba"):
            raise InvalidCandidate(
                f"candidate {name!r} must give probabilities; got {type(model).__name__} without"
                " predict_proba. Put it into sklearn.calibration.CalibratedClassifierCV."
            )
    return models | dict(own)


def _blend(share: float, linear: str) -> str:
    """Name a blend of the boosted trees and a linear model."""
    return f"blend {share:g} boosted, {linear}"


def _cross_validate(
    models: Mapping[str, ClassifierMixin],
    values: Floats,
    labels: Integers,
    groups: Integers,
    *,
    jobs: int,
    seed: int,
) -> dict[str, Floats]:
    """Logits out of fold of every candidate."""
    folds = list(
        GroupKFold(n_splits=FOLDS, shuffle=True, random_state=seed).split(values, labels, groups)
    )
    tasks = [(name, fold) for name in models for fold in range(len(folds))]
    held_out = joblib.Parallel(n_jobs=jobs)(
        joblib.delayed(_held_out)(models[name], values, labels, groups, *folds[fold])
        for name, fold in tasks
    )
    logits = {name: np.empty(len(labels)) for name in models}
    for (name, fold), part in zip(tasks, held_out, strict=True):
        logits[name][folds[fold][1]] = part
    return logits


def _held_out(
    model: ClassifierMixin,
    values: Floats,
    labels: Integers,
    groups: Integers,
    inside: Integers,
    outside: Integers,
) -> Floats:
    one = clone(model).set_params(seeds=1) if isinstance(model, BoostedTrees) else model
    fitted = _fitted(one, values[inside], labels[inside], groups[inside])
    if is_logistic(fitted):
        return np.asarray(fitted.decision_function(values[outside]), dtype=np.float64)
    sure = np.clip(fitted.predict_proba(values[outside])[:, 1], SURE, 1 - SURE)
    return np.asarray(np.log(sure / (1 - sure)), dtype=np.float64)


def _fitted(
    model: ClassifierMixin, values: Floats, labels: Integers, groups: Integers, *, jobs: int = 1
) -> Any:
    """Fit a copy of a classifier, which is given the customers if its fit takes groups."""
    fresh = clone(model)
    if isinstance(fresh, BoostedTrees):
        fresh.set_params(n_jobs=jobs)
    more = {"groups": groups} if has_fit_parameter(fresh, "groups") else {}
    return fresh.fit(values, labels, **more)


def _log_loss(labels: Integers, logits: Floats) -> float:
    return float(log_loss(labels, 1.0 / (1.0 + np.exp(-np.clip(logits, -700, 700)))))
