"""From a measured package to a registered challenger and, if no gate refuses, a published champion."""

from __future__ import annotations

import tempfile
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from commerce.records.instants import from_micros
from features.comparing.changes import declarations
from scoring.errors import PackageMismatch, PackageNotFound
from scoring.files import current, current_version, is_same_model, publish, write_package
from scoring.package import Package, check_outputs
from training.fitting.candidates import Fitted
from training.fitting.dataset import Dataset
from training.judging.audits import read_audits, standing
from training.judging.certificate import Certificate
from training.judging.evaluation import compare
from training.judging.examination import Exported, Report
from training.judging.gates import Rivalry, Verdict, judge
from training.judging.plots import (
    calibration_figure,
    contributions_figure,
    distribution_figure,
    gain_figure,
    roc_figure,
)
from training.publishing.card import model_card
from training.publishing.export import probabilities
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

    def as_dict(self) -> dict[str, Any]:
        """The result in JSON's own types."""
        return asdict(self) | {"refusals": list(self.refusals)}


def decide_promotion(
    rows: Dataset, exported: Exported, report: Report, certificate: Certificate, *, packages: Path
) -> Verdict:
    """Hold the challenger against every gate, and against the champion where there is one.

    Its features must have been compared by the batch way and the online way: by the certificate made just
    now, or, output by output, by an audit; and where one differed when it was audited last, that blocks.

    Parameters
    ----------
    packages : Path
        Where packages are published, and audits are kept.

    Raises
    ------
    AuditDamaged
        "... must be as it was written; got ..."
    """
    rivalry, no_rival, same_as = None, "there is no champion yet", None
    try:
        champion = current(packages, rows.tenant.slug, rows.spec.name)
        check_outputs(champion, rows.catalogue)
        if is_same_model(champion, exported.package):
            same_as, no_rival = champion.label, f"it is the same as champion {champion.label}"
        else:
            rivalry = Rivalry(
                champion=champion.label,
                difference=compare(
                    report.labels, report.probabilities, probabilities(champion, rows.test)
                ),
                fresher=_newest(champion) < _newest(exported.package),
            )
    except PackageNotFound:
        pass
    except PackageMismatch as mismatch:
        no_rival = f"the champion can no longer be served: {mismatch}"
    hashes = {output.name: output.hash for output in exported.package.outputs}
    audited = standing(read_audits(packages, rows.tenant.slug), hashes)
    covered = dict.fromkeys(() if audited is None else audited.covered)
    return judge(
        report.figures,
        export_difference=exported.difference,
        certificate=certificate,
        rivalry=rivalry,
        no_rival=no_rival,
        same_as=same_as,
        uncovered=[
            name
            for name, known in hashes.items()
            if certificate.hashes.get(name) != known and name not in covered
        ],
        audited=audited,
    )


def conclude(
    rows: Dataset,
    fitted: Fitted,
    exported: Exported,
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
    tracker : Tracker
    packages : Path
        Where packages are published.
    """
    champion_run = _follow_published(rows, tracker, packages)
    if verdict.same_as is not None and verdict.promoted and champion_run is not None:
        champion = current(packages, rows.tenant.slug, rows.spec.name)
        return _result(
            rows,
            fitted,
            report,
            verdict,
            package=champion,
            run_id=champion_run,
            published=packages / champion.tenant / champion.model / champion.version,
        )
    title = f"{rows.name} as of {from_micros(rows.as_of).astimezone(rows.tenant.zone).date()}"
    with tracker.run(rows.name, title=title, tags={"snapshot": rows.snapshot.hash}) as run:
        run.parameters(
            {
                "tenant": rows.tenant.slug,
                "model": rows.spec.name,
                "horizon_days": rows.schedule.horizon_days,
                "train_cutoffs": len(rows.schedule.train),
                "test_cutoff": from_micros(rows.schedule.test).date().isoformat(),
                "candidate": fitted.chosen.name,
                "features": len(fitted.features),
                "threshold": exported.package.decision.threshold,
            }
        )
        run.metrics(_metrics(fitted, report))
        source = rows.snapshot.files[0].parent if rows.snapshot.files else Path()
        for frame, context in ((rows.train, "training"), (rows.test, "testing")):
            run.dataset(frame, digest=rows.snapshot.hash, source=source, context=context)
        version = run.model(fitted.estimator, rows.train[list(fitted.features)].head(5))
        package = replace(
            exported.package,
            version=version,
            validation=report.figures.as_dict(),
            card=model_card(rows, fitted, exported.package, report, certificate, verdict)
            | {"declarations": declarations(rows.catalogue.subset(exported.package.names))},
        )
        run.document("certificate.json", certificate.as_dict())
        run.document("gates.json", verdict.as_list())
        run.document("card.json", dict(package.card))
        for path, figure in figures_of(rows, package, report).items():
            run.figure(path, figure)
        with tempfile.TemporaryDirectory() as folder:
            write_package(package, Path(folder))
            run.files(Path(folder), "package")
        run.tags({"version": version, "promoted": str(verdict.promoted).lower()})
    tracker.tag_version(
        rows.name, version, {"gates": verdict.summary, "snapshot": rows.snapshot.hash}
    )
    tracker.give_alias(rows.name, CHALLENGER, version)
    published = None
    if verdict.promoted:
        published = publish(package, packages)
        tracker.give_alias(rows.name, CHAMPION, version)
    return _result(
        rows, fitted, report, verdict, package=package, run_id=run.run_id, published=published
    )


def _follow_published(rows: Dataset, tracker: Tracker, packages: Path) -> str | None:
    """Give the alias of the champion to the published version; the run it came from, None if untracked."""
    version = current_version(packages, rows.tenant.slug, rows.spec.name)
    run_id = None if version is None else tracker.run_of(rows.name, version)
    if version is None or run_id is None:
        return None
    if tracker.version_with(rows.name, CHAMPION) != version:
        tracker.give_alias(rows.name, CHAMPION, version)
    return run_id


def _result(
    rows: Dataset,
    fitted: Fitted,
    report: Report,
    verdict: Verdict,
    *,
    package: Package,
    run_id: str,
    published: Path | None,
) -> TrainingResult:
    return TrainingResult(
        model=rows.spec.name,
        name=rows.name,
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
        n_train=len(rows.train),
        n_test=len(rows.test),
        run_id=run_id,
        package=None if published is None else str(published),
    )


def figures_of(rows: Dataset, package: Package, report: Report) -> dict[str, Figure]:
    """Draw the pictures of a model, by artifact path."""
    labels, predicted = report.labels, report.probabilities
    values = rows.test[list(package.names)].to_numpy(dtype=np.float64)
    return {
        "figures/calibration.png": calibration_figure(report.figures),
        "figures/roc.png": roc_figure(labels, {"model": predicted}),
        "figures/gain.png": gain_figure(labels, predicted),
        "figures/distribution.png": distribution_figure(
            labels, predicted, threshold=package.decision.threshold
        ),
        "figures/contributions.png": contributions_figure(package, values),
    }


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
    }


def _newest(package: Package) -> str:
    """The last training cutoff, as text that sorts by time."""
    return str(max(package.trained_on["train_cutoffs"]))
