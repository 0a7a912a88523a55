"""A small simulated shop that sells on credit, with a scorecard learned from it: a real package on real records."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from sqlalchemy import Engine, select

from commerce.records import schema
from commerce.records.database import reading
from commerce.records.instants import to_micros
from commerce.records.tenants import Tenant, clock, find_tenant
from features.catalogue import CATALOGUE
from features.snapshots.snapshot import take_snapshot
from scoring.package import Package
from scoring.published import publish
from serving.predict.packages import PackageShelf, Served
from simulation import SimulationOptions, simulate
from training.fitting.candidate_scores import CandidateScore
from training.fitting.candidates import Fitted
from training.fitting.dataset import Dataset, load_dataset
from training.fitting.estimators import Scorecard, as_blend
from training.publishing.export import export_package
from training.specs.credit import CREDIT
from workbench.records import open_records
from workbench.settings import HOME_VARIABLE, Settings

SLUG = "acme"
READ = (
    "open_invoices", "open_invoice_balance", "current_days_past_due", "mean_days_past_due_365d", "promises_kept",
    "exposure", "pay_later_utilisation", "days_since_order", "customer_age", "spend_365d", "delivered_orders",
    "average_order_value", "return_rate", "failed_payment_rate", "cash_on_delivery_rate",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class CreditShop:
    """The shop at its home, as of the instant behind its last event."""

    home: Path
    engine: Engine
    tenant: Tenant
    as_of: datetime
    dataset: Dataset
    package: Package
    served: Served
    customers: list[uuid.UUID]
    """Those of the model's own, and some others."""


def make_credit_shop(home: Path) -> CreditShop:
    """Simulate the shop, fit a scorecard on it and publish that."""
    settings = Settings.from_env({HOME_VARIABLE: str(home)}, home)
    engine = open_records(settings)
    options = SimulationOptions(customers=500, days=420, seed=7)
    simulate(engine, SLUG, options, now=datetime.now(UTC), truth_folder=home / "truth")
    with reading(engine) as connection:
        tenant = find_tenant(connection, SLUG)
        as_of = clock(connection, tenant, now=datetime.now(UTC))
        table = schema.customer
        query = select(table.c.id).where(table.c.tenant_id == tenant.id).order_by(table.c.number)
        customers = list(connection.scalars(query))
    dataset = load_dataset(
        tenant,
        replace(CREDIT, least_rows=50, least_outcomes=10, least_test_outcomes=3, max_cutoffs=4),
        take_snapshot(engine, tenant, settings.snapshots),
        as_of=to_micros(as_of),
        catalogue=CATALOGUE.subset(READ),
    )
    package = replace(export_package(dataset, _fitted(dataset)), version="1")
    publish(package, settings.packages)
    return CreditShop(
        home=home,
        engine=engine,
        tenant=tenant,
        as_of=as_of,
        dataset=dataset,
        package=package,
        served=PackageShelf([settings.packages], CATALOGUE).current(SLUG, "credit"),
        customers=[*map(uuid.UUID, dataset.current["customer_id"]), *customers[:20]],
    )


def _fitted(dataset: Dataset) -> Fitted:
    """Fit one scorecard, without comparing it with anything."""
    names = tuple(name for name in READ if dataset.train[name].nunique(dropna=False) > 1)
    values, labels = dataset.train[list(names)].to_numpy(float), dataset.train["label"]
    return Fitted(
        spec=dataset.spec,
        features=names,
        estimator=as_blend([(Scorecard().fit(values, labels), 1.0)]),
        candidates=(CandidateScore(name="scorecard", auc=0.5, log_loss=0.5, chosen=True),),
        rows=len(dataset.train),
        out_of_fold=np.zeros(len(dataset.train)),
    )
