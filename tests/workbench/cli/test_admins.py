"""`bellwether create-admin` from nothing: the tables come, the admin logs in over HTTP."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from click.testing import CliRunner
from sqlalchemy import MetaData
from tests.serving.shop import Client
from tests.tenants import BRANCHES

from commerce.records import schema as records
from commerce.records.database import is_current, migrate
from features.catalogue import CATALOGUE
from serving import schema as served
from serving.access.gate import open_gate
from serving.app import make_app
from serving.predict.asking import AppState
from serving.predict.packages import PackageShelf
from serving.predict.store import RecordStore
from serving.settings import DoorSettings, ServingSettings
from workbench.cli import group


def test_from_an_empty_file_the_first_admin_obtains_a_token_and_no_table_drifts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BELLWETHER_HOME", str(tmp_path))
    monkeypatch.delenv("DATABASE_URL", raising=False)
    file = tmp_path / "data" / "records.db"
    file.parent.mkdir()
    file.touch()
    store = RecordStore(f"sqlite:///{file}")
    migrate(store.engine, BRANCHES)
    assert is_current(store.engine, BRANCHES)
    with store.engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"include_name": lambda name, *_: not _made_of_no_table(name)}
        )
        assert compare_metadata(context, _both()) == []
    command = ["create-admin", "ada", "--tenant", "acme", "--currency", "EUR"]
    made = CliRunner().invoke(group, command, input="correct horse\n")
    assert made.output == "  ada is admin of acme\n"

    def now() -> datetime:
        return datetime.now(UTC)

    settings = ServingSettings(packages=(), database_url=str(store.engine.url), home=tmp_path)
    gate = open_gate(settings, DoorSettings(), store.engine, now)
    shelf = PackageShelf([], CATALOGUE)
    client = Client(make_app(AppState(shelf=shelf, store=store, now=now), gate))
    told = client.post("/api/token/", {"username": "ada", "password": "correct horse"})
    assert told.status_code == 200
    bearer = {"Authorization": f"Bearer {told.json()['token']}"}
    me = client.get("/api/users/me/", headers=bearer).json()
    assert (me["username"], me["role"]) == ("ada", "admin")
    wrong = client.post("/api/token/", {"username": "ada", "password": "battery staple"})
    assert wrong.status_code == 401
    store.close()


def _both() -> MetaData:
    """All tables there are, the records' and serving's own."""
    both = MetaData()
    for table in (*records.metadata.sorted_tables, *served.metadata.sorted_tables):
        table.to_metadata(both)
    return both


def _made_of_no_table(name: str | None) -> bool:
    return name in ("alembic_version", "transition")
