"""Make probabilities honest again where they are not: a line, a curve, or a level, on the logit.

A line or a curve is learned from out-of-fold logits of the training rows, so from what the model says of customers it
did not learn from. All cutoffs count alike: with later ones counting for more, out-of-time error grew in every shop
tried, as the last cutoff's level is the season's, not the next one's. Where the level itself has moved since, which no
training row can show, it is learned from customers of the test cutoff who are set aside, and not judged by.
"""

from __future__ import annotations

import warnings
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.linear_model import LogisticRegression

from features.frames import LABEL
from scoring.calibration import Calibration
from scoring.populations import Population
from training.fitting.candidates import Fitted
from training.fitting.dataset import Dataset

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

SMALL = 5000
"""Training rows below which a curve is tried too: Venn-Abers predictors stay honest on few rows."""

LEAST_OF_A_GROUP = 50
"""Training rows of either outcome below which a group of customers has no calibration of its own."""

KNOTS = 24
"""Places at which a curve is kept."""

FLATTEST, STEEPEST = 0.2, 5.0
"""How much of a step in the logit a calibration leaves, at least and at most: customers keep their order."""


def calibrate(dataset: Dataset, fitted: Fitted) -> Calibration:
    """Learn a calibration from the training rows that the question is about, the test rows left alone.

    A line is taken; where rows are few, a curve instead if it describes customers better: each half of them by what was
    learned from the other.

    Parameters
    ----------
    dataset : Dataset
    fitted : Fitted
        Whose out-of-fold logits are used.

    Returns
    -------
    Calibration
    """
    asked = dataset.is_asked(dataset.train)
    frame, logits = dataset.train[asked], fitted.out_of_fold[asked]
    labels = frame[LABEL].to_numpy(dtype=np.int64)
    line = fit_line(logits, labels)
    if len(frame) >= SMALL:
        return line
    customers = np.unique(frame["customer_id"].to_numpy(dtype=str), return_inverse=True)[1]
    half = np.random.default_rng(0).permutation(int(customers.max()) + 1)[customers] % 2 == 0
    losses = np.zeros(2)
    for seen in (half, ~half):
        if min(len(np.unique(labels[seen])), len(np.unique(labels[~seen]))) < 2:
            return line
        rivals = (fit(logits[seen], labels[seen]) for fit in (fit_line, fit_curve))
        losses += [_loss(each.of(logits[~seen]), labels[~seen]) for each in rivals]
    return fit_curve(logits, labels) if losses[1] < losses[0] else line


def calibrate_groups(dataset: Dataset, fitted: Fitted) -> Population:
    """Learn a line for each group of customers whom the question is not about, from the training rows.

    What is learned of active customers holds for those who left by chance only: they are asked another question, and
    are told a probability that is honest for them.

    Parameters
    ----------
    dataset : Dataset
    fitted : Fitted
        Whose out-of-fold logits are used, under its own calibration.

    Returns
    -------
    Population
        As that of the dataset; a group of fewer than `LEAST_OF_A_GROUP` rows of either outcome keeps the model's own.
    """
    frame, labels = dataset.train, dataset.train[LABEL].to_numpy(dtype=np.int64)
    logits = fitted.calibration.of(fitted.out_of_fold)
    left = np.ones(len(frame), dtype=np.bool_)
    others = []
    for group in dataset.population.others:
        inside = left & group.holding(frame[group.feature].to_numpy(dtype=np.float64))
        left &= ~inside
        counts = np.bincount(labels[inside], minlength=2)
        enough = counts.min() >= LEAST_OF_A_GROUP
        line = fit_line(logits[inside], labels[inside]) if enough else Calibration()
        others.append(replace(group, calibration=line))
    return replace(dataset.population, others=tuple(others))


