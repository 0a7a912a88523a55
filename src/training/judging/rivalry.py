"""How a challenger stands to the champion: whether they can be compared, and what is seen on the same rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from commerce.records.instants import to_micros
from commerce.records.money import format_money
from scoring.errors import PackageMismatch, PackageNotFound, ScoringError
from scoring.package import Package, check_outputs
from scoring.parts import is_same_decision, is_same_model
from scoring.points import is_scorecard
from scoring.published import current
from training.fitting.dataset import Dataset
from training.judging.evaluation import paired_differences
from training.judging.examination import Report, probabilities
from training.judging.profit import ProfitDifference, profit_difference
from training.judging.rollbacks import decision_stays_back, read_taken_back, stays_back
from training.judging.verdict import FIRST, Gate

FRESHER_LIMIT = -0.005
"""How much AUC a challenger trained on fresher records may lose, at worst."""


@dataclass(frozen=True, kw_only=True)
class Rivalry:
    """The champion a challenger is held against, on the same test rows."""

    champion: str
    """Its label."""
    difference: Mapping[str, float]
    """As `training.judging.evaluation.paired_differences` gives it."""
    fresher: bool
    """Whether the challenger learned from later cutoffs."""
    profit: ProfitDifference | None = None
    """What acting on the riskiest is worth by each; None where acting pays for nobody."""


@dataclass(frozen=True, kw_only=True)
class Challenge:
    """How a challenger stands to the champion; the last four as in `training.judging.verdict.Verdict`."""

    rivalry: Rivalry | None = None
    """None where there is nothing to compare with."""
    no_rival: str = FIRST
    """Why there is nothing, for the gates that then do not apply."""
    taken_back: Sequence[Gate] = ()
    """What refuses it where a person took the same back."""
    same_as: str | None = None
    decides_anew: str | None = None
    same_model: bool = False
    replaces: str = ""


def challenge_of(dataset: Dataset, package: Package, report: Report, packages: Path) -> Challenge:
    """Find how a challenger stands to the champion, usable or not, and to what people took back."""
    key = packages, dataset.tenant.slug, dataset.spec.name
    back = read_taken_back(*key)
    try:
        champion = current(*key)
        check_outputs(champion, dataset.catalogue)
    except PackageNotFound:
        return Challenge()
    except (ScoringError, OSError) as error:
        told = "can no longer be served" if isinstance(error, PackageMismatch) else "cannot be read"
        return Challenge(
            no_rival=f"the champion {told}: {error}", taken_back=stays_back(package, None, back)
        )
    found = _beside_champion(dataset, package, report, champion)
    if decision_stays_back(package, champion, back):
        found = replace(found, decides_anew=None)
    return replace(found, taken_back=stays_back(package, champion, back))


def _beside_champion(
    dataset: Dataset, package: Package, report: Report, champion: Package
) -> Challenge:
    """Find how a challenger stands to a champion that can be used."""
    if otherwise := _asks_otherwise(champion, dataset):
        sentence = f"it answers another question than champion {champion.label}: {otherwise}"
        return Challenge(
            no_rival=sentence, replaces=f"{sentence}, so it takes its place unrivalled"
        )
    anew = None if is_same_decision(champion, package) else champion.label
    if is_same_model(champion, package):
        same = "the same as" if anew is None else "the fitted model of"
        return Challenge(
            no_rival=f"it is {same} champion {champion.label}",
            same_as=champion.label if anew is None else None,
            decides_anew=anew,
            same_model=True,
        )
    unread = [name for name in champion.names if name not in dataset.test]
    if unread:
        return Challenge(
            no_rival=f"champion {champion.label} reads {', '.join(unread[:3])}, which is not in these rows"
        )
    return Challenge(rivalry=_rivalry(dataset, champion, package, report), decides_anew=anew)


def _asks_otherwise(champion: Package, dataset: Dataset) -> str:
    """Say what a champion was asked instead of the question of today; empty where it is the same."""
    label, days = dataset.spec.label, dataset.schedule.horizon_days
    told, population = champion.card.get("label"), champion.population
    if isinstance(told, Mapping) and (told["name"], told["version"]) != (label.name, label.version):
        return (
            f"label {label.name} of version {label.version} instead of {told['name']} of version"
            f" {told['version']}"
        )
    before = champion.trained_on.get("horizon_days", days)
    if before != days:
        return f"{days} days ahead instead of {before}"
    if population is not None and population.name != dataset.population.name:
        return f"about {dataset.population.description} instead of {population.description}"
    if dataset.spec.form is not None and not is_scorecard(champion):
        return "by a table of points instead of another form"
    return ""


def _rivalry(dataset: Dataset, champion: Package, package: Package, report: Report) -> Rivalry:
    """Hold a challenger against the champion on the rows the figures are about."""
    labels, new = report.labels, report.probabilities
    old = probabilities(champion, dataset.test[report.rows])
    return Rivalry(
        champion=champion.label,
        difference=paired_differences(labels, new, old),
        fresher=_knows(champion) < _knows(package),
        profit=None
        if report.payoff is None
        else profit_difference(labels, new, old, report.payoff),
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


def _knows(package: Package) -> tuple[int, int]:
    """Tell how much a package knew: its last cutoff, and the last backfill of what lies before."""
    return last_cutoff(package), int(package.trained_on.get("backfills", 0))


def last_cutoff(package: Package) -> int:
    """Give the last cutoff a package was trained at, in epoch microseconds."""
    return max(
        to_micros(datetime.fromisoformat(cutoff)) for cutoff in package.trained_on["train_cutoffs"]
    )
