"""The shops that models are measured on: Online Retail by a published protocol, and the simulator's own."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Engine

from commerce.records.database import connect, migrate, reading
from commerce.records.instants import parse_as_of, to_micros
from commerce.records.tenants import clock, find_tenant
from features.snapshots.snapshot import take_snapshot
from importing.sales.importer import import_transactions
from importing.sales.options import TransactionOptions
from scoring.populations import EVERYONE
from simulation import SimulationOptions, simulate
from training.fitting.dataset import Dataset, load_dataset
from training.fitting.schedule import fixed_schedule
from training.specs import find_spec

NOW = datetime(2026, 1, 1, tzinfo=UTC)
TRAIN, TEST, HORIZON = ("2011-03-11", "2011-04-11", "2011-05-11", "2011-06-10"), "2011-09-10", 90
"""The protocol of Online Retail: training cutoffs, test cutoff, days."""


@dataclass(frozen=True, kw_only=True)
class Shop:
    """A record store with one tenant."""

    engine: Engine
    tenant: str
    folder: Path
    options: SimulationOptions | None = None
    """What it was simulated with; None for a real one."""

    def dataset(self, model: str, *, everyone: bool) -> Dataset:
        """What a model learns from and is tested on, out of time."""
        with reading(self.engine) as connection:
            tenant = find_tenant(connection, self.tenant)
            ends = to_micros(clock(connection, tenant, now=NOW))
        snapshot = take_snapshot(self.engine, tenant, self.folder / "snapshots")
        spec = find_spec(model)
        if everyone:
            spec = replace(spec, population=EVERYONE)
        schedule = None
        if self.options is None:
            schedule = fixed_schedule(
                tuple(to_micros(parse_as_of(day, tenant.zone)) for day in TRAIN),
                to_micros(parse_as_of(TEST, tenant.zone)),
                HORIZON,
                ends=ends,
                zone=tenant.zone,
            )
        return load_dataset(tenant, spec, snapshot, as_of=ends, schedule=schedule)


def online_retail(data: Path, folder: Path) -> Shop:
    """Import Online Retail."""
    file = data / "online_retail.csv.gz"
    engine = _store(folder)
    import_transactions(
        engine,
        file,
        TransactionOptions(tenant="gifts", preset="online-retail"),
        now=NOW,
        rejects_folder=folder,
    )
    return Shop(engine=engine, tenant="gifts", folder=folder)


def simulated(customers: int, folder: Path) -> Shop:
    """Simulate the shop whose ceiling docs/simulator.md gives, or a smaller one."""
    shop = kept(folder, customers)
    simulate(shop.engine, shop.tenant, _options(customers), now=NOW, truth_folder=folder)
    return shop


def kept(folder: Path, customers: int) -> Shop:
    """Open the shop that was simulated in a folder."""
    return Shop(engine=_store(folder), tenant="demo", folder=folder, options=_options(customers))


def _options(customers: int) -> SimulationOptions:
    return SimulationOptions(customers=customers)


def _store(folder: Path) -> Engine:
    folder.mkdir(parents=True, exist_ok=True)
    engine = connect(f"sqlite:///{folder / 'records.db'}")
    migrate(engine)
    return engine


def spent(began: float) -> str:
    """Say how long something took."""
    return f"{time.perf_counter() - began:.0f} s"
