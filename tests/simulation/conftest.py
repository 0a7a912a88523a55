"""A small simulated shop, made once and copied by every test."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine
from tests.commerce.simulated import SMALL, simulated_file

from commerce.records.database import connect
from simulation import SimulationOptions


@pytest.fixture(scope="session")
def shop_file(migrated_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A record store with the small shop in it, its truth file beside it."""
    return simulated_file(migrated_file, tmp_path_factory.mktemp("shop"))


@pytest.fixture
def shop(shop_file: Path, tmp_path: Path) -> Iterator[Engine]:
    """The small shop in a record store of this test's own."""
    shutil.copy(shop_file, tmp_path / "shop.db")
    engine = connect(f"sqlite:///{tmp_path / 'shop.db'}")
    yield engine
    engine.dispose()


@pytest.fixture
def small() -> SimulationOptions:
    """Which shop it is."""
    return SMALL
