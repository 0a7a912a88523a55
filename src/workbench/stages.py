"""What the numbered notebooks lay out and show, so that their cells stay one line each."""

from __future__ import annotations

# longer than modules are here: what the cells of notebooks 10 and 20 call, by one name; half of it is docstrings, which
# people read in JupyterLab
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from math import sqrt
from typing import Any

import pandas as pd

from commerce.records.database import writing
from commerce.records.instants import from_micros
from commerce.records.tenants import observe
from features.snapshots.snapshot import Snapshot, take_snapshot
from scoring.published import current_version
from training.fitting.candidates import Fitted
from training.fitting.dataset import why_not_trainable
from training.fitting.schedule import Schedule, cutoffs_for
from training.judging.examination import Report
from training.judging.verdict import Verdict
from training.publishing.promotion import TrainingResult
from workbench.notebook import Bench


@dataclass(frozen=True, kw_only=True)
class Layout:
    """When each model looks at the records, and which models cannot.

    Parameters
    ----------
    bench : Bench
    schedules : mapping of str to Schedule
        By model.
    skipped : mapping of str to str
        Models that these records cannot train, and why.
    """

    bench: Bench
    schedules: Mapping[str, Schedule]
    skipped: Mapping[str, str]

    @property
    def cutoffs(self) -> tuple[int, ...]:
        """Every instant at which features are needed, ascending; the last is now."""
        found = {cutoff for schedule in self.schedules.values() for cutoff in schedule.cutoffs}
        return tuple(sorted({*found, self.bench.cutoff}))

    @property
    def table(self) -> pd.DataFrame:
        """One row per model: how far it looks, when it is trained and tested, or why it is left out."""
        zone = self.bench.tenant.zone
        rows = [
            {
                "model": model,
                "horizon": f"{schedule.horizon_days} days",
                "trained at": ", ".join(
                    f"{from_micros(cutoff).astimezone(zone):%Y-%m-%d}" for cutoff in schedule.train
                ),
                "tested at": f"{from_micros(schedule.test).astimezone(zone):%Y-%m-%d}",
                "left out": "",
            }
            for model, schedule in self.schedules.items()
        ]
        left_out = [{"model": model, "left out": why} for model, why in self.skipped.items()]
        return pd.DataFrame([*rows, *left_out]).fillna("").set_index("model")

    def decision(self, headline: str) -> str:
        """Say what was built, and of each model that is left out, why.

        Parameters
        ----------
        headline : str
            What was built, without a full stop.

        Returns
        -------
        str
            Such as "2,000 customers x 19 cutoffs, ... met. credit is left out: ...", one line.
        """
        return " ".join(
            [
                f"{headline}.",
                *(f"{model} is left out: {why}" for model, why in self.skipped.items()),
            ]
        )

    @property
    def outputs(self) -> dict[str, Any]:
        """What the runner goes by: cutoffs of each model, or why it is skipped."""
        laid_out = {
            model: {"train": list(schedule.train), "test": schedule.test}
            for model, schedule in self.schedules.items()
        }
        return laid_out | {model: {"skipped": why} for model, why in self.skipped.items()}


def copy_stream(bench: Bench) -> Snapshot:
    """Copy the stream as it stands; what is computed from the copy stays true.

    That something is computed as of `bench.as_of` goes on record first: whatever arrives from then on is
    recorded behind it, so the copy holds every row that will ever count before that instant.

    Parameters
    ----------
    bench : Bench
        Whose records, as of when.

    Returns
    -------
    Snapshot
        The copy; the same one where nothing was recorded since.

    Raises
    ------
    NoEvents
        "tenant ... must have events; got none. ..."
    """
    with writing(bench.engine) as connection:
        observe(connection, bench.tenant, bench.as_of)
    return take_snapshot(bench.engine, bench.tenant, bench.settings.snapshots)


