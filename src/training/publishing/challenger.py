"""The challenger as it is judged: exported, given way to something simpler where it is no better, and made honest."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from features.frames import LABEL
from scoring.calibration import Calibration
from scoring.package import Package
from training.fitting.calibrating import calibrate, calibrate_groups, fit_level
from training.fitting.candidates import PLAIN, Fitted, fit_plain_logistic
from training.fitting.dataset import Dataset
from training.judging.baselines import measure_baselines
from training.judging.calibration import logits_of
from training.judging.examination import Report, examine, probabilities
from training.judging.standards import is_calibrated
from training.publishing.export import export_package

Mask = NDArray[np.bool_]

SET_ASIDE = 3
"""One of so many customers of the test cutoff is set aside where a level has to be learned from them."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Challenger:
    """A model ready to be judged.

    Parameters
    ----------
    fitted : Fitted
    package : Package
        What was exported from it.
    report : Report
        How good the package is; its notes say what was done to what cross-validation had chosen.
    """

    fitted: Fitted
    package: Package
    report: Report


def make_challenger(
    dataset: Dataset,
    fitted: Fitted,
    *,
    rows: Mask | None = None,
    may_set_aside: bool = True,
    seed: int = 0,
) -> Challenger:
    """Export and measure what cross-validation chose; where it does not earn its place, or is not honest, mend that.

    A model whose AUC is not above the plain logistic regression's by more than one standard error of the paired
    bootstrap, and whose Brier score is no better either, gives way to that: the simpler of two that cannot be told
    apart. A form that the shop wants stays. Probabilities that may not be taken at their word are calibrated by the
    training rows; where that is not enough, as the level has moved since, their level is learned from customers of the
    test cutoff who are set aside, and the figures are about the others. What does not make them honest is not done.

    Parameters
    ----------
    dataset : Dataset
    fitted : Fitted
        As `training.fitting.candidates.fit_candidates` gives it.
    rows : bool array of shape (n_test_rows,), optional
        The test rows that the figures are about; those that the question is about by default.
    may_set_aside : bool, default True
        Whether some of them may be set aside to learn a level; not where a protocol says on which rows to measure.
    seed : int, default 0

    Returns
    -------
    Challenger
    """
    asked = dataset.is_asked(dataset.test) if rows is None else rows
    baselines = measure_baselines(dataset, fitted.features, rows=asked, seed=seed)
    package = export_package(dataset, fitted)
    report = examine(dataset, fitted, package, rows=asked, baselines=baselines, seed=seed)
    made, notes = Challenger(fitted=fitted, package=package, report=report), list[str]()
    if dataset.spec.form is None and is_no_better_than_plain(report):
        notes.append(_gave_way(fitted, report))
        plain = fit_plain_logistic(dataset, fitted, seed=seed)
        made = _examined(dataset, made, plain, export_package(dataset, plain), asked, seed)
    if is_calibrated(made.report.figures).passed:
        return _noted(dataset, made, notes)
    for mend in (_by_training_rows, *((_by_level,) if may_set_aside else ())):
        mended, note = mend(dataset, made, asked, seed)
        if mended is not None and is_calibrated(mended.report.figures).passed:
            return _noted(dataset, mended, [*notes, note])
    return _noted(dataset, made, notes)


def _noted(dataset: Dataset, made: Challenger, notes: list[str]) -> Challenger:
    """Give the challenger as it is, its other groups of customers calibrated too, with what was done to it."""
    population = calibrate_groups(dataset, made.fitted)
    return replace(
        made,
        package=replace(made.package, population=population),
        report=replace(made.report, notes=tuple(notes)),
    )


def is_no_better_than_plain(report: Report) -> bool:
    """Say whether neither AUC, by more than one standard error, nor Brier score is better than the plain one's."""
    difference = report.against_plain
    ranks_no_better = difference["delta_auc"] <= difference["delta_auc_error"]
    return not report.is_plain and ranks_no_better and difference["delta_brier"] >= 0


def _gave_way(fitted: Fitted, report: Report) -> str:
    difference = report.against_plain
    return (
        f"{fitted.chosen.name} gave way to the {PLAIN} regression: its AUC differs by"
        f" {difference['delta_auc']:+.4f} on the same rows (95 % interval {difference['delta_auc_low']:+.4f} to"
        f" {difference['delta_auc_high']:+.4f}), which is no better."
    )


def _by_training_rows(
    dataset: Dataset, made: Challenger, asked: Mask, seed: int
) -> tuple[Challenger | None, str]:
    """Calibrate by the training rows."""
    calibration = calibrate(dataset, made.fitted)
    how = (
        "a curve (Venn-Abers)" if calibration.knots else f"a line of slope {calibration.slope:.2f}"
    )
    mended = _calibrated(dataset, made, calibration, asked, seed)
    return mended, (
        f"Probabilities were calibrated by {how} learned from training rows: calibration error"
        f" {made.report.figures.ece:.3f} before, {mended.report.figures.ece:.3f} after."
    )


def _by_level(
    dataset: Dataset, made: Challenger, asked: Mask, seed: int
) -> tuple[Challenger | None, str]:
    """Learn the level from a part of the customers asked about, and measure on the others."""
    places = np.flatnonzero(asked)
    aside = np.random.default_rng(seed).permutation(len(places)) % SET_ASIDE == 0
    labels = dataset.test[LABEL].to_numpy(dtype=np.int64)
    learned, judged = places[aside], places[~aside]
    least = dataset.spec.least_test_outcomes
    if min(np.bincount(labels[part], minlength=2).min() for part in (learned, judged)) < least:
        return None, ""
    logits = logits_of(probabilities(made.package, dataset.test.iloc[learned]))
    level = fit_level(logits, labels[learned])
    rest = np.zeros_like(asked)
    rest[judged] = True
    mended = _calibrated(dataset, made, Calibration(intercept=level), rest, seed)
    return mended, (
        f"The level of all probabilities was moved by {level:+.2f} log-odds, learned from {len(learned):,} customers of"
        f" the test cutoff; the figures are about the {len(judged):,} others. Calibration error"
        f" {made.report.figures.ece:.3f} before, {mended.report.figures.ece:.3f} after."
    )


def _calibrated(
    dataset: Dataset, made: Challenger, calibration: Calibration, rows: Mask, seed: int
) -> Challenger:
    fitted = replace(made.fitted, calibration=calibration)
    return _examined(
        dataset, made, fitted, replace(made.package, calibration=calibration), rows, seed
    )


def _examined(
    dataset: Dataset, made: Challenger, fitted: Fitted, package: Package, rows: Mask, seed: int
) -> Challenger:
    """Measure again, beside what was measured already."""
    beside = made.report.baselines
    report = examine(dataset, fitted, package, rows=rows, baselines=beside, seed=seed)
    return replace(made, fitted=fitted, package=package, report=report)
