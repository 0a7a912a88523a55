"""What a challenger must be by itself, whoever was champion before: one function a gate."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import isclose

from training.judging.audits import AuditStatus
from training.judging.evaluation import Figures
from training.judging.fairness import LEAST_RATIO, Fairness
from training.judging.latency import BUDGET_MS
from training.judging.parity_certificate import Certificate
from training.judging.verdict import Gate
from training.judging.waivers import Waiver

TOLERANCE = 1e-9
"""How far a package's probabilities may be from the fitted model's."""

HONEST_ERROR = 0.03
"""Calibration error up to which probabilities may be taken at their word."""

HONEST_SLOPES = (0.9, 1.1)
"""Slopes of calibration that the interval of the slope must meet."""


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


def is_calibrated(figures: Figures, waiver: Waiver | None = None) -> Gate:
    """Calibration error small, or no more than chance gives; the interval of the slope meets the honest slopes."""
    limit = max(HONEST_ERROR, figures.ece_by_chance)
    low, high = HONEST_SLOPES
    passed = figures.ece <= limit and figures.slope_low <= high and figures.slope_high >= low
    allowed = f"at most {limit:.3f}" + (
        " (chance alone gives that)" if figures.ece_by_chance > HONEST_ERROR else ""
    )
    text = (
        f"calibration error {figures.ece:.3f}, must be {allowed};"
        f" slope {figures.slope:.2f} with 95 % interval {figures.slope_low:.2f} to {figures.slope_high:.2f},"
        f" must meet {low} to {high}"
    )
    return _unless_waived(Gate(name="calibration", passed=passed, text=text), waiver)


def beats_baselines(
    figures: Figures,
    *,
    plain_auc: float,
    is_plain: bool,
    feature: str | None,
    against_feature: Mapping[str, float] | None,
    form: str | None = None,
) -> Sequence[Gate]:
    """AUC above a plain logistic regression's, or the model is one; not below one feature's alone, but by chance.

    Parameters
    ----------
    figures : Figures
    plain_auc : float
    is_plain : bool
        Whether the challenger is the plain logistic regression.
    feature : str or None
        The one feature people would rank by.
    against_feature : mapping or None
        As `training.judging.evaluation.paired_differences`; None where there is no such feature.
    form : str, optional
        The form that the shop wants whatever another would reach: then no other one is in its way.
    """
    gates = [
        Gate(
            name="baseline.logistic",
            passed=None,
            text=f"it is the plain logistic regression, with AUC {plain_auc:.3f}",
        )
        if is_plain
        else Gate(
            name="baseline.logistic",
            passed=figures.auc > plain_auc and not isclose(figures.auc, plain_auc, abs_tol=1e-12),
            text=f"AUC {figures.auc:.3f}, must be above the plain logistic regression's {plain_auc:.3f}",
        )
    ]
    if form is not None and not gates[0].passed:
        text = f"AUC {figures.auc:.3f}, the plain logistic regression's is {plain_auc:.3f}; the shop wants a {form}"
        gates = [Gate(name="baseline.logistic", passed=None, text=text)]
    if against_feature is None:
        text = "there is no one feature that people would rank by"
        return (*gates, Gate(name="baseline.feature", passed=None, text=text))
    alone = figures.auc - against_feature["delta_auc"]
    low, high = against_feature["delta_auc_low"], against_feature["delta_auc_high"]
    text = (
        f"AUC {figures.auc:.3f} against {alone:.3f} of {feature} alone; 95 % interval of the difference"
        f" {low:+.3f} to {high:+.3f}, must reach above 0"
    )
    return (*gates, Gate(name="baseline.feature", passed=high > 0, text=text))


def answers_in_time(milliseconds: float) -> Gate:
    """One answer within the budget; the time itself is only said where it is over, as it is never twice the same."""
    passed = milliseconds <= BUDGET_MS
    text = f"one customer is answered within the {BUDGET_MS:g} ms there are for it"
    if not passed:
        text = f"one customer is answered in {milliseconds:.1f} ms, must be within {BUDGET_MS:g} ms"
    return Gate(name="latency", passed=passed, text=text)


def is_fair(fairness: Fairness, *, must: bool, waiver: Waiver | None = None) -> Gate:
    """Groups of customers get what they wish for about as often as each other.

    Parameters
    ----------
    fairness : Fairness
    must : bool
        Whether a model that favours a group is refused; else it is only reported.
    waiver : Waiver, optional
    """
    ratios = fairness.ratios
    if fairness.favours is None:
        return Gate(name="fairness", passed=None, text="no customer is better off by either answer")
    if not ratios:
        text = "no age, gender or country is on record for groups large enough to be compared"
        return Gate(name="fairness", passed=None, text=text)
    worst = min(ratios, key=lambda attribute: ratios[attribute])
    least, *_, most = fairness.compared(worst)
    text = (
        f"{fairness.favours} by {worst}: {least.favoured:.0%} of {least.group}, {most.favoured:.0%} of"
        f" {most.group}; selection ratio {ratios[worst]:.2f}, must be at least {LEAST_RATIO:.2f}"
    )
    fair = ratios[worst] >= LEAST_RATIO
    if not must:
        text += "; reported, and binding for credit only" if not fair else ""
        return Gate(name="fairness", passed=True if fair else None, text=text)
    return _unless_waived(Gate(name="fairness", passed=fair, text=text), waiver)


def _unless_waived(gate: Gate, waiver: Waiver | None) -> Gate:
    """A gate that refuses does not apply where somebody answers for it."""
    if gate.passed or waiver is None:
        return gate
    text = f"{gate.text}; {waiver.sentence}"
    return Gate(name=gate.name, passed=None, text=text, waived=waiver.sentence)
