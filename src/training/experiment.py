"""The steps of training, in the order notebook 20 takes them, one call each; `train` takes them all.

dataset = load_dataset(...)
challenger = make_challenger(dataset, fit_candidates(dataset))
fitted, package, report = challenger.fitted, challenger.package, challenger.report
certificate = certify_parity(engine, dataset, package)
verdict = decide_promotion(dataset, package, report, certificate, packages=...)
result = conclude(dataset, fitted, package, report, certificate, verdict, tracker=..., packages=...)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine

from commerce.records.database import writing
from commerce.records.instants import from_micros, to_micros
from commerce.records.tenants import Tenant, last_recorded, observe
from features.catalogue import CATALOGUE
from features.declaring.declaration import Catalogue
from features.errors import NoEvents
from features.snapshots.snapshot import Snapshot, take_snapshot
from scoring.populations import EVERYONE
from training.fitting.candidates import Fitted, fit_candidates
from training.fitting.dataset import Dataset, load_dataset, why_not_trainable
from training.fitting.schedule import fixed_schedule
from training.judging.examination import Report, examine
from training.judging.gates import decide_promotion
from training.judging.parity_certificate import Certificate, certify_parity
from training.judging.verdict import Verdict
from training.publishing.challenger import Challenger, make_challenger
from training.publishing.export import export_package
from training.publishing.promotion import conclude
from training.publishing.tracking import Tracker, open_tracker
from training.publishing.training_result import TrainingResult
from training.specs import ModelSpec

__all__ = [
    "Certificate",
    "Challenger",
    "Dataset",
    "Fitted",
    "Report",
    "TrainingResult",
    "Verdict",
    "certify_parity",
    "conclude",
    "decide_promotion",
    "evaluate_protocol",
    "examine",
    "export_package",
    "fit_candidates",
    "load_dataset",
    "make_challenger",
    "open_tracker",
    "train",
    "why_not_trainable",
]


def train(
    engine: Engine,
    tenant: Tenant,
    spec: ModelSpec,
    snapshot: Snapshot,
    *,
    as_of: int,
    tracker: Tracker,
    packages: Path,
    features: Path | None = None,
    catalogue: Catalogue = CATALOGUE,
    jobs: int = 1,
    seed: int = 0,
) -> TrainingResult:
    """Train, judge and, if no gate refuses, publish one model of one tenant.

    Parameters
    ----------
    engine : Engine
        The record store, which the certificate of parity reads customers from.
    tenant : Tenant
        Whose records.
    spec : ModelSpec
        What is predicted, from what, how far ahead.
    snapshot : Snapshot
        The copy of the tenant's stream.
    as_of : int
        Epoch microseconds; nothing recorded from then on is known.
    tracker : Tracker
        Where the run is recorded; see `open_tracker`.
    packages : Path
        Where packages of all tenants lie; a champion is published there.
    features : Path, optional
        Folder of features already built.
    catalogue : Catalogue, optional
        The features to choose from; the shop's own by default.
    jobs : int, default 1
        Candidates fitted side by side, >= 1.
    seed : int, default 0
        Of folds, trees and shuffles; the same seed gives the same package.

    Returns
    -------
    TrainingResult
        The challenger's figures, what the gates said, and whether it is champion.

    Raises
    ------
    NotTrainable
        If the records are too few or too short.
    """
    dataset = load_dataset(
        tenant, spec, snapshot, as_of=as_of, features=features, catalogue=catalogue
    )
    challenger = make_challenger(dataset, fit_candidates(dataset, jobs=jobs, seed=seed), seed=seed)
    fitted, package, report = challenger.fitted, challenger.package, challenger.report
    certificate = certify_parity(engine, dataset, package)
    verdict = decide_promotion(dataset, package, report, certificate, packages=packages)
    return conclude(
        dataset, fitted, package, report, certificate, verdict, tracker=tracker, packages=packages
    )


def evaluate_protocol(
    engine: Engine,
    tenant: Tenant,
    spec: ModelSpec,
    *,
    train_cutoffs: Sequence[int],
    test_cutoff: int,
    horizon_days: int,
    snapshots: Path,
    everyone: bool = False,
    catalogue: Catalogue = CATALOGUE,
    jobs: int = 1,
    seed: int = 0,
) -> dict[str, Any]:
    """Train on given cutoffs and measure the exported package at another; only the snapshot is kept.

    Parameters
    ----------
    engine : Engine
        The record store.
    tenant : Tenant
        Whose records.
    spec : ModelSpec
        What is predicted; its horizon gives way to `horizon_days`.
    train_cutoffs : sequence of int
        Epoch microseconds.
    test_cutoff : int
        Epoch microseconds.
    horizon_days : int
        Days, >= 1.
    snapshots : Path
        Where snapshots lie; one is taken first.
    everyone : bool, default False
        Whether to measure on all customers of the label, rather than on those whom the model is about.
    catalogue : Catalogue, optional
        The features to choose from; the shop's own by default.
    jobs : int, default 1
        Candidates fitted side by side, >= 1.
    seed : int, default 0
        Of folds, trees and shuffles; the same seed gives the same package.

    Returns
    -------
    dict of str to Any
        Of the package: auc, auc_low, auc_high, brier, ece; of a plain logistic regression: baseline_auc,
        baseline_brier; n_train, n_test, base_rate (of the test rows), candidate (the name of the chosen one) and
        features (how many it reads), population (on whom it was measured).

    Raises
    ------
    InvalidProtocol
        "train cutoffs must end ... days before the test cutoff; got ...", or "test cutoff must lie ...
        days before the end of the records; got ...".
    NoEvents
        "tenant ... must have events; got none. Import or simulate its records first.".
    """
    with writing(engine) as connection:
        ends = _end_of_records(connection, tenant)
        schedule = fixed_schedule(
            tuple(train_cutoffs), test_cutoff, horizon_days, ends=ends, zone=tenant.zone
        )
        # What arrives from now on is recorded behind everything the labels look at.
        observe(connection, tenant, from_micros(ends))
    dataset = load_dataset(
        tenant,
        replace(
            spec,
            horizon_days=horizon_days,
            population=EVERYONE if everyone else spec.population,
        ),
        take_snapshot(engine, tenant, snapshots),
        as_of=ends,
        schedule=schedule,
        catalogue=catalogue,
    )
    challenger = make_challenger(
        dataset, fit_candidates(dataset, jobs=jobs, seed=seed), may_set_aside=False, seed=seed
    )
    fitted, report = challenger.fitted, challenger.report
    figures = report.figures
    return {
        "auc": figures.auc,
        "brier": figures.brier,
        "n_train": len(dataset.train),
        "n_test": figures.rows,
        "base_rate": figures.base_rate,
        "auc_low": figures.auc_low,
        "auc_high": figures.auc_high,
        "ece": figures.ece,
        "baseline_auc": report.baseline["auc"],
        "baseline_brier": report.baseline["brier"],
        "candidate": fitted.chosen.name,
        "features": len(fitted.features),
        "population": dataset.population.description,
    }


def _end_of_records(connection: Connection, tenant: Tenant) -> int:
    """The first instant behind everything recorded: the clock of a tenant whose time its records tell.

    A tenant on wall time may be asked about later instants, but what will still be recorded of the time
    since its last event is not known.
    """
    last = last_recorded(connection, tenant)
    if last is None:
        raise NoEvents(
            f"tenant {tenant.slug} must have events; got none. Import or simulate its records first."
        )
    return to_micros(last) + 1
