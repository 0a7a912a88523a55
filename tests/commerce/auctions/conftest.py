"""A floor per test, on SQLite and on PostgreSQL."""

import pytest
from sqlalchemy import Engine
from tests.commerce.auctions.floor import Floor


@pytest.fixture
def floor(any_engine: Engine) -> Floor:
    return Floor(any_engine)


@pytest.fixture
def postgres_floor(postgres_engine: Engine) -> Floor:
    return Floor(postgres_engine)
