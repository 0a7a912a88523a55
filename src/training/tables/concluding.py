"""From a measured model of a table to a registered challenger and, if no gate refuses, a published champion."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd

from scoring.package import Package
from scoring.parts import fingerprint
from training.judging.parity_certificate import Certificate
from training.judging.plots import (
    calibration_figure,
    contributions_figure,
    distribution_figure,
    gain_figure,
    roc_figure,
)
from training.judging.verdict import Verdict
from training.publishing.card import VALID_DAYS, out_of_time
from training.publishing.card_text import card_text
from training.publishing.desk import Desk, Entry
from training.publishing.logged import keep_candidates, keep_examination, tags_of
from training.publishing.tracking import CHALLENGER, UNKNOWN, Source, TrackedRun, Tracker
from training.publishing.training_result import TrainingResult
from training.tables.dataset import TableDataset
from training.tables.gates import label_of
from training.tables.validating import Validation

STRONGEST = 10

_DRAWN = 2_000
"""Rows whose contributions a figure is drawn of."""


def conclude_table(
    dataset: TableDataset,
    validation: Validation,
    certificate: Certificate,
    verdict: Verdict,
    *,
    tracker: Tracker,
    packages: Path,
    now: datetime,
    source: Source = UNKNOWN,
) -> TrainingResult:
    """Register the challenger with everything known of it; if no gate refuses, publish it as champion.

    A challenger that is the champion over again is not registered: the result is the champion.

    Parameters
    ----------
    dataset, validation, certificate, verdict
        What the steps before gave.
    tracker : Tracker
        Where the run is kept and the version registered.
    packages : Path
        Where packages are published.
    now : datetime
        When it is trained, aware.
    source : Source
        What trained, for the run's page.

    Returns
    -------
    TrainingResult
    """
    package = validation.made.package
    desk = Desk(
        tracker=tracker, packages=packages, name=package.name, at=now.isoformat(), source=source
    )
    moved = desk.settle()
    champion = desk.champion()
    if verdict.same_as is not None and verdict.promoted and champion is not None:
        run_id = tracker.run_of(package.name, champion.version)
        if run_id is not None:
            found = desk.folder(champion.version)
            return _result(dataset, validation, verdict, champion, run_id, place=found, moved=moved)
    measured = replace(
        package,
        validation=validation.figures.as_dict()
        | {"average_precision": validation.average_precision},
        card=table_card(dataset, validation, certificate, verdict, now=now),
    )
    made, run_id = _registered(dataset, validation, measured, certificate, verdict, desk)
    tracker.give_alias(package.name, CHALLENGER, made.version)
    place = desk.promote(made, why=verdict.reason) if verdict.promoted else None
    return _result(dataset, validation, verdict, made, run_id, place=place, moved=moved)


def table_card(
    dataset: TableDataset,
    validation: Validation,
    certificate: Certificate,
    verdict: Verdict,
    *,
    now: datetime,
) -> dict[str, Any]:
    """Write the card of a model of a table, in JSON's own types."""
    chosen, package, figures = validation.made.chosen, validation.made.package, validation.figures
    power = {column.name: column.power for column in dataset.columns if column.is_used}
    strongest = sorted(power, key=lambda name: (-power[name], name))[:STRONGEST]
    how = (
        f"out of fold on {{rows}} rows, in {len(validation.folds)} folds"
        if dataset.is_test is None
        else f"out of time on {{rows}} rows, those since {dataset.since}"
    )
    return {
        "model": package.name,
        "predicts": f"the probability that {dataset.outcome}"
        if dataset.spec is None
        else dataset.spec.predicts,
        "label": label_of(dataset),
        "learned_from": dict(package.trained_on),
        "trained": now.isoformat(),
        "tested": how,
        "columns": [column.text for column in dataset.columns],
        "features": len(package.outputs),
        "form": "sums of small boosted trees, shape functions and linear models, with exact contributions",
        "candidates": [asdict(candidate) for candidate in chosen.candidates],
        "not_tried": dict(chosen.not_tried),
        "out_of_time": out_of_time(figures),
        "average_precision": validation.average_precision,
        "folds": [vars(fold) for fold in validation.folds],
        "cross_validated_auc": chosen.chosen.auc,
        "notes": [*dataset.notes, *validation.notes],
        "calibration": asdict(package.calibration),
        "baseline": {"auc": validation.plain_auc},
        "strongest_features": {name: power[name] for name in strongest},
        "decision": asdict(package.decision),
        "gates": verdict.as_list(),
        "certificate": certificate.as_dict(),
        "limits": [
            "It knows the columns of its table, nothing else.",
            "A row that is unlike those it learned from gets an answer all the same.",
            f"What is known only after {dataset.fields.target} must not be among the columns: whether that is so"
            " nobody can read off the table.",
        ],
        "expires": (now + timedelta(days=VALID_DAYS)).date().isoformat(),
    }


