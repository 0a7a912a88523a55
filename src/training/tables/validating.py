"""How good the packages of a table's models are, on rows that none of what made them has seen.

Rows without times are dealt out to folds: a candidate is chosen, fitted and exported from the rows of the other folds
alone, and the package is asked about those held out; the model that is published is made in the same way of all rows.
Where times are known, the package that was tested on the latest rows is the one that is published.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import joblib
import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import average_precision_score, roc_auc_score
from threadpoolctl import threadpool_limits

from scoring.package import Package
from scoring.scorer import score
from training.fitting.candidates import PLAIN
from training.judging.evaluation import Figures, brier, measure, paired_differences
from training.judging.standards import is_calibrated
from training.tables.dataset import TableDataset
from training.tables.fitting import Effort, folds_of_rows
from training.tables.making import Made, beside, make_model, make_plain

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

FOLDS = 5
"""Parts of the rows that are held out in turn."""


@dataclass(frozen=True, kw_only=True)
class Fold:
    """What one part of the rows says.

    Parameters
    ----------
    rows : int
    auc, brier : float
    chosen : str
        The candidate that was chosen without these rows.
    """

    rows: int
    auc: float
    brier: float
    chosen: str


@dataclass(frozen=True, kw_only=True, eq=False)
class Validation:
    """What came of validation.

    Parameters
    ----------
    made : Made
        The model to publish.
    figures : Figures
        Of the packages, over all rows that were held out.
    average_precision : float
    labels, probabilities, plain : arrays of shape (n_tested,)
        Outcomes; what the packages said, and what a plain logistic regression of the same folds did.
    folds : tuple of Fold
    notes : tuple of str
        What was done to what cross-validation had chosen, a sentence each.
    """

    made: Made
    figures: Figures
    average_precision: float
    labels: Integers
    probabilities: Floats
    plain: Floats
    folds: tuple[Fold, ...]
    notes: tuple[str, ...]

    @property
    def against_plain(self) -> Mapping[str, float]:
        """The packages less the plain logistic regression, on the same rows."""
        return paired_differences(self.labels, self.probabilities, self.plain)

    @property
    def plain_auc(self) -> float:
        """AUC of the plain logistic regression."""
        return float(roc_auc_score(self.labels, self.plain))

    @property
    def plain_brier(self) -> float:
        """Brier score of the plain logistic regression."""
        return brier(self.labels, self.plain)

    @property
    def is_plain(self) -> bool:
        """Whether the model is the plain logistic regression itself."""
        return self.made.chosen.chosen.name == PLAIN

    def summary(self) -> dict[str, object]:
        """The figures by the names they are compared by, in JSON's own types."""
        return {
            "auc": self.figures.auc,
            "brier": self.figures.brier,
            "average_precision": self.average_precision,
            "ece": self.figures.ece,
            "chosen": self.made.chosen.chosen.name,
            "folds": [vars(fold) for fold in self.folds],
        }


