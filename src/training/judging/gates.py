"""What a challenger must pass before it becomes champion; each gate says what it saw and what it wanted."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from commerce.records.instants import from_micros
from commerce.records.money import format_money
from scoring.package import Package
from training.fitting.dataset import Dataset
from training.judging.audits import AuditStatus, audit_status, read_audits
from training.judging.evaluation import Figures
from training.judging.examination import Report
from training.judging.parity_certificate import Certificate
from training.judging.standards import (
    TOLERANCE,
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
from training.judging.standing import Rivalry, Standing, find_standing
from training.judging.verdict import Gate, Verdict
from training.judging.waivers import read_waivers

__all__ = [
    "FRESHER_LIMIT",
    "TOLERANCE",
    "Gate",
    "Rivalry",
    "Standing",
    "Verdict",
    "decide_promotion",
    "judge",
]

FRESHER_LIMIT = -0.005
"""How much AUC a challenger trained on fresher records may lose, at worst."""


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
    standing = find_standing(dataset, package, report, packages)
    hashes = {output.name: output.hash for output in package.outputs}
    audited = audit_status(read_audits(packages, dataset.tenant.slug), hashes)
    covered = dict.fromkeys(() if audited is None else audited.covered)
    return judge(
        report.figures,
        export_difference=report.difference,
        certificate=certificate,
        standing=standing,
        uncovered=[
            name
            for name, known in hashes.items()
            if certificate.hashes.get(name) != known and name not in covered
        ],
        audited=audited,
        beside=[*_beside(dataset, report, packages), *standing.taken_back],
    )


def judge(
    figures: Figures,
    *,
    export_difference: float,
    certificate: Certificate,
    rivalry: Rivalry | None = None,
    standing: Standing | None = None,
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
    standing : Standing, optional
        How the challenger stands to the champion; by default as the rivalry says, or there is none.
    uncovered : sequence of str
        Features the package reads that neither the certificate nor an audit compared.
    audited : AuditStatus or None
        What later audits say of its features; None where there was none.
    beside : sequence of Gate
        What `training.judging.standards` says of what was measured beside the figures.
    """
    stands = standing or Standing(rivalry=rivalry)
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


def against_champion(rivalry: Rivalry | None, no_rival: str) -> Sequence[Gate]:
    """Ranking not worse than the champion's (better, unless trained on fresher records), nor Brier score or profit."""
    if rivalry is None:
        return tuple(
            Gate(name=f"champion.{figure}", passed=None, text=no_rival)
            for figure in ("auc", "brier", "profit")
        )
    difference, limit = rivalry.difference, FRESHER_LIMIT if rivalry.fresher else 0.0
    why = "as it is trained on fresher records" if rivalry.fresher else "to replace it"
    return (
        Gate(
            name="champion.auc",
            passed=difference["delta_auc_low"] > limit,
            text=f"AUC {difference['delta_auc']:+.4f} against {rivalry.champion} with 95 % interval"
            f" {difference['delta_auc_low']:+.4f} to {difference['delta_auc_high']:+.4f},"
            f" must lie above {limit:+.3f} {why}",
        ),
        Gate(
            name="champion.brier",
            passed=difference["delta_brier"] <= 0,
            text=f"Brier {difference['delta_brier']:+.5f} against {rivalry.champion},"
            " must not be above 0",
        ),
        _earns_no_less(rivalry),
    )


def _earns_no_less(rivalry: Rivalry) -> Gate:
    """Expected maximum profit not below the champion's by more than chance gives."""
    profit = rivalry.profit
    if profit is None:
        text = "acting pays for nobody, so there is no profit to compare"
        return Gate(name="champion.profit", passed=None, text=text)

    def money(amount: float) -> str:
        return format_money(round(100 * amount), profit.currency)

    return Gate(
        name="champion.profit",
        passed=profit.high >= 0,
        text=f"expected profit {money(profit.challenger)} from 100 customers against"
        f" {money(profit.champion)} by {rivalry.champion}; 95 % interval of the difference"
        f" {money(profit.low)} to {money(profit.high)}, must reach 0",
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
        ),
        answers_in_time(report.milliseconds),
        is_fair(report.fairness, must=spec.must_be_fair, waiver=waivers.get("fairness")),
    )