def fit_line(logits: Floats, labels: Integers) -> Calibration:
    """Fit a straight line on the logit (Platt scaling), by logistic regression.

    Parameters
    ----------
    logits : float array of shape (n_rows,)
        Out of fold.
    labels : int array of shape (n_rows,), 0 or 1
        Both must occur.

    Returns
    -------
    Calibration
        With a slope between `FLATTEST` and `STEEPEST`.
    """
    model = LogisticRegression(C=1e6, max_iter=1000).fit(logits[:, None], labels)
    slope = float(np.clip(model.coef_[0, 0], FLATTEST, STEEPEST))
    return Calibration(slope=slope, intercept=fit_level(slope * logits, labels))


def fit_level(logits: Floats, labels: Integers) -> float:
    """Fit what is added to every logit so that mean prediction and share of the outcome are the same.

    Parameters
    ----------
    logits : float array of shape (n_rows,)
    labels : int array of shape (n_rows,), 0 or 1
        Both must occur.

    Returns
    -------
    float
        Log-odds.
    """
    level, wanted = 0.0, float(labels.mean())
    for _ in range(50):  # Newton's method; a few steps do
        told = 1.0 / (1.0 + np.exp(-np.clip(logits + level, -700, 700)))
        spread, off = float(np.mean(told * (1 - told))), wanted - float(np.mean(told))
        if abs(off) < 1e-12 or spread < 1e-12:
            break
        level += float(np.clip(off / spread, -2.0, 2.0))
    return level


def fit_curve(logits: Floats, labels: Integers) -> Calibration:
    """Fit a rising curve on the logit by an inductive Venn-Abers predictor.

    The predictor gives steps. They are kept at knots, straight lines lead from knot to knot, and where steps are level
    the curve still rises a little, so that no two customers become alike.

    Parameters
    ----------
    logits : float array of shape (n_rows,)
        Out of fold.
    labels : int array of shape (n_rows,), 0 or 1
        Both must occur.

    Returns
    -------
    Calibration
        With up to `KNOTS` knots; the identity where the logits are all but the same.
    """
    from mapie.calibration import VennAbersCalibrator

    knots = np.unique(np.quantile(logits, np.linspace(0.02, 0.98, KNOTS)))
    if len(knots) < 2:
        return Calibration()
    with np.errstate(all="ignore"), warnings.catch_warnings():
        # MAPIE divides by zero on its way, and minds it itself
        warnings.simplefilter("ignore", RuntimeWarning)
        predictor = VennAbersCalibrator(
            estimator=_Given().fit(logits[:, None], labels), cv="prefit"
        )
        predictor.fit(logits[:, None], labels)
        told = np.asarray(predictor.predict_proba(knots[:, None]), dtype=np.float64)[:, 1]
    inside = np.clip(told, 1e-6, 1 - 1e-6)
    heights = np.log(inside / (1 - inside))
    widths = np.diff(knots)
    steps = np.clip(np.diff(heights), FLATTEST * widths, STEEPEST * widths)
    rising = np.concatenate([[0.0], np.cumsum(steps)])
    shape = Calibration(knots=tuple(knots.tolist()), heights=tuple(rising.tolist()))
    # Steps that were held back shift what comes after them: the curve as a whole is put back to where it belongs.
    rising += fit_level(shape.of(logits), labels)
    return Calibration(knots=shape.knots, heights=tuple(rising.tolist()))


class _Given(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """A classifier of one column that holds the logit already."""

    def fit(self, X: Floats, y: Integers) -> _Given:  # noqa: N803 - scikit-learn calls its table X
        self.classes_ = np.array([0, 1])
        self.n_features_in_ = X.shape[1]
        return self

    def predict_proba(self, X: Floats) -> Floats:  # noqa: N803
        second = 1.0 / (1.0 + np.exp(-np.clip(np.asarray(X)[:, 0], -700, 700)))
        return np.column_stack([1.0 - second, second])


def _loss(logits: Floats, labels: Integers) -> float:
    """Sum of log losses."""
    return float(np.logaddexp(0.0, np.where(labels == 1, -logits, logits)).sum())
