"""`bellwether tick` and `bellwether create-admin`, from an empty home."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import Engine

from commerce.catalogue import brands
from commerce.people import credentials, users
from commerce.people.passwords import BadCredentials
from commerce.records.actors import Actor
from commerce.records.database import connect, reading
from commerce.records.tenants import find_tenant
from commerce.records.work import looking, working
from workbench.cli import group

NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("BELLWETHER_HOME", str(tmp_path))
    for name in ("DATABASE_URL", "MAIL_URL", "MAIL_FROM"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


def bellwether(*arguments: str, typed: str = "") -> Result:
    return CliRunner().invoke(group, list(arguments), input=typed)


def opened(home: Path, *more: str, typed: str = "correct horse\n") -> Engine:
    done = bellwether("create-admin", "root", "--tenant", "acme", *more, typed=typed)
    assert done.exit_code == 0, done.output
    assert "horse" not in done.output
    return connect(f"sqlite:///{home}/data/records.db")


def test_the_first_admin_logs_in_from_an_empty_store(home: Path) -> None:
    engine = opened(home, "--currency", "EUR", "--superadmin")
    with reading(engine) as connection:
        tenant = find_tenant(connection, "acme")
    assert (tenant.currency, tenant.clock_mode) == ("EUR", "wall")
    assert credentials.authenticate(engine, tenant, "root", "correct horse", now=NOW).role == (
        "superadmin"
    )
    with pytest.raises(BadCredentials):
        credentials.authenticate(engine, tenant, "root", "", now=NOW)
    more = bellwether("create-admin", "sam", typed="battery staple")  # the only shop, no newline
    assert more.output.strip() == "sam is admin of acme"
    with looking(engine, tenant, Actor("admin"), now=NOW) as work:
        assert [(each.username, each.role) for each in users.list_users(work).rows] == [
            ("root", "superadmin"),
            ("sam", "admin"),
        ]


@pytest.mark.parametrize(
    ("arguments", "typed", "sentence"),
    [
        (["root", "--tenant", "acme", "--currency", "EUR"], "short\n", "password must have 8"),
        (["root", "--tenant", "acme", "--currency", "EUR"], "", "password must have 8"),
        (["root", "--tenant", "acme"], "correct horse\n", "tenant must exist"),
        (["root"], "correct horse\n", "tenant must exist"),
        (["r o o t", "--currency", "EUR"], "correct horse\n", "username must be"),
    ],
)
def test_what_makes_no_admin_is_said_in_a_sentence(
    home: Path, arguments: list[str], typed: str, sentence: str
) -> None:
    done = bellwether("create-admin", *arguments, typed=typed)
    assert done.exit_code == 2
    assert sentence in done.output
    assert "no tenants yet" in bellwether("tenants").output  # nothing is left half done


def test_there_is_no_way_to_give_a_password_as_an_argument(home: Path) -> None:
    help_text = bellwether("create-admin", "--help").output
    assert "--password" not in help_text
    assert bellwether("create-admin", "root", "--password", "x").exit_code == 2


def asked(engine: Engine) -> None:
    with reading(engine) as connection:
        tenant = find_tenant(connection, "acme")
    with working(engine, tenant, Actor("admin"), now=NOW) as work:
        brands.request(work, "Tick")


def test_a_tick_says_what_moved_and_mails_to_the_console(home: Path) -> None:
    engine = opened(home, "--currency", "EUR", "--email", "root@example.org")
    asked(engine)
    done = bellwether("tick")
    assert done.stdout == "  acme: 1 events handed on, 0 put off\n"
    assert "to root@example.org: Brand Tick requested" in done.stderr
    again = bellwether("tick", "--tenant", "acme", "--json")
    report: Any = json.loads(again.stdout)
    assert report[0]["outbox"] == {"published": 0, "passed_over": 0, "put_off": 0}
    assert report[0]["moved"]["auctions closed"] == []
    assert again.stderr == ""


def test_the_environment_says_how_mail_goes_out(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = opened(home, "--currency", "EUR", "--email", "root@example.org")
    asked(engine)
    monkeypatch.setenv("MAIL_URL", "ftp://nowhere")
    assert "mail address must be" in bellwether("tick").output
    monkeypatch.setenv("MAIL_URL", "smtp://127.0.0.1:1")  # where nobody listens
    assert bellwether("tick").stdout == "  acme: 0 events handed on, 1 put off\n"


def test_records_that_are_history_stand_still_unless_they_are_named(home: Path) -> None:
    assert "no living shop" in bellwether("tick").output
    made = bellwether(
        "simulate", "--tenant", "history", "--customers", "12", "--days", "30", "--seed", "1"
    )
    assert made.exit_code == 0, made.output
    assert "no living shop" in bellwether("tick").output
    assert bellwether("tick", "--tenant", "history").output.startswith("  history: ")


def test_a_tick_is_as_of_the_instant_that_is_asked_for(home: Path) -> None:
    opened(home, "--currency", "EUR")
    assert bellwether("tick", "--now", "2031-01-01T00:00").exit_code == 0
    assert "as_of must be an ISO date" in bellwether("tick", "--now", "soon").output
    assert "tenant must exist" in bellwether("tick", "--tenant", "acm").output
