"""The small shop's packages and records, and applications over them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine
from tests.serving.rest.people import Shops, open_shops
from tests.serving.shop import NOW, OPEN, SHOP, Client, make_package, make_shop

from commerce.records.tenants import Tenant
from scoring.published import publish
from serving.app import make_app
from serving.predict.asking import AppState
from serving.predict.packages import PackageShelf
from serving.predict.store import RecordStore


@pytest.fixture
def packages(tmp_path: Path) -> Path:
    """A folder with acme's churn and credit packages, version 1."""
    folder = tmp_path / "packages"
    for model in ("churn", "credit"):
        publish(make_package(model), folder)
    return folder


@pytest.fixture
def shop(engine: Engine) -> Tenant:
    """The tenant acme with its records."""
    return make_shop(engine)


@pytest.fixture
def make_state(packages: Path) -> Iterator[Callable[..., AppState]]:
    """Make states whose time is `NOW`."""
    stores: list[RecordStore] = []

    def make(
        engine: Engine | None = None, now: datetime = NOW, folder: Path | None = None
    ) -> AppState:
        store = None
        if engine is not None:
            store = RecordStore(engine.url.render_as_string(hide_password=False))
            stores.append(store)
        shelf = PackageShelf([folder or packages], SHOP)
        return AppState(shelf=shelf, store=store, now=lambda: now)

    yield make
    for store in stores:
        store.close()


@pytest.fixture
def client(shop: Tenant, engine: Engine, make_state: Callable[..., AppState]) -> Client:
    """An application over acme's records and packages."""
    return Client(make_app(make_state(engine), door=OPEN))


@pytest.fixture
def client_without_records(make_state: Callable[..., AppState]) -> Client:
    """An application that has packages and no record store."""
    return Client(make_app(make_state(), door=OPEN))


@pytest.fixture(params=["engine", pytest.param("postgres_engine", marks=pytest.mark.slow)])
def shops(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Shops]:
    """Two shops with somebody logged in in every role; see `tests.serving.rest.people`.

    On SQLite, and in `make test-all` on PostgreSQL, on which `make test` holds what routes call.
    """
    engine: Engine = request.getfixturevalue(request.param)
    opened = open_shops(engine, media=tmp_path / "media")
    yield opened
    opened.close()