def validate(
    dataset: TableDataset,
    effort: Effort | None = None,
    *,
    folds: int = FOLDS,
    jobs: int = 1,
    seed: int = 0,
) -> Validation:
    """Choose, fit, export and measure; mend what is no better than a plain regression, or not honest.

    Parameters
    ----------
    dataset : TableDataset
    effort : Effort, optional
        The standard candidates by default.
    folds : int, >= 2, default 5
        Where no times are known.
    jobs : int, >= 1, default 1
        Processes.
    seed : int, default 0
        Of the folds, and of all that is fitted.

    Returns
    -------
    Validation
    """
    effort = effort or Effort()
    parts = _parts(dataset, folds, seed)
    published = dataset if dataset.is_test is None else dataset.take(~dataset.is_test)
    sets = [dataset.take(inside) for inside, _ in parts]
    timeless = dataset.is_test is None
    with threadpool_limits(limits=1):
        tasks = [joblib.delayed(make_model)(each, effort, not timeless, seed) for each in sets]
        if timeless:
            tasks.append(joblib.delayed(make_model)(published, effort, True, seed))
        made: list[Made] = joblib.Parallel(n_jobs=jobs if effort.is_long else 1)(tasks)
        plain = [make_plain(each, seed) for each in (*sets, published)]
    plain_told = _told(dataset, parts, plain)
    found = _validation(dataset, parts, made, plain_told)
    notes: list[str] = []
    against = paired_differences(found.labels, found.probabilities, plain_told, seed=seed)
    if is_no_better(against):
        notes.append(
            f"{found.made.chosen.chosen.name} gave way to the {PLAIN} regression: its AUC differs by"
            f" {against['delta_auc']:+.4f} on the same rows, its Brier score by {against['delta_brier']:+.5f}."
        )
        made = [
            replace(new, chosen=beside(new.chosen, old.chosen))
            for new, old in zip(plain if timeless else plain[:1], made, strict=True)
        ]
        found = _validation(dataset, parts, made, plain_told)
    if not is_calibrated(found.figures).passed:
        mended = _validation(dataset, parts, [each.calibrated() for each in made], plain_told)
        if is_calibrated(mended.figures).passed:
            notes.append(
                f"Probabilities were calibrated by a line learned from rows of the other folds: calibration error"
                f" {found.figures.ece:.3f} before, {mended.figures.ece:.3f} after."
            )
            found = mended
    return replace(found, notes=tuple(notes))


def is_no_better(against: Mapping[str, float]) -> bool:
    """Whether a model is no better than a plain logistic regression.

    It is, where it ranks worse by more than one standard error; or no better by as much, with probabilities that are no
    better either.

    Parameters
    ----------
    against : mapping of str to float
        As `training.judging.evaluation.paired_differences` gives it.

    Examples
    --------
    >>> is_no_better({"delta_auc": -0.001, "delta_auc_error": 0.002, "delta_brier": -0.01})
    False
    """
    error = against["delta_auc_error"]
    if against["delta_auc"] < -error:
        return True
    return against["delta_auc"] <= error and against["delta_brier"] >= 0


def probabilities(package: Package, values: Floats) -> Floats:
    """Score rows of a table that are read already."""
    return score(package, values).probability


def _parts(dataset: TableDataset, folds: int, seed: int) -> list[tuple[Integers, Integers]]:
    """Give rows to learn from and rows to be tested on, place by place."""
    if dataset.is_test is not None:
        return [(np.flatnonzero(~dataset.is_test), np.flatnonzero(dataset.is_test))]
    fold = folds_of_rows(dataset, folds, seed=seed)
    return [(np.flatnonzero(fold != each), np.flatnonzero(fold == each)) for each in range(folds)]


def _told(
    dataset: TableDataset, parts: Sequence[tuple[Integers, Integers]], made: Sequence[Made]
) -> Floats:
    """What each package says of the rows it has not seen, part after part."""
    return np.concatenate(
        [
            probabilities(each.package, dataset.values[outside])
            for each, (_, outside) in zip(made, parts, strict=False)
        ]
    )


def _validation(
    dataset: TableDataset,
    parts: Sequence[tuple[Integers, Integers]],
    made: Sequence[Made],
    plain: Floats,
) -> Validation:
    told = _told(dataset, parts, made)
    labels = np.concatenate([dataset.labels[outside] for _, outside in parts])
    folds, start = [], 0
    for each, (_, outside) in zip(made, parts, strict=False):
        part = slice(start, start + len(outside))
        start += len(outside)
        folds.append(
            Fold(
                rows=len(outside),
                auc=float(roc_auc_score(labels[part], told[part])),
                brier=brier(labels[part], told[part]),
                chosen=each.chosen.chosen.name,
            )
        )
    last = made[-1]
    return Validation(
        made=replace(last, difference=max(each.difference for each in made)),
        figures=measure(labels, told),
        average_precision=float(average_precision_score(labels, told)),
        labels=labels,
        probabilities=told,
        plain=plain,
        folds=tuple(folds),
        notes=(),
    )
