"""Shops to import into: one per test, several beside each other, or one on PostgreSQL.

Whatever a test imported, the doctor finds nothing afterwards.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine
from tests.importing.shops import Shop

from commerce.records.database import connect


@pytest.fixture
def shop(engine: Engine, tmp_path: Path) -> Iterator[Shop]:
    shop = Shop(engine, tmp_path)
    yield shop
    assert shop.findings() == []


@pytest.fixture
def postgres_shop(postgres_engine: Engine, tmp_path: Path) -> Iterator[Shop]:
    shop = Shop(postgres_engine, tmp_path)
    yield shop
    assert shop.findings() == []


@pytest.fixture(params=["shop", "postgres_shop"])
def any_shop(request: pytest.FixtureRequest) -> Shop:
    """The same test on SQLite and on PostgreSQL."""
    found: Shop = request.getfixturevalue(request.param)
    return found


@pytest.fixture
def make_shop(tmp_path: Path, migrated_file: Path) -> Iterator[Callable[[str], Shop]]:
    """More record stores beside each other."""
    shops: list[Shop] = []

    def make(name: str) -> Shop:
        folder = tmp_path / name
        folder.mkdir()
        shutil.copy(migrated_file, folder / "records.db")
        shops.append(Shop(connect(f"sqlite:///{folder / 'records.db'}"), folder))
        return shops[-1]

    yield make
    for shop in shops:
        assert shop.findings() == []
        shop.engine.dispose()
