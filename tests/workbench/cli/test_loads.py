"""`bellwether load`: files of another system, loaded into a shop."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from tests.importing.fixtures.files import DEMO, record

from workbench.cli import group


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("BELLWETHER_HOME", str(tmp_path))
    monkeypatch.delenv("DATABASE_URL", raising=False)
    assert bellwether("create-tenant", "acme", "--currency", "EUR").exit_code == 0
    return tmp_path


def bellwether(*arguments: str) -> Result:
    return CliRunner().invoke(group, list(arguments))


def test_files_are_loaded_and_loading_them_again_adds_nothing(home: Path) -> None:
    files = [str(path) for path in DEMO]
    assert bellwether("load", *files).output == (
        "  tenant acme: 5 of 5 users new, 2 of 2 categories new, 1 of 1 brands new, 3 of 3 products new\n"
    )
    assert "0 of 5 users new" in bellwether("load", *files, "--tenant", "acme").output


def test_a_record_that_is_not_understood_is_named(home: Path) -> None:
    path = home / "dump.json"
    path.write_text(json.dumps([record("user", 1, username="ada"), record("order", 7, total=1)]))
    refused = bellwether("load", str(path))
    assert refused.exit_code == 2
    assert "record 2 of dump.json (products.order 7) cannot be loaded: its model must be" in (
        refused.output
    )
    loaded = bellwether("load", str(path), "--leave-out", "products.order")
    assert loaded.output == "  tenant acme: 1 of 1 users new\n"
    assert bellwether("load", str(home / "none.json")).exit_code == 2
    assert bellwether("load").exit_code == 2
