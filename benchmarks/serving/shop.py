"""A simulated shop with one boosted model of churn, as a decision package and as the scikit-learn model it was."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, select

from commerce.records import schema
from commerce.records.database import connect, reading
from commerce.records.instants import to_micros
from commerce.records.tenants import clock, find_tenant
from features.evaluating.online import online_features
from features.snapshots.snapshot import take_snapshot
from scoring.package import Package
from scoring.published import publish
from simulation import SimulationOptions, simulate
from training.experiment import fit_candidates
from training.fitting.dataset import load_dataset
from training.fitting.estimators.boosted import boosted_trees
from training.publishing.export import export_package
from training.specs import find_spec
from workbench.records import BRANCHES

SLUG, MODEL = "demo", "churn"
NOW = datetime(2026, 1, 1, tzinfo=UTC)
ASKED = 500
"""Customers that are asked about."""


@dataclass(frozen=True)
class Shop:
    """Where it all lies, and what is asked.

    Attributes
    ----------
    home : Path
        A home of Bellwether, with packages and records.
    natural : Path
        A folder with the scikit-learn model: ``model.joblib``, and ``mlflow`` for MLflow.
    columns : tuple of str
        What that model reads: the features, and forecasts that nobody sends.
    by_customer, by_values : list of dict
        Bodies of questions.
    """

    home: Path
    package: Package
    natural: Path
    columns: tuple[str, ...]
    by_customer: list[dict[str, Any]]
    by_values: list[dict[str, Any]]


def open_shop(folder: Path, customers: int) -> Shop:
    """Simulate a shop, train on it, and ask about its customers."""
    import joblib
    import mlflow

    home, natural = folder / "home", folder / "natural"
    engine = open_records(f"sqlite:///{home / 'data' / 'records.db'}", customers, folder)
    with reading(engine) as connection:
        tenant = find_tenant(connection, SLUG)
        as_of = to_micros(clock(connection, tenant, now=NOW))
    snapshot = take_snapshot(engine, tenant, folder / "snapshots")
    spec = replace(find_spec(MODEL), candidates={"boosted": boosted_trees(0)})
    dataset = load_dataset(tenant, spec, snapshot, as_of=as_of)
    fitted = fit_candidates(dataset)
    package = replace(export_package(dataset, fitted), version="1")
    publish(package, home / "data" / "packages")
    (model,) = fitted.estimator.members
    natural.mkdir()
    joblib.dump((list(fitted.features), model), natural / "model.joblib")
    mlflow.sklearn.save_model(
        model,
        natural / "mlflow",
        pip_requirements=[],
        skops_trusted_types=["sklearn.ensemble._hist_gradient_boosting.predictor.TreePredictor"],
    )
    by_customer, by_values = _questions(engine, package)
    engine.dispose()
    return Shop(home, package, natural, tuple(fitted.features), by_customer, by_values)


def open_records(url: str, customers: int, folder: Path) -> Engine:
    """Simulate the records into a store."""
    from commerce.records.database import migrate

    engine = connect(url)
    migrate(engine, BRANCHES)
    simulate(
        engine, SLUG, SimulationOptions(customers=customers, seed=7), now=NOW, truth_folder=folder
    )
    return engine


def _questions(
    engine: Engine, package: Package
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    from features.catalogue import CATALOGUE

    outputs = CATALOGUE.subset(package.names)
    with reading(engine) as connection:
        tenant = find_tenant(connection, SLUG)
        cutoff = to_micros(clock(connection, tenant, now=NOW))
        of_tenant = schema.customer.c.tenant_id == tenant.id
        keys = connection.scalars(select(schema.customer.c.id).where(of_tenant).limit(ASKED)).all()
        rows = [online_features(connection, tenant.id, key, cutoff, outputs) for key in keys]
    whole = {output.name for output in outputs.outputs if output.dtype == "int"}
    features = [
        {
            name: None if value != value else int(value) if name in whole else value
            for name, value in zip(package.names, row.tolist(), strict=True)
        }
        for row in rows
    ]
    return (
        [{"tenant": SLUG, "customer_id": str(key)} for key in keys],
        [{"tenant": SLUG, "features": row} for row in features],
    )


def write_bodies(bodies: list[dict[str, Any]], file: Path) -> Path:
    """Write bodies for wrk, one a line."""
    file.write_text("\n".join(map(json.dumps, bodies)), encoding="utf-8")
    return file