def lay_out(bench: Bench, snapshot: Snapshot, models: Sequence[str]) -> Layout:
    """Settle when each model looks at the records.

    Parameters
    ----------
    bench : Bench
        Whose records, as of when.
    snapshot : Snapshot
        The copy of its stream.
    models : sequence of str
        Names of specs: "churn", "credit".

    Returns
    -------
    Layout
        Cutoffs of each model that can be trained; of the others, why not.

    Raises
    ------
    UnknownModel
        "model must be known; got ... Did you mean ...?"
    """
    specs = [bench.spec(model) for model in models]
    reasons = {
        spec.name: why_not_trainable(bench.tenant, spec, snapshot, as_of=bench.cutoff)
        for spec in specs
    }
    schedules = {
        spec.name: cutoffs_for(
            spec,
            first_occurred=snapshot.first_occurred,
            as_of=bench.cutoff,
            zone=bench.tenant.zone,
        )
        for spec in specs
        if reasons[spec.name] is None
    }
    skipped = {model: why for model, why in reasons.items() if why is not None}
    return Layout(bench=bench, schedules=schedules, skipped=skipped)


def training_headline(result: TrainingResult) -> str:
    """Say what a training came to, in one line.

    Parameters
    ----------
    result : TrainingResult

    Returns
    -------
    str
        "challenger demo.churn/1: AUC 0.830, gates 4/4 -> champion"; where the challenger took another one's
        place, with what was seen on the same rows.
    """
    arrow = ""
    if result.promoted:
        because = f": {result.why}" if result.why and "same as" not in result.gates else ""
        arrow = f" -> champion{because}"
    elif result.renews is not None:
        arrow = f" -> {renewal(result)}"
    return f"challenger {result.label}: AUC {result.auc:.3f}, {result.gates}{arrow}"


def renewal(result: TrainingResult) -> str:
    """Say over which champion today's decision was renewed, and as which version.

    Parameters
    ----------
    result : TrainingResult

    Returns
    -------
    str
        Empty where none was.
    """
    if result.renews is None:
        return ""
    return f"decision renewed over {result.renews} as {result.renewed}"


def training_decision(result: TrainingResult) -> str:
    """Say what was decided about a challenger.

    Parameters
    ----------
    result : TrainingResult

    Returns
    -------
    str
        Who is champion, or which gates refused; and what was done to the model before.
    """
    notes = "".join(f" {note}" for note in result.notes)
    if result.renews is not None:
        told = renewal(result)
        notes = f" {told[:1].upper()}{told[1:]}.{notes}"
    if result.promoted:
        why = f" {result.why[:1].upper()}{result.why[1:]}." if result.why else ""
        return f"{result.label} is champion: {result.gates}.{why}{notes}"
    return f"{result.label} was refused: {'; '.join(result.refusals)}.{notes}"


def training_figures(bench: Bench, result: TrainingResult) -> dict[str, Any]:
    """Give the figures for the table at the end of a run.

    Parameters
    ----------
    bench : Bench
    result : TrainingResult

    Returns
    -------
    dict of str to Any
        By name: version, whose the others are; auc, logistic_auc, brier, base_rate; champion, a label or None.
    """
    version = current_version(bench.settings.packages, bench.tenant.slug, result.model)
    return {
        "version": result.label,
        "auc": result.auc,
        "logistic_auc": result.baseline_auc,
        "brier": result.brier,
        "base_rate": result.base_rate,
        "champion": None if version is None else f"{result.name}/{version}",
    }


def candidates_table(fitted: Fitted) -> pd.DataFrame:
    """Show what cross-validation says of each candidate, best first.

    Parameters
    ----------
    fitted : Fitted

    Returns
    -------
    DataFrame
        A row per candidate: AUC and log loss over the folds, to four digits; those not tried come last.
    """
    tried = [asdict(candidate) for candidate in fitted.candidates]
    left_out = [
        {"name": name, "chosen": False, "note": note} for name, note in fitted.not_tried.items()
    ]
    table = pd.DataFrame([*tried, *left_out])
    return table.set_index("name").round({"auc": 4, "log_loss": 4})


