"""From a measured package to a registered challenger and, if no gate refuses, a published champion."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from commerce.records.instants import from_micros
from features.comparing.changes import declarations
from scoring.package import Package
from scoring.parts import fingerprint
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
from training.publishing.card_text import card_text
from training.publishing.desk import Desk, log_package
from training.publishing.tracking import CHALLENGER, FINGERPRINT, UNKNOWN, Source, Tracker

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
    why : str
        What it became champion for: the difference to the champion before, on the same rows, with its interval.
    renews : str or None
        Label of the champion whose fitted model goes on under today's decision.
    renewed : str or None
        Label under which it goes on.
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
    why: str = ""
    renews: str | None = None
    renewed: str | None = None

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
    source: Source = UNKNOWN,
    now: datetime | None = None,
) -> TrainingResult:
    """Register the challenger with everything known of it; if no gate refuses, publish it as champion.

    A challenger that is the champion over again is not registered: the result is the champion. One that is the
    champion's model under another decision, or that is refused while today's decision is another one, leaves a version
    of the champion's model under today's decision. Whoever is stopped at any point may run the whole again: a version
    that came to the same is found again, the published package says which version is champion, and the alias follows.

    Parameters
    ----------
    dataset, fitted, package, report, certificate, verdict
        What the steps before gave.
    tracker : Tracker
        Where the run is kept and the version registered.
    packages : Path
        Where packages are published.
    source : Source
        What trained, for the run's page.
    now : datetime, optional
        When a version becomes champion; the cutoff of the records by default.

    Returns
    -------
    TrainingResult
    """
    desk = Desk(
        tracker=tracker,
        packages=packages,
        name=dataset.name,
        at=(now or from_micros(dataset.as_of)).isoformat(),
        source=source,
    )
    moved = desk.settle()
    known = _known(dataset, fitted, report, verdict, moved)
    standing = desk.champion() if verdict.same_model else None
    if verdict.same_as is not None and verdict.promoted and standing is not None:
        run_id = tracker.run_of(dataset.name, standing.version)
        if run_id is not None:
            return known(standing, run_id, published=desk.folder(standing.version))
    card = model_card(dataset, fitted, package, report, certificate, verdict) | {
        "declarations": declarations(dataset.catalogue.subset(package.names))
    }
    measured = replace(package, validation=report.figures.as_dict(), card=card)
    if verdict.renews is not None and verdict.same_model:
        made, run_id = desk.renew(measured, verdict.renews, figures_too=True)
        return known(made, run_id, published=desk.folder(made.version), renews=verdict.renews)
    challenger, run_id = _registered(
        dataset, fitted, measured, report, verdict=verdict, certificate=certificate, desk=desk
    )
    tracker.give_alias(dataset.name, CHALLENGER, challenger.version)
    if verdict.promoted:
        published = desk.promote(challenger, why=verdict.reason)
        return known(challenger, run_id, published=published)
    if verdict.renews is not None:
        made, _ = desk.renew(measured, verdict.renews, figures_too=False)
        return known(challenger, run_id, published=None, renews=verdict.renews, renewed=made.label)
    return known(challenger, run_id, published=None)


def _registered(
    dataset: Dataset,
    fitted: Fitted,
    package: Package,
    report: Report,
    *,
    certificate: Certificate,
    verdict: Verdict,
    desk: Desk,
) -> tuple[Package, str]:
    """Record a training and register what it came to, or find both again; give the version and its run."""
    tracker, mark = desk.tracker, fingerprint(package)
    found = tracker.version_made_of(dataset.name, mark)
    if found is not None and desk.is_published(found.version):
        return desk.read(found.version), found.run_id
    day = from_micros(dataset.as_of).astimezone(dataset.tenant.zone).date()
    tags = {FINGERPRINT: mark, "snapshot": dataset.snapshot.hash}
    with tracker.run(
        dataset.name,
        title=f"{dataset.name} as of {day}",
        tags=tags | desk.source.tags,
        again=tracker.run_made_of(dataset.name, mark) if found is None else found.run_id,
    ) as run:
        run.parameters(_parameters(dataset, fitted, package))
        run.metrics(_metrics(fitted, report))
        place = dataset.snapshot.files[0].parent if dataset.snapshot.files else Path()
        for frame, context in ((dataset.train, "training"), (dataset.test, "testing")):
            run.dataset(frame, digest=dataset.snapshot.hash, source=place, context=context)
        for candidate in fitted.candidates:
            run.candidate(
                candidate.name,
                parameters={"candidate": candidate.name, "chosen": candidate.chosen},
                metrics={"cv_auc": candidate.auc, "cv_log_loss": candidate.log_loss},
            )
        version = (
            run.model(fitted.estimator, dataset.train[list(fitted.features)].head(5), tags)
            if found is None
            else found.version
        )
        made = replace(package, version=version)
        run.describe(card_text(made))
        run.document("certificate.json", certificate.as_dict())
        run.document("gates.json", verdict.as_list())
        for path, figure in figures_of(dataset, made, report).items():
            run.figure(path, figure)
        log_package(run, made)
        run.tags({"version": version, "promoted": str(verdict.promoted).lower()})
    tracker.describe_version(dataset.name, version, card_text(made))
    figures = report.figures
    key_figures = {"auc": f"{figures.auc:.4f}", "brier": f"{figures.brier:.4f}"}
    tracker.tag_version(dataset.name, version, {"gates": verdict.summary, **key_figures})
    return made, run.run_id


def _known(
    dataset: Dataset,
    fitted: Fitted,
    report: Report,
    verdict: Verdict,
    moved: tuple[str, ...],
) -> Callable[..., TrainingResult]:
    """Give what makes a result of a package, its run and where it was published, as all else is known."""

    def result(
        package: Package,
        run_id: str,
        *,
        published: Path | None,
        renews: str | None = None,
        renewed: str | None = None,
    ) -> TrainingResult:
        return TrainingResult(
            model=dataset.spec.name,
            name=dataset.name,
            version=package.version,
            label=package.label,
            promoted=published is not None,
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
            notes=(
                *report.notes,
                *((verdict.replaces + ".",) if verdict.replaces else ()),
                *verdict.waivers,
                *moved,
            ),
            why=verdict.reason,
            renews=renews,
            renewed=renewed or (package.label if renews is not None else None),
        )

    return result


def _parameters(dataset: Dataset, fitted: Fitted, package: Package) -> dict[str, object]:
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
