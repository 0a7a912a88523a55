"""Shops to import into: one per test, several beside each other, or one on PostgreSQL."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine
from tests.commerce.sources.shops import Shop

from commerce.database import connect


@pytest.fixture
def shop(engine: Engine, tmp_path: Path) -> Shop:
    return Shop(engine, tmp_path)


@pytest.fixture
def postgres_shop(postgres_engine: Engine, tmp_path: Path) -> Shop:
    return Shop(postgres_engine, tmp_path)


@pytest.fixture
def make_shop(tmp_path: Path, migrated_file: Path) -> Iterator[Callable[[str], Shop]]:
    """More record stores beside each other."""
    engines: list[Engine] = []

    def make(name: str) -> Shop:
        folder = tmp_path / name
        folder.mkdir()
        shutil.copy(migrated_file, folder / "records.db")
        engines.append(connect(f"sqlite:///{folder / 'records.db'}"))
        return Shop(engines[-1], folder)

    yield make
    for engine in engines:
        engine.dispose()
