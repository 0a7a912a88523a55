"""From a measured package to a registered challenger and, if no gate refuses, a published champion."""

from __future__ import annotations

import tempfile
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from commerce.records.instants import from_micros
from features.comparing.changes import declarations
from scoring.files import current, current_version, publish, write_package
from scoring.package import Package
from training.fitting.candidates import Fitted
from training.fitting.dataset import Dataset
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
from training.publishing.card import model_card
from training.publishing.tracking import CHALLENGER, CHAMPION, Tracker

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@dataclass(frozen=True, kw_only=True)
class TrainingResult:
    """What training came to.

    Parameters
    ----------
    model, name, version, label : str
        "churn", "demo.churn", "1", "demo.churn/1".
    promoted : bool
    gates : str
        "gates 4/4", or what refuses, or "same as champion ..., gates 4/4".
    refusals : tuple of str
    auc, brier, base_rate, baseline_auc : float
        Out of time.
    candidate : str
        What cross-validation chose.
    n_train, n_test : int
    run_id : str
    package : str or None
        Folder of the published package.
    notes : tuple of str
        What was done to the model that cross-validation chose, a sentence each.
    """

    model: str
    name: str
    version: str
    label: str
    promoted: bool
    gates: str
    refusals: tuple[str, ...]
    auc: float
    brier: float
    base_rate: float
    baseline_auc: float
    candidate: str
    n_train: int
    n_test: int
    run_id: str
    package: str | None
    notes: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """The result in JSON's own types.

        Returns
        -------
        dict of str to Any
            Ready for JSON.
        """
        return asdict(self) | {"refusals": list(self.refusals), "notes": list(self.notes)}


def conclude(
    dataset: Dataset,
    fitted: Fitted,
    package: Package,
    report: Report,
    certificate: Certificate,
    verdict: Verdict,
    *,
    tracker: Tracker,
    packages: Path,
) -> TrainingResult:
    """Register the challenger with everything known of it; if no gate refuses, publish it as champion.

    A challenger that is the champion over again is not registered: the result is the champion. Whoever is
    stopped at any point may run the whole again, as the published package says which version is champion,
    and the alias follows it.

    Parameters
    ----------
    dataset, fitted, package, report, certificate, verdict
        What the steps before gave.
    tracker : Tracker
        Where the run is kept and the version registered.
    packages : Path
        Where packages are published.

    Returns
    -------
    TrainingResult
    """
    champion_run = _follow_published(dataset, tracker, packages)
    if verdict.same_as is not None and verdict.promoted and champion_run is not None:
        champion = current(packages, dataset.tenant.slug, dataset.spec.name)
        return _result(
            dataset,
            fitted,
            report,
            verdict,
            package=champion,
            run_id=champion_run,
            published=packages / champion.tenant / champion.model / champion.version,
        )
    title = (
        f"{dataset.name} as of {from_micros(dataset.as_of).astimezone(dataset.tenant.zone).date()}"
    )
    with tracker.run(dataset.name, title=title, tags={"snapshot": dataset.snapshot.hash}) as run:
        run.parameters(
            {
                "tenant": dataset.tenant.slug,
                "model": dataset.spec.name,
                "horizon_days": dataset.schedule.horizon_days,
                "train_cutoffs": len(dataset.schedule.train),
                "test_cutoff": from_micros(dataset.schedule.test).date().isoformat(),
                "candidate": fitted.chosen.name,
                "features": len(fitted.features),
                "threshold": package.decision.threshold,
            }
        )
        run.metrics(_metrics(fitted, report))
        source = dataset.snapshot.files[0].parent if dataset.snapshot.files else Path()
        for frame, context in ((dataset.train, "training"), (dataset.test, "testing")):
            run.dataset(frame, digest=dataset.snapshot.hash, source=source, context=context)
        version = run.model(fitted.estimator, dataset.train[list(fitted.features)].head(5))
        package = replace(
            package,
            version=version,
            validation=report.figures.as_dict(),
            card=model_card(dataset, fitted, package, report, certificate, verdict)
            | {"declarations": declarations(dataset.catalogue.subset(package.names))},
        )
        run.document("certificate.json", certificate.as_dict())
        run.document("gates.json", verdict.as_list())
        run.document("card.json", dict(package.card))
        for path, figure in figures_of(dataset, package, report).items():
            run.figure(path, figure)
        with tempfile.TemporaryDirectory() as folder:
            write_package(package, Path(folder))
            run.files(Path(folder), "package")
        run.tags({"version": version, "promoted": str(verdict.promoted).lower()})
    tracker.tag_version(
        dataset.name, version, {"gates": verdict.summary, "snapshot": dataset.snapshot.hash}
    )
    tracker.give_alias(dataset.name, CHALLENGER, version)
    published = None
    if verdict.promoted:
        published = publish(package, packages)
        tracker.give_alias(dataset.name, CHAMPION, version)
    return _result(
        dataset, fitted, report, verdict, package=package, run_id=run.run_id, published=published
    )


def _follow_published(dataset: Dataset, tracker: Tracker, packages: Path) -> str | None:
    """Give the alias of the champion to the published version; the run it came from, None if untracked."""
    version = current_version(packages, dataset.tenant.slug, dataset.spec.name)
    run_id = None if version is None else tracker.run_of(dataset.name, version)
    if version is None or run_id is None:
        return None
    if tracker.version_with(dataset.name, CHAMPION) != version:
        tracker.give_alias(dataset.name, CHAMPION, version)
    return run_id


def _result(
    dataset: Dataset,
    fitted: Fitted,
    report: Report,
    verdict: Verdict,
    *,
    package: Package,
    run_id: str,
    published: Path | None,
) -> TrainingResult:
    return TrainingResult(
        model=dataset.spec.name,
        name=dataset.name,
        version=package.version,
        label=package.label,
        promoted=verdict.promoted,
        gates=verdict.summary,
        refusals=verdict.refusals,
        auc=report.figures.auc,
        brier=report.figures.brier,
        base_rate=report.figures.base_rate,
        baseline_auc=report.baseline["auc"],
        candidate=fitted.chosen.name,
        n_train=len(dataset.train),
        n_test=len(dataset.test),
        run_id=run_id,
        package=None if published is None else str(published),
        notes=report.notes,
    )


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


def _metrics(fitted: Fitted, report: Report) -> dict[str, float]:
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
