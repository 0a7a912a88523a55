"""Lifetime value, a step a line: the customers, both forecasts, how good they are, which is kept, the package.

A forecast is judged as of one horizon ago, when nobody knew what came, and held against it. What is published is made
the same way as of now, for the customers and the level of a horizon ago are not those of today.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from commerce.records.instants import from_micros
from scoring.lifetime_value import ValuePackage
from training.fitting.value_data import ValueData, load_value_data
from training.fitting.value_fit import SHARE, FittedValues, fit_values
from training.judging.values import MEANS, MODEL, ValueReport, examine_values, value_gates
from training.judging.verdict import Verdict
from training.publishing.desk import title_of
from training.publishing.plain import conclude_plain
from training.publishing.tracking import UNKNOWN, Source, Tracker, open_tracker

__all__ = ["conclude", "examine", "fit_values", "load_value_data", "open_tracker"]


@dataclass(frozen=True, kw_only=True, eq=False)
class JudgedValues:
    """Forecasts that were measured, and which is kept.

    Parameters
    ----------
    fitted : FittedValues
    report : ValueReport
    verdict : Verdict
        Of the model's gates.
    """

    fitted: FittedValues
    report: ValueReport
    verdict: Verdict

    @property
    def kept(self) -> str:
        """The model, or "means" where a gate refuses it, unless they are further off in all and order worse."""
        model, means = (self.report.figures[name] for name in (MODEL, MEANS))
        worse = means.off > model.off and means.spearman < model.spearman
        return MODEL if self.verdict.promoted or worse else MEANS

    @property
    def sentence(self) -> str:
        """What is kept, and why."""
        model, means = (self.report.figures[name] for name in (MODEL, MEANS))
        refused = "; ".join(self.verdict.refusals)
        if self.verdict.promoted:
            return f"BG/NBD and Gamma-Gamma are kept: {model.told}, {self.verdict.summary}; {self.fitted.level.text}"
        if self.kept == MODEL:
            return f"BG/NBD and Gamma-Gamma are kept, though {refused}: plain means are further off, {means.told}"
        return f"a plain mean of each customer takes the model's place: {means.told}; of the model {refused}"


def examine(data: ValueData, fitted: FittedValues) -> JudgedValues:
    """Measure both forecasts out of time, and decide which is kept.

    Parameters
    ----------
    data : ValueData
    fitted : FittedValues

    Returns
    -------
    JudgedValues
    """
    report = examine_values(fitted.model, fitted.means, data.test)
    return JudgedValues(fitted=fitted, report=report, verdict=Verdict(gates=value_gates(report)))


def conclude(
    data: ValueData,
    judged: JudgedValues,
    *,
    tracker: Tracker,
    packages: Path,
    source: Source = UNKNOWN,
    now: datetime | None = None,
) -> ValuePackage:
    """Make what is kept as of now, register it and publish it.

    Parameters
    ----------
    data : ValueData
    judged : JudgedValues
    tracker : Tracker
    packages : Path
        Where packages are published.
    source : Source
        What trained, for the run's page.
    now : datetime, optional
        When it becomes champion; the cutoff of the records by default.

    Returns
    -------
    ValuePackage
        As it answers from now on.
    """
    fitted = fit_values(data, data.as_of)
    package = replace(
        fitted.model if judged.kept == MODEL else fitted.means,
        validation=judged.report.figures[judged.kept].as_dict(),
        card=_card(data, judged, fitted),
        trained_on={
            "as_of": from_micros(data.as_of).isoformat(),
            "snapshot": data.snapshot.hash,
            "backfills": data.snapshot.backfills,
            "test_cutoff": from_micros(data.test_cutoff).isoformat(),
            "customers": len(data.test.frame),
        },
    )
    return conclude_plain(
        package,
        sentence=judged.sentence,
        title=title_of(data.name, data.as_of, data.tenant.zone),
        parameters={"kept": judged.kept, "horizon_days": data.horizon_days},
        at=now or from_micros(data.as_of),
        tracker=tracker,
        packages=packages,
        source=source,
    )


def _card(data: ValueData, judged: JudgedValues, fitted: FittedValues) -> dict[str, Any]:
    report = judged.report
    found = {
        "predicts": f"what a customer pays within {data.horizon_days} days, less what goes back",
        "kept": judged.kept,
        "why": judged.sentence,
        "out_of_time": {name: each.as_dict() for name, each in report.figures.items()},
        "spearman_of": {name: round(each, 6) for name, each in report.baselines.items()},
        "gates": judged.verdict.as_list(),
        "customers": report.customers,
        "range": f"{SHARE:.0%} of customers of whom as much was expected paid within it",
    }
    return found | ({"level": fitted.level.text} if judged.kept == MODEL else {})
