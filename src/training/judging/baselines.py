"""What a model is held against, out of time: a plain logistic regression, one feature alone, labels that say nothing.

None of it depends on the model that is judged, so it is measured once however often that model is mended.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import rankdata
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.metrics import roc_auc_score
from sklearn.pipeline import Pipeline
from threadpoolctl import threadpool_limits

from features.frames import LABEL
from training.fitting.dataset import Dataset
from training.fitting.estimators import linear_model, plain_logistic
from training.judging.fairness import groups_of

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Mask = NDArray[np.bool_]

SHUFFLES = 8
"""Runs on shuffled labels: a single one may rank either way, as features hang together."""

SHARES = (0.1, 0.2, 0.4, 0.7, 1.0)
"""Shares of the customers learned from, for the learning curve."""

STRENGTH = 0.01
"""Penalty of the linear model that stands for a learner where many have to be fitted (scikit-learn's C)."""

LEAST_OUTCOMES = 10
"""Rows of the rarer outcome below which a part of the customers is not learned from."""


@dataclass(frozen=True, kw_only=True)
class LearningPoint:
    """How well a linear model ranks out of time that learned from a part of the customers."""

    share: float
    customers: int
    auc: float


@dataclass(frozen=True, kw_only=True, eq=False)
class Baselines:
    """What a model is held against, on the same test rows.

    Parameters
    ----------
    plain : Pipeline
        A plain logistic regression on the same features, fitted: it can be exported itself.
    plain_probabilities : float array of shape (n_test_rows,)
    feature : str or None
        The one feature that people would rank by; None where the spec names none, or it does not vary.
    ranking : float array of shape (n_test_rows,), or None
        The values of that feature, higher where risk is higher; the missing in the middle.
    permuted_auc : float
        Labels shuffled in training, real ones in the test.
    power : mapping of str to float
        AUC of each feature alone on the training rows, strongest first.
    learning : tuple of LearningPoint
        Fewest customers first.
    groups : mapping of str to sequence of str
        As `training.judging.fairness.groups_of`, of each test row.
    """

    plain: Pipeline
    plain_probabilities: Floats
    feature: str | None
    ranking: Floats | None
    permuted_auc: float
    power: Mapping[str, float]
    learning: tuple[LearningPoint, ...]
    groups: Mapping[str, Sequence[str]]


def measure_baselines(
    dataset: Dataset, features: tuple[str, ...], *, rows: Mask | None = None, seed: int = 0
) -> Baselines:
    """Fit and measure what a model on these features is held against.

    Parameters
    ----------
    dataset : Dataset
    features : tuple of str
        What the model reads.
    rows : bool array of shape (n_test_rows,), optional
        The test rows that AUCs are measured on; all by default. Probabilities and ranking are given of all.
    seed : int, default 0
        Of the shuffles, and of who is learned from.
    """
    train, test = dataset.train, dataset.test
    asked = test if rows is None else test[rows]
    with threadpool_limits(limits=1):
        power = single_feature_power(train, features)
        plain = fit_plain(train, features)
        feature, ranking = _naive(dataset)
        views = linear_views(train, asked, features)
        return Baselines(
            plain=plain,
            plain_probabilities=plain.predict_proba(_values(test, features))[:, 1],
            feature=feature,
            ranking=ranking,
            permuted_auc=permuted_auc(views, seed=seed),
            power=power,
            learning=learning_curve(views, seed=seed),
            groups=groups_of(dataset, test["customer_id"].tolist()),
        )


def fit_plain(train: pd.DataFrame, features: tuple[str, ...]) -> Pipeline:
    """Fit a plain logistic regression."""
    return plain_logistic().fit(_values(train, features), train[LABEL].to_numpy(np.int64))


def single_feature_power(frame: pd.DataFrame, features: tuple[str, ...]) -> dict[str, float]:
    """AUC of each feature alone, in its better direction, strongest first; missing counts as the median."""
    labels = frame[LABEL].to_numpy(dtype=np.int64)
    power: dict[str, float] = {}
    for name in features:
        area = _area(labels, _filled(frame[name].to_numpy(dtype=np.float64)))
        power[name] = max(area, 1 - area)
    return dict(sorted(power.items(), key=lambda item: (-item[1], item[0])))


@dataclass(frozen=True, kw_only=True, eq=False)
class LinearViews:
    """Rows to learn from and rows to be tested on, as a linear model sees them.

    Parameters
    ----------
    train, test : float arrays of shape (n_rows, n_inputs)
        Filled and standardised by the rows to learn from.
    train_labels, test_labels : int arrays of shape (n_rows,), 0 or 1
    customers : int array of shape (n_train_rows,)
        The number of each row's customer, from 0.
    """

    train: Floats
    test: Floats
    train_labels: Integers
    test_labels: Integers
    customers: Integers


def linear_views(train: pd.DataFrame, test: pd.DataFrame, features: tuple[str, ...]) -> LinearViews:
    """See the features of frames as a linear model does."""
    steps = linear_model(STRENGTH)[:-1]
    return LinearViews(
        train=steps.fit_transform(_values(train, features)),
        test=steps.transform(_values(test, features)),
        train_labels=train[LABEL].to_numpy(dtype=np.int64),
        test_labels=test[LABEL].to_numpy(dtype=np.int64),
        customers=np.unique(train["customer_id"].to_numpy(dtype=str), return_inverse=True)[1],
    )


def permuted_auc(views: LinearViews, *, seed: int = 0) -> float:
    """AUC out of time where labels were shuffled in training, the mean of several shuffles.

    The test labels are the real ones: about .5 says that the ranking comes from what was learned, and that
    the test rows' outcomes reach it by no other way. It says nothing of a feature that knows the outcome;
    for that, look at the power of single features. All shuffles are learned at once, by least squares; values and
    labels have mean 0, so that there is no intercept to learn, and nothing to copy.
    """
    random, labels = np.random.default_rng(seed), views.train_labels
    shuffled = np.column_stack([random.permutation(labels) for _ in range(SHUFFLES)])
    learner = Ridge(alpha=1 / STRENGTH, fit_intercept=False, copy_X=False)
    scores = learner.fit(views.train, shuffled - labels.mean()).predict(views.test)
    return float(np.mean([roc_auc_score(views.test_labels, each) for each in scores.T]))


def learning_curve(views: LinearViews, *, seed: int = 0) -> tuple[LearningPoint, ...]:
    """AUC out of time of a linear model that learned from ever more of the customers.

    Where it still rises at the end, more customers would help; where it is level, other features might.

    Parameters
    ----------
    views : LinearViews
    seed : int, default 0
        Of the order in which customers come in; a smaller part is always within a larger one.

    Returns
    -------
    tuple of LearningPoint
        One per share of `SHARES` that holds enough of both outcomes.
    """
    total, labels = int(views.customers.max()) + 1, views.train_labels
    place = np.random.default_rng(seed).permutation(total)[views.customers]
    points = []
    for share in SHARES:
        count = round(share * total)
        inside = place < count
        if np.bincount(labels[inside], minlength=2).min() < LEAST_OUTCOMES:
            continue
        learned = views.train if inside.all() else views.train[inside]
        model = LogisticRegression(C=STRENGTH, max_iter=2000).fit(learned, labels[inside])
        area = float(roc_auc_score(views.test_labels, model.decision_function(views.test)))
        points.append(LearningPoint(share=share, customers=count, auc=area))
    return tuple(points)


def _naive(dataset: Dataset) -> tuple[str | None, Floats | None]:
    """The one feature people would rank by, and how it ranks the test rows; the training rows say which way."""
    feature, train = dataset.spec.baseline_feature, dataset.train
    if feature is None or feature not in train or train[feature].nunique() < 2:
        return None, None
    values = train[feature].to_numpy(dtype=np.float64)
    area = _area(train[LABEL].to_numpy(dtype=np.int64), _filled(values))
    ranked = dataset.test[feature].fillna(float(np.nanmedian(values))).to_numpy(dtype=np.float64)
    return feature, ranked if area >= 0.5 else -ranked


def _values(frame: pd.DataFrame, features: tuple[str, ...]) -> Floats:
    return frame[list(features)].to_numpy(dtype=np.float64)


def _filled(values: Floats) -> Floats:
    known = values[~np.isnan(values)]
    return np.where(np.isnan(values), np.median(known) if len(known) else 0.0, values)


def _area(labels: Integers, scores: Floats) -> float:
    """AUC by ranks: scikit-learn's to rounding, and quick enough for hundreds of features."""
    ones = int(labels.sum())
    above = float(rankdata(scores)[labels == 1].sum()) - ones * (ones + 1) / 2
    return above / (ones * (len(labels) - ones))
