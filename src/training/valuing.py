"""Lifetime value, a step a line: the customers, both forecasts, how good they are, which is kept, the package.

What was judged is what is published: fitted two horizons ago, set right by the horizon after, judged on the last one.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from commerce.records.instants import DAY, from_micros
from scoring.lifetime_value import ValuePackage
from training.fitting.value_data import ValueData, load_value_data
from training.fitting.value_fit import FittedValues, fit_values
from training.judging.values import MEANS, MODEL, ValueReport, examine_values, value_gates
from training.judging.verdict import Verdict
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
    def package(self) -> ValuePackage:
        """What is published."""
        return self.fitted.model if self.kept == MODEL else self.fitted.means

    @property
    def sentence(self) -> str:
        """What is kept, and why."""
        model, means = (self.report.figures[name] for name in (MODEL, MEANS))
        refused = "; ".join(self.verdict.refusals)
        if self.verdict.promoted:
            return f"BG/NBD and Gamma-Gamma are kept: {model.told}, {self.verdict.summary}"
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
    """Register what is kept, and publish it.

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
    package = replace(
        judged.package,
        validation=judged.report.figures[judged.kept].as_dict(),
        card=_card(data, judged),
        trained_on={
            "as_of": from_micros(data.as_of).isoformat(),
            "snapshot": data.snapshot.hash,
            "backfills": data.snapshot.backfills,
            "train_cutoff": from_micros(data.as_of - 2 * data.horizon_days * DAY).isoformat(),
            "test_cutoff": from_micros(data.as_of - data.horizon_days * DAY).isoformat(),
            "customers": len(data.train.frame),
        },
    )
    return conclude_plain(
        package,
        sentence=judged.sentence,
        parameters={"kept": judged.kept, "horizon_days": data.horizon_days},
        at=now or from_micros(data.as_of),
        snapshot=data.snapshot.hash,
        tracker=tracker,
        packages=packages,
        source=source,
    )


def _card(data: ValueData, judged: JudgedValues) -> dict[str, Any]:
    report = judged.report
    return {
        "predicts": f"what a customer pays within {data.horizon_days} days, less what goes back",
        "kept": judged.kept,
        "why": judged.sentence,
        "out_of_time": {name: found.as_dict() for name, found in report.figures.items()},
        "spearman_of": {name: round(found, 6) for name, found in report.baselines.items()},
        "gates": judged.verdict.as_list(),
        "customers": report.customers,
        "range": f"{judged.package.spread.share:.0%} of customers of whom as much was expected paid within it",
    }
