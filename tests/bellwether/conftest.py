"""Clients of a real application, in this process."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine
from tests.bellwether.asking import InProcess, listening, open_app
from tests.scoring.values import make_value
from tests.serving.rest.people import Shops, open_shops
from tests.serving.shop import make_owing_package

from bellwether.client import Client
from features.catalogue import CATALOGUE
from scoring.published import publish
from serving.predict.packages import PackageShelf


@pytest.fixture(scope="session")
def app(migrated_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """The shop acme, open to this machine; see `tests.bellwether.asking`."""
    with open_app(migrated_file, tmp_path_factory.mktemp("asked")) as app:
        yield app


@pytest.fixture(scope="session")
def url(app: Any) -> Iterator[str]:
    """Where it listens."""
    with listening(app) as url:
        yield url


@pytest.fixture
def client(app: Any) -> Iterator[Client]:
    """A client of it that never waits."""
    with Client("http://localhost", tenant="acme", transport=InProcess(app), retries=0) as client:
        yield client


@pytest.fixture
def shops(engine: Engine, tmp_path: Path) -> Iterator[Shops]:
    """Two shops with somebody in every role; acme has a credit model and one of lifetime value."""
    shops = open_shops(engine)
    for package in (make_owing_package(), make_value(name="acme.lifetime_value")):
        publish(package, tmp_path / "packages")
    shelf = PackageShelf([tmp_path / "packages"], CATALOGUE)
    shops.app.state.serving = replace(shops.app.state.serving, shelf=shelf)
    yield shops
    shops.close()


@pytest.fixture
def key_of(shops: Shops) -> Callable[..., str]:
    """Make API keys of acme for scopes."""

    def make(*scopes: str) -> str:
        asked = {"name": "x", "role": "admin", "scopes": list(scopes)}
        made: str = shops.admin.post("/api/keys", asked).json()["key"]
        return made

    return make
