"""From a measured package to a registered challenger and, if no gate refuses, a published champion."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from commerce.records.instants import from_micros
from features.comparing.changes import declarations
from scoring.package import Package
from scoring.parts import fingerprint
from training.fitting.candidates import Fitted
from training.fitting.dataset import Dataset
from training.judging.examination import Report
from training.judging.parity_certificate import Certificate
from training.judging.verdict import Verdict
from training.publishing.card import model_card
from training.publishing.card_text import card_text
from training.publishing.desk import Desk, Entry, title_of
from training.publishing.logged import (
    figures_of,
    keep_candidates,
    keep_examination,
    metrics_of,
    parameters_of,
    tags_of,
)
from training.publishing.tracking import CHALLENGER, UNKNOWN, Source, TrackedRun, Tracker
from training.publishing.training_result import TrainingResult


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
    """Register a training with everything known of it; give the version and its run."""
    figures = report.figures

    def log(run: TrackedRun) -> None:
        run.parameters(parameters_of(dataset, fitted, package))
        run.metrics(metrics_of(fitted, report))
        place = dataset.snapshot.files[0].parent if dataset.snapshot.files else Path()
        for frame, context in ((dataset.train, "training"), (dataset.test, "testing")):
            run.dataset(frame, digest=dataset.snapshot.hash, source=place, context=context)
        keep_candidates(run, fitted.candidates)

    def show(run: TrackedRun, made: Package) -> None:
        keep_examination(run, certificate, verdict, figures_of(dataset, made, report))

    entry = Entry(
        mark=fingerprint(package),
        title=title_of(dataset.name, dataset.as_of, dataset.tenant.zone),
        snapshot=dataset.snapshot.hash,
        text=card_text,
        log=log,
        show=show,
        model=lambda run, tags: run.model(
            fitted.estimator, dataset.train[list(fitted.features)].head(5), tags
        ),
        promoted=verdict.promoted,
        tags=tags_of(verdict, figures),
    )
    return desk.register(package, entry)


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
                *verdict.waived,
                *moved,
            ),
            why=verdict.reason,
            renews=renews,
            renewed=renewed or (package.label if renews is not None else None),
        )

    return result
