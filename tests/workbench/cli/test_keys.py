"""`bellwether create-tenant`, `create-key`, and `serve` beyond this machine."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner
from tests.ports import free_port

from commerce.people import credentials
from commerce.people.passwords import BadCredentials
from commerce.records.database import connect, reading
from workbench.cli import group
from workbench.cli.refusals import Refusal
from workbench.errors import PlanError, SettingsError


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home with a shop."""
    monkeypatch.setenv("BELLWETHER_HOME", str(tmp_path))
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.chdir(tmp_path)
    made = CliRunner().invoke(group, ["create-tenant", "acme", "--currency", "EUR"])
    assert made.exit_code == 0, made.output
    assert "acme is open" in made.output
    return tmp_path


def refusal(*command: str) -> str:
    done = CliRunner().invoke(group, command, standalone_mode=False)
    assert isinstance(done.exception, Refusal | PlanError | SettingsError), done.output
    return str(done.exception)


def test_a_key_is_printed_once_and_opens_the_shop_by_its_scopes_until_its_end(home: Path) -> None:
    command = ["create-key", "till", "--scope", "customers:read", "--days", "2"]
    done = CliRunner().invoke(group, command)
    assert done.exit_code == 0, done.output
    engine = connect(f"sqlite:///{home}/data/records.db")
    now = datetime.now(UTC)
    with reading(engine) as connection:
        opened = credentials.resolve(connection, done.stdout.strip(), now=now)
        assert (opened.tenant.slug, opened.actor.role) == ("acme", "admin")
        assert opened.scopes == ["customers:read"]
        with pytest.raises(BadCredentials):
            credentials.resolve(connection, done.stdout.strip(), now=now.replace(year=now.year + 1))
    engine.dispose()
    assert "Did you mean customers:read" in refusal("create-key", "x", "--scope", "customer:read")


def test_the_service_listens_elsewhere_only_once_an_admin_exists(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[list[str]] = []
    monkeypatch.setattr("os.execve", lambda program, command, environ: started.append(command))
    port = str(free_port())
    elsewhere = ("serve", "--host", "0.0.0.0", "--port", port)
    said = refusal(*elsewhere)
    assert "an admin must exist before the service listens on 0.0.0.0; got none." in said
    assert "bellwether create-admin" in said
    made = CliRunner().invoke(group, ["create-admin", "ada"], input="correct horse\n")
    assert made.exit_code == 0, made.output
    assert "--open must stay on this machine" in refusal(*elsewhere, "--open", "acme")
    assert started == []
    done = CliRunner().invoke(group, elsewhere)
    assert done.exit_code == 0, done.output
    assert started[0][-4:] == ["--host", "0.0.0.0", "--port", port]