def report_table(report: Report) -> pd.DataFrame:
    """Show the exported package's figures out of time, beside what they are held against.

    Parameters
    ----------
    report : Report

    Returns
    -------
    DataFrame
        A row per figure: the package's, and the plain logistic regression's.
    """
    found, plain = report.figures, report.baseline
    error = f"{found.ece_by_chance:.4f} by chance alone"
    rows = [
        (
            "AUC, out of time",
            f"{found.auc:.4f} ({found.auc_low:.4f} to {found.auc_high:.4f})",
            f"{plain['auc']:.4f}",
        ),
        ("AUC, cross-validated by customer", f"{report.cross_validated:.4f}", ""),
        ("Brier", f"{found.brier:.4f}", f"{plain['brier']:.4f}"),
        ("calibration error", f"{found.ece:.4f}", error),
        (
            "calibration slope",
            f"{found.slope:.3f} ({found.slope_low:.3f} to {found.slope_high:.3f})",
            "1 is perfect",
        ),
        ("AUC, labels shuffled in training", f"{report.permuted_auc:.4f}", "about .5"),
        ("rows", f"{found.rows:,}", ""),
        ("base rate", f"{found.base_rate:.4f}", ""),
    ]
    return pd.DataFrame(rows, columns=["figure", "package", "plain logistic"]).set_index("figure")


def standings_table(report: Report) -> pd.DataFrame:
    """Show how the package ranks beside what it is held against, overall and among those asked about.

    Parameters
    ----------
    report : Report

    Returns
    -------
    DataFrame
        A row per population: its size, and AUC of the package, of a plain logistic regression and of the one feature
        people would rank by.
    """
    return standings_frame(
        [asdict(standing) for standing in report.standings], report.baselines.feature
    )


def standings_frame(standings: Sequence[Mapping[str, Any]], feature: str | None) -> pd.DataFrame:
    """Lay out standings as a card keeps them.

    Parameters
    ----------
    standings : sequence of mapping
        Each as `training.judging.examination.Standing`.
    feature : str or None
        The one feature people would rank by.

    Returns
    -------
    DataFrame
        A row per population.
    """
    alone = "feature alone" if feature is None else f"{feature} alone"
    rows = [
        {
            "population": each["population"],
            "rows": f"{each['rows']:,}",
            "base rate": f"{each['base_rate']:.1%}",
            "model": f"{each['auc']:.3f}",
            "plain logistic": f"{each['plain_auc']:.3f}",
            alone: "" if each["feature_auc"] is None else f"{each['feature_auc']:.3f}",
        }
        for each in standings
    ]
    columns = ["population", "rows", "base rate", "model", "plain logistic", alone]
    return pd.DataFrame(rows, columns=columns).set_index("population")


def permuted_note(report: Report) -> str:
    """Say what the run on shuffled labels means.

    Parameters
    ----------
    report : Report

    Returns
    -------
    str
        Two sentences.
    """
    found, figures = report.permuted_auc, report.figures
    ones = figures.rows * figures.base_rate
    chance = (figures.rows + 1) / (12 * ones * (figures.rows - ones))
    room = max(0.05, 3 * sqrt(chance))
    says = f"A model that learned from shuffled labels ranks with AUC {found:.3f}; "
    if abs(found - 0.5) <= room:
        return says + (
            "about .5 is right: without true outcomes to learn from there is nothing to rank by, so what the model"
            " knows it has learned."
        )
    return says + (
        f"that is further from .5 than chance allows ({0.5 - room:.2f} to {0.5 + room:.2f}). Rows of the test cutoff"
        " may be among the training rows, or a feature may follow from how customers were picked: look at the single"
        " features before anything is believed."
    )


def gates_table(verdict: Verdict) -> pd.DataFrame:
    """Show what every gate says of a challenger.

    Parameters
    ----------
    verdict : Verdict

    Returns
    -------
    DataFrame
        A row per gate: its verdict, and why.
    """
    return pd.DataFrame(verdict.as_list())[["name", "verdict", "text"]].set_index("name")
