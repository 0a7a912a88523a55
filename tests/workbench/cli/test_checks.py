"""`bellwether check --deploy`: no warning where all is set, one for each setting that is not."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from serving.errors import ServingError
from workbench.cli import group

GOOD = {
    "DEBUG": "false",
    "DATABASE_URL": "postgresql://shop@db/shop",
    "ALLOWED_HOSTS": "api.example.org",
    "REDIS_URL": "redis://cache:6379/0",
    "SECRET_KEY": "k" * 40,
    "STRIPE_SECRET_KEY": "sk_live_x",
    "BELLWETHER_OPEN": "",
    "CORS_ORIGINS": "https://front.example",
}


@pytest.fixture(autouse=True)
def environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Settings that are fit to serve others by."""
    for name, value in {**GOOD, "BELLWETHER_HOME": str(tmp_path)}.items():
        monkeypatch.setenv(name, value)


def test_settings_for_production_are_warned_of_by_nothing() -> None:
    done = CliRunner().invoke(group, ["check", "--deploy"])
    assert (done.exit_code, done.output) == (0, "  nothing to warn of\n")


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("DATABASE_URL", "sqlite:///records.db", "DATABASE_URL must name PostgreSQL"),
        ("ALLOWED_HOSTS", "", "ALLOWED_HOSTS must name the hosts that are served; got none"),
        ("ALLOWED_HOSTS", "*", "ALLOWED_HOSTS must name the hosts that are served; got *"),
        ("REDIS_URL", "", "REDIS_URL must name a Redis"),
        ("BELLWETHER_OPEN", "demo", "BELLWETHER_OPEN must open nothing; got 1"),
        ("CORS_ORIGINS", "*", "CORS_ORIGINS must name pages"),
    ],
)
def test_each_setting_that_is_not_fit_is_told_in_a_sentence(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, said: str
) -> None:
    monkeypatch.setenv(name, value)
    done = CliRunner().invoke(group, ["check", "--deploy"])
    assert done.exit_code == 1
    assert done.output.startswith(f"  {said}")
    assert done.output.count("\n") == 1
    assert CliRunner().invoke(group, ["check"]).exit_code == 0


def test_debugging_is_warned_of_and_refused_with_a_live_key(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("DEBUG", "true")
    refused = CliRunner().invoke(group, ["check"], standalone_mode=False)
    assert refused.exit_code != 0
    assert "DEBUG must be false where Stripe moves real money" in str(refused.exception)
    monkeypatch.delenv("STRIPE_SECRET_KEY")
    assert (
        "DEBUG must be false; got true" in CliRunner().invoke(group, ["check", "--deploy"]).output
    )


def test_a_secret_that_everybody_knows_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_KEY", "django-insecure-abc")
    refused = CliRunner().invoke(group, ["check", "--debug"], standalone_mode=False)
    done = CliRunner().invoke(group, ["--debug", "check"], standalone_mode=False)
    assert refused.exit_code != 0
    assert isinstance(done.exception, ServingError)
    assert "django-insecure" not in str(done.exception)
