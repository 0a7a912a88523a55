"""What a training came to, in sentences and tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from math import sqrt
from typing import Any

import pandas as pd

from scoring.published import current_version
from training.fitting.choosing import Chosen
from training.judging.examination import Report
from training.judging.verdict import Verdict
from training.publishing.training_result import TrainingResult
from workbench.notebook import Bench


def headline(result: TrainingResult) -> str:
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


def decision(result: TrainingResult) -> str:
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


def figures(bench: Bench, result: TrainingResult) -> dict[str, Any]:
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


def candidates_table(fitted: Chosen) -> pd.DataFrame:
    """Show what cross-validation says of each candidate, best first.

    Parameters
    ----------
    fitted : Chosen

    Returns
    -------
    DataFrame
        A row per candidate: AUC and log loss over all folds, AUC in the worst of them, to four digits; those not tried
        come last.
    """
    tried = [
        {
            "name": each.name,
            "auc": each.auc,
            "worst fold": min((auc for auc in each.fold_aucs if auc is not None), default=None),
            "log_loss": each.log_loss,
            "chosen": each.chosen,
            "note": each.note,
        }
        for each in fitted.candidates
    ]
    left_out = [
        {"name": name, "chosen": False, "note": note} for name, note in fitted.not_tried.items()
    ]
    table = pd.DataFrame([*tried, *left_out])
    return table.set_index("name").round({"auc": 4, "worst fold": 4, "log_loss": 4})


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
    found, rows = report.permuted_auc, report.figures.rows
    ones = rows * report.figures.base_rate
    chance = (rows + 1) / (12 * ones * (rows - ones))
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
