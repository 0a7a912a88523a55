"""What a challenger must pass before it becomes champion; each gate says what it saw and what it wanted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from commerce.records.instants import to_micros
from scoring.errors import PackageMismatch, PackageNotFound
from scoring.files import current, is_same_model
from scoring.package import Package, check_outputs
from training.fitting.dataset import Dataset
from training.judging.audits import AuditStatus, audit_status, read_audits
from training.judging.evaluation import Figures, paired_differences
from training.judging.examination import Report, probabilities
from training.judging.parity_certificate import Certificate

TOLERANCE = 1e-9
"""How far a package's probabilities may be from the fitted model's."""

FRESHER_LIMIT = -0.005
"""How much AUC a challenger trained on fresher records may lose, at worst."""


@dataclass(frozen=True, kw_only=True)
class Gate:
    """One condition."""

    name: str
    passed: bool | None
    """None where the gate does not apply."""
    text: str
    """What was seen and what is wanted."""

    @property
    def verdict(self) -> str:
        """Say "passed", "refused" or "not applicable"."""
        return {True: "passed", False: "refused", None: "not applicable"}[self.passed]


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """All gates of a challenger.

    Parameters
    ----------
    gates : tuple of Gate
    same_as : str or None, default None
        Label of the champion the challenger equals in everything but its version.
    """

    gates: tuple[Gate, ...]
    same_as: str | None = None

    @property
    def promoted(self) -> bool:
        """Whether no gate refuses."""
        return all(gate.passed is not False for gate in self.gates)

    @property
    def refusals(self) -> tuple[str, ...]:
        """The sentences of the gates that refuse."""
        return tuple(f"{gate.name}: {gate.text}" for gate in self.gates if gate.passed is False)

    @property
    def summary(self) -> str:
        """Say "gates 6/6", or what refuses; gates that do not apply are not counted."""
        counted = [gate for gate in self.gates if gate.passed is not None]
        passed = sum(gate.passed is True for gate in counted)
        text = f"gates {passed}/{len(counted)}"
        if self.same_as is not None:
            text = f"same as champion {self.same_as}, {text}"
        return text if self.promoted else f"{text}, refused: {'; '.join(self.refusals)}"

    def as_list(self) -> list[dict[str, Any]]:
        """The gates in JSON's own types.

        Returns
        -------
        list of dict
            One per gate, in their order.
        """
        return [asdict(gate) | {"verdict": gate.verdict} for gate in self.gates]


@dataclass(frozen=True, kw_only=True)
class Rivalry:
    """The champion a challenger is held against, on the same test rows."""

    champion: str
    """Its label."""
    difference: Mapping[str, float]
    """As `training.judging.evaluation.paired_differences` gives it."""
    fresher: bool
    """Whether the challenger learned from later cutoffs."""


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
    AuditDamaged
        "... must be as it was written; got ..."
    """
    rivalry, no_rival, same_as = None, "there is no champion yet", None
    try:
        champion = current(packages, dataset.tenant.slug, dataset.spec.name)
        check_outputs(champion, dataset.catalogue)
        if is_same_model(champion, package):
            same_as, no_rival = champion.label, f"it is the same as champion {champion.label}"
        else:
            rivalry = Rivalry(
                champion=champion.label,
                difference=paired_differences(
                    report.labels,
                    report.probabilities,
                    probabilities(champion, dataset.asked(dataset.test)),
                ),
                fresher=_knows(champion) < _knows(package),
            )
    except PackageNotFound:
        pass
    except PackageMismatch as mismatch:
        no_rival = f"the champion can no longer be served: {mismatch}"
    hashes = {output.name: output.hash for output in package.outputs}
    audited = audit_status(read_audits(packages, dataset.tenant.slug), hashes)
    covered = dict.fromkeys(() if audited is None else audited.covered)
    return judge(
        report.figures,
        export_difference=report.difference,
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


def judge(
    figures: Figures,
    *,
    export_difference: float,
    certificate: Certificate,
    rivalry: Rivalry | None,
    no_rival: str = "there is no champion yet",
    same_as: str | None = None,
    uncovered: Sequence[str] = (),
    audited: AuditStatus | None = None,
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
    no_rival : str
        Why there is nothing, for the gates that then do not apply.
    same_as : str, optional
        Label of the champion, where the challenger is the same model over again.
    uncovered : sequence of str
        Features the package reads that neither the certificate nor an audit compared.
    audited : AuditStatus or None
        What later audits say of its features; None where there was none.
    """
    return Verdict(
        gates=(
            beats_base_rate(figures),
            ranks_better_than_chance(figures),
            equals_fitted_model(export_difference),
            has_certificate(certificate, uncovered),
            *(() if audited is None else (stands_in_audits(audited),)),
            *against_champion(rivalry, no_rival),
        ),
        same_as=same_as,
    )


def beats_base_rate(figures: Figures) -> Gate:
    """Brier score out of time below that of the base rate."""
    return Gate(
        name="brier",
        passed=figures.brier < figures.brier_base,
        text=f"Brier {figures.brier:.4f}, must be below the base rate's {figures.brier_base:.4f}",
    )


def ranks_better_than_chance(figures: Figures) -> Gate:
    """AUC out of time above one half with its whole interval."""
    return Gate(
        name="auc",
        passed=figures.auc_low > 0.5,
        text=f"AUC {figures.auc:.3f} with 95 % interval {figures.auc_low:.3f} to"
        f" {figures.auc_high:.3f}, must lie above 0.500",
    )


def equals_fitted_model(difference: float) -> Gate:
    """Package and fitted model agree."""
    return Gate(
        name="export",
        passed=difference <= TOLERANCE,
        text=f"package differs from the fitted model by {difference:.1e}, must be at most {TOLERANCE:.0e}",
    )


def has_certificate(certificate: Certificate, uncovered: Sequence[str] = ()) -> Gate:
    """Batch and online agree to the bit, on every feature the package reads."""
    if certificate.holds and uncovered:
        text = (
            f"certificate must cover every feature as it is declared; got none on {len(uncovered)},"
            f" first {uncovered[0]}"
        )
        return Gate(name="parity", passed=False, text=text)
    return Gate(name="parity", passed=certificate.holds, text=certificate.text)


def stands_in_audits(audited: AuditStatus) -> Gate:
    """No feature the package reads differed when it was audited last."""
    return Gate(name="audit", passed=audited.holds, text=audited.text)


def against_champion(rivalry: Rivalry | None, no_rival: str) -> Sequence[Gate]:
    """Ranking not worse than the champion's (better, unless trained on fresher records), nor the Brier score."""
    if rivalry is None:
        return (
            Gate(name="champion.auc", passed=None, text=no_rival),
            Gate(name="champion.brier", passed=None, text=no_rival),
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
    )


def _knows(package: Package) -> tuple[int, int]:
    """Tell how much a package knew: its last cutoff, and the last backfill of what lies before."""
    return last_cutoff(package), int(package.trained_on.get("backfills", 0))


def last_cutoff(package: Package) -> int:
    """Give the last cutoff a package was trained at, in epoch microseconds."""
    return max(
        to_micros(datetime.fromisoformat(cutoff)) for cutoff in package.trained_on["train_cutoffs"]
    )
