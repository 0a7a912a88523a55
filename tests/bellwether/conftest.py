"""Clients of a real application, in this process."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine
from tests.bellwether.asking import InProcess, listening, open_app
from tests.bellwether.many import Ask
from tests.scoring.values import make_value
from tests.serving.rest.people import Shops, open_shops
from tests.serving.shop import make_owing_package

from bellwether.answers import BatchRow
from bellwether.client import AsyncClient, Client
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


@pytest.fixture(params=[Client, AsyncClient], ids=lambda kind: kind.__name__)
def ask(request: pytest.FixtureRequest, url: str) -> Ask:
    """Ask by either client."""
    here = url

    def told(
        model: str = "churn",
        *,
        rows: list[BatchRow] | None = None,
        url: str | None = None,
        sleep: Callable[[float], None] | None = None,
        client: dict[str, Any] | None = None,
        **asked: Any,
    ) -> list[BatchRow]:
        found = [] if rows is None else rows
        options: dict[str, Any] = {"tenant": "acme", "draw": lambda: 1.0, **(client or {})}
        if request.param is Client:
            with Client(url or here, sleep=sleep, **options) as waiting:
                for row in waiting.predict_batch(model, **asked):
                    found.append(row)
            return found

        async def sleep_awaited(seconds: float) -> None:
            assert sleep is not None
            sleep(seconds)

        async def listen() -> None:
            slept = None if sleep is None else sleep_awaited
            async with AsyncClient(url or here, sleep=slept, **options) as awaited:
                async for row in awaited.predict_batch(model, **asked):
                    found.append(row)

        asyncio.run(listen())
        return found

    return told
