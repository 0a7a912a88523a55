"""What a challenger must pass before it becomes champion; each gate says what it saw and what it wanted."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from commerce.records.instants import from_micros
from scoring.package import Package
from training.fitting.dataset import Dataset
from training.judging.audits import AuditStatus, audit_status, read_audits
from training.judging.evaluation import Figures
from training.judging.examination import Report
from training.judging.parity_certificate import Certificate
from training.judging.rivalry import Challenge, Rivalry, against_champion, challenge_of
from training.judging.standards import (
    answers_in_time,
    beats_base_rate,
    beats_baselines,
    equals_fitted_model,
    has_certificate,
    is_calibrated,
    is_fair,
    ranks_better_than_chance,
    stands_in_audits,
)
from training.judging.verdict import Gate, Verdict
from training.judging.waivers import read_waivers


def decide_promotion(
    dataset: Dataset, package: Package, report: Report, certificate: Certificate, *, packages: Path
) -> Verdict:
    """Hold the challenger against every gate, and against the champion where there is one.

    Its features must have been compared by the batch way and the online way: by the certificate made just
    now, or, output by output, by an audit; and where one differed when it was audited last, that blocks.

    Parameters
    ----------
    dataset : Dataset
    package : Package
        The challenger.
    report : Report
    certificate : Certificate
    packages : Path
        Where packages are published, and audits are kept.

    Returns
    -------
    Verdict

    Raises
    ------
    AuditDamaged, InvalidWaiver
        "... must be as it was written; got ..."
    """
    challenge = challenge_of(dataset, package, report, packages)
    hashes = {output.name: output.hash for output in package.outputs}
    audited = audit_status(read_audits(packages, dataset.tenant.slug), hashes)
    covered = dict.fromkeys(() if audited is None else audited.covered)
    return judge(
        report.figures,
        export_difference=report.difference,
        certificate=certificate,
        challenge=challenge,
        uncovered=[
            name
            for name, known in hashes.items()
            if certificate.hashes.get(name) != known and name not in covered
        ],
        audited=audited,
        beside=[*_beside(dataset, report, packages), *challenge.taken_back],
    )


def judge(
    figures: Figures,
    *,
    export_difference: float,
    certificate: Certificate,
    rivalry: Rivalry | None = None,
    challenge: Challenge | None = None,
    uncovered: Sequence[str] = (),
    audited: AuditStatus | None = None,
    beside: Sequence[Gate] = (),
) -> Verdict:
    """Hold a challenger against every gate.

    Parameters
    ----------
    figures : Figures
        Of the exported package, out of time.
    export_difference : float
        As `training.judging.examination.largest_difference` gives it.
    certificate : Certificate
    rivalry : Rivalry or None
        None where there is nothing to compare with.
    challenge : Challenge, optional
        How the challenger stands to the champion; by default as the rivalry says, or there is none.
    uncovered : sequence of str
        Features the package reads that neither the certificate nor an audit compared.
    audited : AuditStatus or None
        What later audits say of its features; None where there was none.
    beside : sequence of Gate
        What `training.judging.standards` says of what was measured beside the figures.
    """
    stands = challenge or Challenge(rivalry=rivalry)
    return Verdict(
        gates=(
            beats_base_rate(figures),
            ranks_better_than_chance(figures),
            *beside,
            equals_fitted_model(export_difference),
            has_certificate(certificate, uncovered),
            *(() if audited is None else (stands_in_audits(audited),)),
            *against_champion(stands.rivalry, stands.no_rival),
        ),
        same_as=stands.same_as,
        decides_anew=stands.decides_anew,
        same_model=stands.same_model,
        replaces=stands.replaces,
    )


def _beside(dataset: Dataset, report: Report, packages: Path) -> Sequence[Gate]:
    """The gates on what was measured beside the figures, with what people waived of them."""
    spec, tenant = dataset.spec, dataset.tenant
    today = from_micros(dataset.as_of).astimezone(tenant.zone).date()
    waivers = read_waivers(packages, tenant.slug, spec.name, on=today)
    return (
        is_calibrated(report.figures, waivers.get("calibration")),
        *beats_baselines(
            report.figures,
            plain_auc=report.baseline["auc"],
            is_plain=report.is_plain,
            feature=spec.baseline_feature,
            against_feature=report.against_feature,
            form=spec.form,
        ),
        answers_in_time(report.milliseconds),
        is_fair(report.fairness, must=spec.must_be_fair, waiver=waivers.get("fairness")),
    )