def _registered(
    dataset: TableDataset,
    validation: Validation,
    package: Package,
    certificate: Certificate,
    verdict: Verdict,
    desk: Desk,
) -> tuple[Package, str]:
    """Register a training with everything known of it; give the version and its run."""
    chosen = validation.made.chosen
    frame = pd.DataFrame(dataset.values, columns=list(dataset.features))

    def log(run: TrackedRun) -> None:
        run.parameters(
            {
                "file": dataset.source,
                "target": dataset.outcome,
                "candidate": chosen.chosen.name,
                "features": len(dataset.features),
                "rows": len(dataset.labels),
                "folds": len(validation.folds),
                "threshold": package.decision.threshold,
            }
        )
        run.metrics(_metrics(validation))
        run.dataset(
            frame.assign(label=dataset.labels),
            digest=dataset.digest,
            source=Path(dataset.source),
            context="training",
        )
        keep_candidates(run, chosen.candidates)

    def show(run: TrackedRun, made: Package) -> None:
        keep_examination(run, certificate, verdict, _figures(dataset, validation, made))

    entry = Entry(
        mark=fingerprint(package),
        title=f"{package.name} of {dataset.source}",
        snapshot=dataset.digest,
        text=card_text,
        log=log,
        show=show,
        model=lambda run, tags: run.model(chosen.estimator, frame.head(5), tags),
        promoted=verdict.promoted,
        tags=tags_of(verdict, validation.figures),
    )
    return desk.register(package, entry)


def _metrics(validation: Validation) -> dict[str, float]:
    """The figures of a training, by the name MLflow compares them by."""
    figures = {
        name: float(value)
        for name, value in asdict(validation.figures).items()
        if name not in ("calibration", "rows")
    }
    return figures | {
        "average_precision": validation.average_precision,
        "baseline_auc": validation.plain_auc,
        "cv_auc": validation.made.chosen.chosen.auc,
        "cv_log_loss": validation.made.chosen.chosen.log_loss,
    }


def _figures(dataset: TableDataset, validation: Validation, package: Package) -> dict[str, Any]:
    """Draw the figures of a model, by artifact path."""
    labels, told = validation.labels, validation.probabilities
    drawn = dataset.values[:: max(1, len(dataset.values) // _DRAWN)]
    return {
        "figures/calibration.png": calibration_figure(validation.figures),
        "figures/roc.png": roc_figure(labels, {"model": told, "plain logistic": validation.plain}),
        "figures/gain.png": gain_figure(labels, told),
        "figures/distribution.png": distribution_figure(
            labels, told, threshold=package.decision.threshold
        ),
        "figures/contributions.png": contributions_figure(package, drawn),
    }


def _result(
    dataset: TableDataset,
    validation: Validation,
    verdict: Verdict,
    package: Package,
    run_id: str,
    *,
    place: Path | None,
    moved: tuple[str, ...],
) -> TrainingResult:
    replaces = (f"{verdict.replaces}.",) if verdict.replaces else ()
    return TrainingResult(
        model=dataset.name,
        name=package.name,
        version=package.version,
        label=package.label,
        promoted=place is not None,
        gates=verdict.summary,
        refusals=verdict.refusals,
        auc=validation.figures.auc,
        brier=validation.figures.brier,
        base_rate=validation.figures.base_rate,
        baseline_auc=validation.plain_auc,
        candidate=validation.made.chosen.chosen.name,
        n_train=validation.made.chosen.rows,
        n_test=validation.figures.rows,
        run_id=run_id,
        package=None if place is None else str(place),
        notes=(*dataset.notes, *validation.notes, *replaces, *moved),
        why=verdict.reason,
    )
