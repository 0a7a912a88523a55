"""Errors are a sentence and a code; a stack trace only where one was asked for."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import make_url

from workbench.cli import group, main

Invoke = Callable[..., Result]


@pytest.fixture
def invoke(tmp_path: Path) -> Invoke:
    """Call the command line in a home of its own."""

    def call(*arguments: str, **environ: str) -> Result:
        env = {"BELLWETHER_HOME": str(tmp_path), "DATABASE_URL": "", **environ}
        return CliRunner().invoke(group, list(arguments), env=env)

    return call


def test_an_unknown_command_is_answered_with_the_nearest(invoke: Invoke) -> None:
    result = invoke("rnu")
    assert result.exit_code == 2
    assert "command must be a known one; got 'rnu'. Did you mean run?" in result.stderr


def test_a_run_without_any_tenant_says_what_to_type(invoke: Invoke) -> None:
    result = invoke("run")
    assert result.exit_code == 2
    assert result.stderr.startswith("bellwether: tenant must exist; got an empty record store.")
    assert "bellwether import" in result.stderr


def test_an_unknown_tenant_is_answered_with_the_nearest(invoke: Invoke) -> None:
    invoke("simulate", "--tenant", "acme", "--customers", "3", "--days", "20")
    result = invoke("run", "--tenant", "acne")
    assert result.exit_code == 2
    assert "Did you mean acme?" in result.stderr


def test_an_unknown_model_is_answered_with_the_nearest(invoke: Invoke) -> None:
    result = invoke("run", "--models", "chrun")
    assert result.exit_code == 2
    assert "Did you mean churn?" in result.stderr


def test_a_wrong_date_is_a_sentence(invoke: Invoke) -> None:
    invoke("simulate", "--tenant", "acme", "--customers", "3", "--days", "20")
    result = invoke("run", "--as-of", "2026-13-01")
    assert result.exit_code == 2
    assert "as_of must be an ISO date or instant" in result.stderr


def test_a_cut_off_in_the_future_is_a_sentence(invoke: Invoke, tmp_path: Path) -> None:
    invoke("simulate", "--tenant", "acme", "--customers", "3", "--days", "20")
    result = invoke("run", "--as-of", "2999-01-01")
    assert result.exit_code == 2
    assert "as_of must not be later than" in result.stderr
    assert not (tmp_path / "data" / "runs").exists()


def test_one_of_several_tenants_must_be_named(invoke: Invoke) -> None:
    for tenant in ("acme", "bolt"):
        invoke("simulate", "--tenant", tenant, "--customers", "3", "--days", "20")
    result = invoke("run")
    assert result.exit_code == 2
    assert "one of: acme, bolt" in result.stderr


def test_a_home_that_is_not_there_is_a_sentence(invoke: Invoke, tmp_path: Path) -> None:
    result = invoke("tenants", BELLWETHER_HOME=str(tmp_path / "gone" / "deeper"))
    assert result.exit_code == 2
    assert "BELLWETHER_HOME must be a folder" in result.stderr


def test_a_record_store_that_does_not_answer_is_a_sentence_without_its_password(
    invoke: Invoke,
) -> None:
    url = "postgresql://shop:hunter2@127.0.0.1:1/shop"
    result = invoke("tenants", DATABASE_URL=url)
    assert result.exit_code == 2
    assert result.stderr.startswith(
        "bellwether: DATABASE_URL must lead to a database that answers; got"
        " postgresql://shop:***@127.0.0.1:1/shop: connection failed"
    )
    assert "hunter2" not in result.stderr


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        (
            "postgresql://u:hunter2@h:port/x",
            "be of the form dialect://...; got postgresql://***@h:port/x.",
        ),
        ("mysql://u:hunter2@h/x", "name SQLite or PostgreSQL; got 'mysql'."),
        (
            "postgresql+psycopg2://u:hunter2@h/x",
            "name SQLite or PostgreSQL; got 'postgresql+psycopg2'.",
        ),
        ("sqlite:///.", "name a file; got the folder"),
        ("sqlite:///text.txt/x.db", "name a file that can be made; got"),
        ("sqlite:///text.txt", "lead to a database that answers; got sqlite:///"),
        ("sqlite:///x.db?mode=ro", "name an SQLite file without options; got"),
        ("hunter2", "name a record store that outlives the process; got text without ://."),
    ],
)
def test_a_broken_database_url_is_a_sentence_whatever_the_command(
    invoke: Invoke, tmp_path: Path, url: str, sentence: str
) -> None:
    (tmp_path / "text.txt").write_text(
        "no database at all, but a text of more than a hundred bytes" * 9
    )
    for command in (["tenants"], ["doctor"], ["features", "build"], ["tick"], ["serve"], ["run"]):
        result = invoke(*command, DATABASE_URL=url)
        assert result.exit_code == 2, command
        assert result.stderr.startswith(f"bellwether: DATABASE_URL must {sentence}"), command
        assert result.stderr.count("\n") == 1
        assert "hunter2" not in result.stderr


def test_a_wrong_password_and_a_missing_database_are_sentences(
    invoke: Invoke, postgres_url: str
) -> None:
    missing = make_url(postgres_url).set(database="nowhere").render_as_string(hide_password=False)
    result = invoke("tenants", DATABASE_URL=missing)
    assert result.exit_code == 2
    assert 'database "nowhere" does not exist. Create it by `createdb`' in result.stderr


def test_a_stack_trace_is_shown_where_it_is_asked_for(invoke: Invoke) -> None:
    result = invoke("--debug", "run")
    assert type(result.exception).__name__ == "PlanError"


def test_the_process_exits_with_the_code_of_the_refusal(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("BELLWETHER_HOME", str(tmp_path))
    monkeypatch.setenv("DATABASE_URL", "")
    with pytest.raises(SystemExit) as ended:
        main(["run"])
    assert ended.value.code == 2
    assert capsys.readouterr().err.startswith("bellwether: ")


def test_tenants_are_listed_with_their_clock(invoke: Invoke) -> None:
    assert "no tenants yet" in invoke("tenants").stdout
    invoke("simulate", "--tenant", "acme", "--customers", "3", "--days", "20")
    assert "2025-12-31T23:00:00+00:00" in invoke("tenants", "list", "--json").stdout
    assert "acme" in invoke("tenants").stdout
    again = invoke("simulate", "--tenant", "acme", "--customers", "3", "--days", "20")
    assert "nothing to do" in again.stdout


def test_a_reader_who_has_had_enough_is_told_nothing() -> None:
    program = "from workbench.cli import main; main()"
    command = [sys.executable, "-c", program, "features", "list"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as listing:
        assert listing.stdout is not None
        assert listing.stderr is not None
        listing.stdout.close()
        assert listing.stderr.read() == b""
