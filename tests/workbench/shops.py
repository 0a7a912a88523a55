"""A small simulated shop at home, with two published models and answers on record."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, select
from tests.serving.shop import make_real_package

from commerce.records import schema
from commerce.records.database import reading
from features.catalogue import CATALOGUE
from scoring.published import publish
from serving.predict.answers import answer_customer
from serving.predict.asking import AppState, CustomerRequest
from serving.predict.packages import PackageShelf
from serving.predict.store import RecordStore
from simulation import SimulationOptions, simulate
from workbench import notebook
from workbench.notebook import Bench
from workbench.records import open_records
from workbench.settings import DATABASE_VARIABLE, HOME_VARIABLE, Settings

SLUG = "acme"
ANSWERED = 8


def settings_of(home: Path) -> Settings:
    """The settings of a home without the environment."""
    return Settings.from_env({HOME_VARIABLE: str(home)}, home)


def make_home(home: Path, *, customers: int = 24, days: int = 150) -> Path:
    """Fill a home with a shop."""
    home.mkdir(exist_ok=True)
    settings = settings_of(home)
    engine = open_records(settings)
    make_shop(engine, settings.packages, home / "truth", customers=customers, days=days)
    engine.dispose()
    return home


def make_shop(
    engine: Engine, packages: Path, truth: Path, *, customers: int = 24, days: int = 150
) -> None:
    """Simulate a shop, publish its models, and ask about some customers, now and as of the past."""
    options = SimulationOptions(customers=customers, days=days, seed=7)
    simulate(engine, SLUG, options, now=datetime.now(UTC), truth_folder=truth)
    with reading(engine) as connection:
        known = connection.scalars(select(schema.customer.c.external_id).limit(ANSWERED)).all()
        last = connection.scalars(select(schema.event.c.recorded_at)).all()
    for model in ("churn", "credit"):
        publish(make_real_package(model, tenant=SLUG), packages)
    store = RecordStore(engine.url.render_as_string(hide_password=False))
    state = AppState(
        shelf=PackageShelf([packages], CATALOGUE), store=store, now=lambda: datetime.now(UTC)
    )
    past = (max(last) - timedelta(days=20)).isoformat()
    for place, customer in enumerate(known):
        request = CustomerRequest(
            tenant=SLUG, customer_id=customer, as_of=past if place % 2 else None
        )
        answer_customer(state, "churn", request, f"0000000{place}-0000-4000-8000-000000000000")
    store.close()


@contextmanager
def opened(
    template: Path, folder: Path, monkeypatch: pytest.MonkeyPatch, slug: str = SLUG
) -> Iterator[Bench]:
    """Open a copy of a home as a notebook does."""
    shutil.copytree(template, folder, dirs_exist_ok=True)
    monkeypatch.setenv(HOME_VARIABLE, str(folder))
    monkeypatch.delenv(DATABASE_VARIABLE, raising=False)
    bench = notebook.open_bench(tenant=slug)
    yield bench
    bench.engine.dispose()
