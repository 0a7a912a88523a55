"""What a run keeps of a training: what it was asked to do, its figures and its plots."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING

import numpy as np

from commerce.records.instants import from_micros
from scoring.package import Package
from training.fitting.candidate_scores import CandidateScore
from training.fitting.candidates import Fitted
from training.fitting.dataset import Dataset
from training.judging.evaluation import Figures
from training.judging.examination import Report
from training.judging.parity_certificate import Certificate
from training.judging.plots import (
    calibration_figure,
    contributions_figure,
    distribution_figure,
    gain_figure,
    learning_figure,
    profit_figure,
    roc_figure,
)
from training.judging.verdict import Verdict

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from training.publishing.tracking import TrackedRun


def parameters_of(dataset: Dataset, fitted: Fitted, package: Package) -> dict[str, object]:
    """What the run was asked to do; cutoffs are days where the shop is."""

    def day(instant: int) -> str:
        return from_micros(instant).astimezone(dataset.tenant.zone).date().isoformat()

    schedule = dataset.schedule
    return {
        "tenant": dataset.tenant.slug,
        "model": dataset.spec.name,
        "horizon_days": schedule.horizon_days,
        "as_of": day(dataset.as_of),
        "train_cutoffs": ", ".join(day(cutoff) for cutoff in schedule.train),
        "test_cutoff": day(schedule.test),
        "candidate": fitted.chosen.name,
        "features": len(fitted.features),
        "threshold": package.decision.threshold,
    }


def figures_of(dataset: Dataset, package: Package, report: Report) -> dict[str, Figure]:
    """Draw the figures of a model, by artifact path."""
    labels, predicted = report.labels, report.probabilities
    values = dataset.test[list(package.names)].to_numpy(dtype=np.float64)
    drawn = {
        "figures/calibration.png": calibration_figure(report.figures),
        "figures/roc.png": roc_figure(labels, report.rankings),
        "figures/gain.png": gain_figure(labels, predicted),
        "figures/distribution.png": distribution_figure(
            labels, predicted, threshold=package.decision.threshold
        ),
        "figures/contributions.png": contributions_figure(package, values),
        "figures/learning.png": learning_figure(report.baselines.learning),
    }
    if report.payoff is not None:
        drawn["figures/profit.png"] = profit_figure(labels, report.rankings, report.payoff)
    return drawn


def metrics_of(fitted: Fitted, report: Report) -> dict[str, float]:
    """The figures of a training, by the name MLflow compares them by."""
    figures = {
        name: float(value)
        for name, value in asdict(report.figures).items()
        if name not in ("calibration", "rows")
    }
    return figures | {
        "cv_auc": fitted.chosen.auc,
        "cv_log_loss": fitted.chosen.log_loss,
        "baseline_auc": report.baseline["auc"],
        "baseline_brier": report.baseline["brier"],
        "permuted_auc": report.permuted_auc,
        "answer_milliseconds": report.milliseconds,
        **{f"fairness_{attribute}": ratio for attribute, ratio in report.fairness.ratios.items()},
    }


def keep_candidates(run: TrackedRun, candidates: Iterable[CandidateScore]) -> None:
    """Keep each candidate that was compared as a run below the training's, with its folds."""
    for candidate in candidates:
        run.candidate(
            candidate.name,
            parameters={
                "candidate": candidate.name,
                "chosen": candidate.chosen,
                **candidate.parameters,
            },
            metrics={"cv_auc": candidate.auc, "cv_log_loss": candidate.log_loss},
            folds=candidate.fold_aucs,
        )


def keep_examination(
    run: TrackedRun, certificate: Certificate, verdict: Verdict, figures: Mapping[str, Figure]
) -> None:
    """Keep what a package was held against, and its figures, by artifact path."""
    run.document("certificate.json", certificate.as_dict())
    run.document("gates.json", verdict.as_list())
    for path, figure in figures.items():
        run.figure(path, figure)


def tags_of(verdict: Verdict, figures: Figures) -> dict[str, str]:
    """Say of a version in a few words how good it is, and what the gates found."""
    return {
        "gates": verdict.summary,
        "auc": f"{figures.auc:.4f}",
        "brier": f"{figures.brier:.4f}",
    }
