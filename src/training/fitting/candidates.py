"""Fit the candidates of a model and choose one by cross-validation inside the training rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.base import ClassifierMixin

from features.frames import KEYS, LABEL
from scoring.calibration import Calibration
from training.errors import InvalidCandidate, NotTrainable
from training.fitting.candidate_scores import candidate_score, parameters_of
from training.fitting.choosing import Chosen, choose_candidate
from training.fitting.contenders import BUDGET, standard_contenders, within_budget
from training.fitting.cross_validation import (
    FOLDS,
    Rows,
    cross_validate,
    fit_fresh,
    folds_of,
)
from training.fitting.dataset import Dataset
from training.fitting.estimators import as_blend, plain_logistic
from training.fitting.sufficiency import check_outcomes
from training.specs import ModelSpec
from training.specs.concepts import expected_sign

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

_FITS = FOLDS * (1 - 1 / FOLDS) + 1
"""Fits on all training rows that a comparison comes to: each fold learns from the rows of the others, and the chosen
one from all."""

PLAIN = "plain logistic"
"""The candidate that takes the place of one that is no better than it."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Fitted(Chosen):
    """A model fitted for a spec, on the stream of a shop, and how it was chosen.

    Parameters
    ----------
    features, estimator, candidates, rows, out_of_fold, calibration, not_tried
        As `training.fitting.choosing.Chosen` has them.
    spec : ModelSpec
    """

    spec: ModelSpec


def fit_candidates(
    dataset: Dataset,
    candidates: Mapping[str, ClassifierMixin] | None = None,
    *,
    jobs: int = 1,
    seed: int = 0,
    budget: float = BUDGET,
) -> Fitted:
    """Choose among the candidates inside the training rows, and fit the best on all of them.

    The standard candidates are linear models of several strengths, a scorecard, boosted trees with and without the
    signs people expect, an explainable boosting machine, a random forest as baseline, and blends that are better
    than their best part for sure. The best of which a package can be made is chosen.

    Parameters
    ----------
    dataset : Dataset
    candidates : mapping of str to classifier, optional
        Unfitted scikit-learn classifiers of your own by name, to compete with those of the spec in the same
        folds. They are given features as float64, NaN where missing, and must have `predict_proba`. One whose
        `fit` takes `groups` is given the customer of each row. One that no package can be made of is listed with
        its figures and the reason, and chosen only where that is so of all.
    jobs : int, >= 1, default 1
        Processes.
    seed : int, default 0
        The same seed and rows give the same model.
    budget : float, > 0, default 300
        Estimated seconds of one core that the standard candidates may take; those for which nothing is left, the
        quickest coming first, are named in `Fitted.not_tried`. Your own always compete.

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
    >>> from sklearn.svm import SVC
    >>> fitted = fit_candidates(dataset, {"mine": SVC(probability=True)})  # doctest: +SKIP
    >>> fitted.chosen.name  # doctest: +SKIP
    'blend 0.5 boosted, 0.5 logistic C=0.01'
    """
    spec, frame = dataset.spec, dataset.train
    check_outcomes(spec, frame, dataset.test, dataset.schedule)
    features = varying_features(frame, spec)
    if not features:
        raise NotTrainable(
            f"{spec.name} must have a feature that varies; got none. Import more kinds of records."
        )
    models, not_tried = _contenders(dataset, features, candidates or {}, seed, budget)
    chosen = choose_candidate(
        models,
        _rows(frame, features),
        features=features,
        may_blend=spec.candidates is None,
        not_tried=not_tried,
        jobs=jobs,
        seed=seed,
    )
    return Fitted(spec=spec, **vars(chosen))


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
    rows = _rows(dataset.train, fitted.features)
    model, folds = plain_logistic(), folds_of(rows, seed=seed)
    logits = cross_validate({PLAIN: model}, rows, folds, jobs=1)[PLAIN].logits
    plain = candidate_score(
        PLAIN, logits, rows.labels, folds, chosen=True, parameters=parameters_of(model)
    )
    others = [replace(each, chosen=False) for each in fitted.candidates if each.name != PLAIN]
    return replace(
        fitted,
        estimator=as_blend([(fit_fresh(model, rows), 1.0)]),
        candidates=tuple(sorted([*others, plain], key=lambda each: each.log_loss)),
        out_of_fold=logits,
        calibration=Calibration(),
    )


def _rows(frame: pd.DataFrame, features: tuple[str, ...]) -> Rows:
    """Lay rows out for fitting."""
    return Rows(
        values=frame[list(features)].to_numpy(dtype=np.float64),
        labels=frame[LABEL].to_numpy(dtype=np.int64),
        customers=np.unique(frame["customer_id"].to_numpy(dtype=str), return_inverse=True)[1],
    )


def varying_features(frame: pd.DataFrame, spec: ModelSpec) -> tuple[str, ...]:
    """Choose the columns to learn from: those of the spec that take more than one value (missing is one)."""
    named = spec.features or tuple(
        str(name) for name in frame.columns if name not in (*KEYS, LABEL)
    )
    return tuple(name for name in named if frame[name].nunique(dropna=False) > 1)


def _contenders(
    dataset: Dataset,
    features: tuple[str, ...],
    own: Mapping[str, ClassifierMixin],
    seed: int,
    budget: float,
) -> tuple[dict[str, ClassifierMixin], dict[str, str]]:
    """Join the candidates of the spec, by default the standard ones, and those given; say which are left out."""
    spec = dataset.spec
    models, not_tried = dict(spec.candidates or {}), dict[str, str]()
    if spec.candidates is None:
        signs = [
            expected_sign(dataset.catalogue[name], spec.expected_signs)
            if name in dataset.catalogue
            else 0
            for name in features
        ]
        contenders = standard_contenders(signs, seed=seed)
        models, not_tried = within_budget(
            contenders if spec.form is None else {spec.form: contenders[spec.form]},
            rows=len(dataset.train),
            columns=len(features),
            fits=_FITS,
            budget=budget,
        )
    for name, model in own.items():
        if name in models or name in not_tried or name.startswith("blend "):
            raise InvalidCandidate(
                f"candidate {name!r} must have a name of its own; got that of another one."
                " Give it another name."
            )
        if not hasattr(model, "predict_proba"):
            raise InvalidCandidate(
                f"candidate {name!r} must give probabilities; got {type(model).__name__} without"
                " predict_proba. Put it into sklearn.calibration.CalibratedClassifierCV."
            )
    return models | dict(own), not_tried
