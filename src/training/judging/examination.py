"""How good the exported package is: figures out of time, beside what they are held against."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score
from threadpoolctl import threadpool_limits

from features.frames import LABEL
from scoring.calibration import sigmoid
from scoring.package import Package
from scoring.populations import EVERYONE
from scoring.scorer import score
from training.fitting.candidates import PLAIN, Fitted
from training.fitting.dataset import Dataset
from training.judging.baselines import Baselines, measure_baselines
from training.judging.calibration import logits_of
from training.judging.credit_scores import CreditScores, compare_scores
from training.judging.evaluation import Figures, brier, measure, paired_differences
from training.judging.fairness import Fairness, measure_fairness
from training.judging.latency import answer_milliseconds
from training.judging.profit import Payoff, payoff_of
from training.judging.sensitivity import acts_on

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Mask = NDArray[np.bool_]

COMPARED_ROWS = 2000
"""Training rows, spread evenly, on which package and fitted model are held against each other; test rows all are."""


@dataclass(frozen=True, kw_only=True)
class Standing:
    """How a model ranks a population beside what it is held against."""

    population: str
    rows: int
    base_rate: float
    auc: float
    plain_auc: float
    feature_auc: float | None
    """`auc`, `plain_auc`, `feature_auc`: of the package, of a plain logistic regression, of the one feature people
    would rank by; None where there is no such feature."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Report:
    """How good the exported package is, and whether it is the model that was fitted.

    Parameters
    ----------
    figures : Figures
        Out of time, on the rows asked about.
    difference : float
        Largest difference of a probability between package and fitted model, over test rows and a spread of training
        rows; NaN if any probability is. A gate judges it.
    baselines : Baselines
        What it is held against.
    baseline : mapping
        AUC and Brier score of the plain logistic regression, on the same rows.
    against_plain, against_feature : mapping, or None
        As `training.judging.evaluation.paired_differences`: the package less the plain logistic regression, and less
        the one feature people would rank by (None where there is none; its Brier score says nothing).
    standings : tuple of Standing
        Everyone; and those that the question is about, where these are not all.
    cross_validated : float
        AUC of cross-validation by customer, inside the training rows.
    is_plain : bool
        Whether the model is the plain logistic regression itself.
    payoff : Payoff or None
        What acting on a customer brings; None where acting pays for nobody.
    fairness : Fairness
    milliseconds : float
        Of one answer.
    rows : bool array of shape (n_test_rows,)
        The test rows the figures are about.
    labels, probabilities : arrays of shape (rows.sum(),)
    notes : tuple of str, default ()
        What was done to the model that cross-validation chose, a sentence each.
    credit : CreditScores or None, default None
        The learned score beside the rule-based one; None for a model without a score.
    """

    figures: Figures
    difference: float
    baselines: Baselines
    baseline: Mapping[str, float]
    against_plain: Mapping[str, float]
    against_feature: Mapping[str, float] | None
    standings: tuple[Standing, ...]
    cross_validated: float
    is_plain: bool
    payoff: Payoff | None
    fairness: Fairness
    milliseconds: float
    rows: Mask
    labels: Integers
    probabilities: Floats
    notes: tuple[str, ...] = ()
    credit: CreditScores | None = None

    @property
    def rankings(self) -> dict[str, Floats]:
        """Scores of the rows the figures are about: the model's, and those of what it is held against."""
        found = {
            "model": self.probabilities,
            "plain logistic": self.baselines.plain_probabilities[self.rows],
        }
        if self.baselines.ranking is not None:
            found[f"{self.baselines.feature} alone"] = self.baselines.ranking[self.rows]
        return found

    @property
    def permuted_auc(self) -> float:
        """Labels shuffled in training, real ones in the test: about .5, or the ranking is not what was learned."""
        return self.baselines.permuted_auc

    @property
    def power(self) -> Mapping[str, float]:
        """AUC of each feature alone on the training rows, strongest first."""
        return self.baselines.power


