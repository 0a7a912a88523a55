"""`bellwether economics` and `bellwether models set`: kept with the tenant, checked, taken back."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from commerce.records.database import connect, reading
from commerce.records.policy import policy_of
from commerce.records.tenants import find_tenant
from workbench.cli import group
from workbench.cli.refusals import Refusal
from workbench.errors import PlanError


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home with a shop whose currency has no minor digits, and another."""
    monkeypatch.setenv("BELLWETHER_HOME", str(tmp_path))
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.chdir(tmp_path)
    for slug, currency in (("acme", "EUR"), ("kissa", "JPY")):
        made = CliRunner().invoke(group, ["create-tenant", slug, "--currency", currency])
        assert made.exit_code == 0, made.output
    return tmp_path


def said(*command: str) -> str:
    done = CliRunner().invoke(group, command)
    assert done.exit_code == 0, done.output
    return done.stdout


def refusal(*command: str) -> str:
    done = CliRunner().invoke(group, command, standalone_mode=False)
    assert isinstance(done.exception, Refusal | PlanError), done.output
    return str(done.exception)


def shown(model: str, tenant: str) -> dict[str, Any]:
    command = ("economics", "show", model, "--tenant", tenant, "--json")
    found: dict[str, Any] = json.loads(said(*command))["economics"]
    return found


def settings(home: Path, slug: str) -> dict[str, Any]:
    engine = connect(f"sqlite:///{home}/data/records.db")
    with reading(engine) as connection:
        kept = dict(find_tenant(connection, slug).settings)
    engine.dispose()
    return kept


def test_what_is_assumed_and_what_is_set_stand_beside_each_other(home: Path) -> None:
    assert shown("churn", "acme")["margin"] == {"value": 0.3, "from": "assumed"}
    said(
        "economics", "set", "churn", "--margin", "0.35", "--offer-cost", "4.50", "--tenant", "acme"
    )
    found = shown("churn", "acme")
    assert found["margin"] == {"value": 0.35, "from": "set"}
    assert found["offer_cost"] == {"value": 450, "from": "set"}
    assert found["success_rate"]["from"] == "assumed"
    table = said("economics", "show", "churn", "--tenant", "acme")
    assert "4.50 EUR" in table
    assert "35.0%" in table
    assert shown("churn", "kissa")["margin"]["from"] == "assumed"


def test_amounts_are_those_of_the_shops_currency(home: Path) -> None:
    said("economics", "set", "churn", "--offer-cost", "450", "--tenant", "kissa")
    assert shown("churn", "kissa")["offer_cost"]["value"] == 450
    assert "JPY" in refusal(
        "economics", "set", "churn", "--offer-cost", "4.50", "--tenant", "kissa"
    )
    assert "Write 4.50" in refusal(
        "economics", "set", "churn", "--offer-cost", "x", "--tenant", "acme"
    )


def test_what_a_model_is_asked_and_its_money_are_taken_back_apart(home: Path) -> None:
    said("economics", "set", "churn", "--margin", "0.4", "--tenant", "acme")
    said("models", "set", "churn", "--horizon", "60", "--active-within", "120", "--tenant", "acme")
    assert settings(home, "acme") == {
        "models": {"churn": {"margin": 0.4, "horizon_days": 60, "active_within": 120}}
    }
    said("economics", "set", "churn", "--reset", "--tenant", "acme")
    assert settings(home, "acme") == {
        "models": {"churn": {"horizon_days": 60, "active_within": 120}}
    }
    said("models", "set", "churn", "--reset", "--tenant", "acme")
    assert settings(home, "acme") == {}


def test_the_shops_own_rules_stay_what_they_were(home: Path) -> None:
    said("models", "set", "credit", "--horizon", "30", "--tenant", "acme")
    assert policy_of(settings(home, "acme")) == policy_of({})


def test_what_breaks_a_rule_is_refused_and_nothing_is_kept(home: Path) -> None:
    assert "margin of churn must be a share above 0" in refusal(
        "economics", "set", "churn", "--margin", "3", "--tenant", "acme"
    )
    assert "setting of credit must be known; got 'offer_cost'" in refusal(
        "economics", "set", "credit", "--offer-cost", "1", "--tenant", "acme"
    )
    assert "features of churn must be names of features" in refusal(
        "models", "set", "churn", "--features", "orders_90d,nonsense", "--tenant", "acme"
    )
    assert "economics must be named to be set; got none" in refusal(
        "economics", "set", "churn", "--tenant", "acme"
    )
    assert "Did you mean churn?" in refusal("economics", "show", "chrun", "--tenant", "acme")
    assert settings(home, "acme") == {}