def examine(
    dataset: Dataset,
    fitted: Fitted,
    package: Package,
    *,
    rows: Mask | None = None,
    baselines: Baselines | None = None,
    seed: int = 0,
) -> Report:
    """Measure an exported package out of time, beside a baseline and a run that learned from shuffled labels.

    Parameters
    ----------
    dataset : Dataset
    fitted : Fitted
        What the package was exported from.
    package : Package
    rows : bool array of shape (n_test_rows,), optional
        The test rows that the figures are about; those that the question is about by default.
    baselines : Baselines, optional
        Those of the same features and rows where they are measured already.
    seed : int, default 0
        Of the bootstrap and of the shuffles.

    Returns
    -------
    Report
    """
    test = dataset.test
    asked = dataset.is_asked(test) if rows is None else rows
    of_all = test[LABEL].to_numpy(dtype=np.int64)
    told = probabilities(package, test)
    labels, predicted = of_all[asked], told[asked]
    values = test.loc[asked, list(package.names)].to_numpy(dtype=np.float64)
    with threadpool_limits(limits=1):
        beside = baselines or measure_baselines(dataset, fitted.features, rows=asked, seed=seed)
        plain = beside.plain_probabilities[asked]
        ranking = None if beside.ranking is None else beside.ranking[asked]
        return Report(
            figures=measure(labels, predicted, seed=seed),
            difference=_export_difference(dataset, fitted, package, told),
            baselines=beside,
            baseline={"auc": float(roc_auc_score(labels, plain)), "brier": brier(labels, plain)},
            against_plain=paired_differences(labels, predicted, plain, seed=seed),
            against_feature=None
            if ranking is None
            else paired_differences(labels, predicted, ranking, seed=seed),
            standings=_standings(dataset, told, beside),
            cross_validated=fitted.chosen.auc,
            is_plain=fitted.chosen.name == PLAIN,
            payoff=payoff_of(dataset.spec, package, dataset.train),
            fairness=measure_fairness(
                {name: np.array(of)[asked].tolist() for name, of in beside.groups.items()},
                labels,
                favoured(package, values, dataset.spec.favours),
                favours=dataset.spec.favours,
            ),
            milliseconds=answer_milliseconds(package, values),
            rows=asked,
            labels=labels,
            probabilities=predicted,
            credit=compare_scores(package, values, labels, predicted),
        )


def favoured(package: Package, values: Floats, favours: str | None) -> Mask:
    """Mark the customers for whom the package decides what customers wish for, shape (n_rows,)."""
    acted = acts_on(package, values)
    return acted if favours == package.decision.at_or_above else ~acted


def largest_difference(package: Package, fitted: Fitted, frame: pd.DataFrame) -> float:
    """Measure how far a package is from the fitted model, calibrated as it says.

    Returns
    -------
    float
        The largest difference of a probability over the rows; NaN if any probability is.
    """
    return _largest_difference(package, fitted, frame, probabilities(package, frame))


def probabilities(package: Package, frame: pd.DataFrame) -> Floats:
    """Score the rows of a frame that has the package's features as columns."""
    return score(package, frame[list(package.names)].to_numpy(dtype=np.float64)).probability


def _export_difference(dataset: Dataset, fitted: Fitted, package: Package, told: Floats) -> float:
    """The largest difference over test rows, already scored, and training rows spread evenly."""
    step = max(1, len(dataset.train) // COMPARED_ROWS)
    differences = (
        _largest_difference(package, fitted, dataset.test, told),
        largest_difference(package, fitted, dataset.train.iloc[::step]),
    )
    return float(np.max(differences))


def _largest_difference(
    package: Package, fitted: Fitted, frame: pd.DataFrame, told: Floats
) -> float:
    values = frame[list(fitted.features)].to_numpy(dtype=np.float64)
    with threadpool_limits(limits=1):
        expected = fitted.estimator.predict_proba(values)[:, 1]
    if not fitted.calibration.is_identity:
        known = getattr(fitted.estimator, "decision_function", None)
        logits = fitted.calibration.of(logits_of(expected) if known is None else known(values))
        expected = np.array([sigmoid(logit) for logit in logits.tolist()])
    return float(np.abs(told - expected).max(initial=0.0))


def _standings(dataset: Dataset, told: Floats, beside: Baselines) -> tuple[Standing, ...]:
    """How everyone is ranked, and those that the question is about where these are not all."""
    labels = dataset.test[LABEL].to_numpy(dtype=np.int64)
    masks = {
        EVERYONE.name: np.ones(len(labels), dtype=np.bool_),
        dataset.population.name: dataset.is_asked(dataset.test),
    }
    return tuple(
        Standing(
            population=name,
            rows=int(mask.sum()),
            base_rate=float(labels[mask].mean()),
            auc=float(roc_auc_score(labels[mask], told[mask])),
            plain_auc=float(roc_auc_score(labels[mask], beside.plain_probabilities[mask])),
            feature_auc=None
            if beside.ranking is None
            else float(roc_auc_score(labels[mask], beside.ranking[mask])),
        )
        for name, mask in masks.items()
    )
