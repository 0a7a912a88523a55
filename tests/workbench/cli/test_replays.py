"""`bellwether replay`, as people type it."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner
from tests.serving.shop import make_real_package
from tests.workbench.shops import ANSWERED, SLUG, make_home, settings_of

from scoring.published import publish
from workbench.cli.replays import replay
from workbench.settings import DATABASE_VARIABLE, HOME_VARIABLE


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home with answers of two models."""
    home = make_home(tmp_path / "home")
    monkeypatch.setenv(HOME_VARIABLE, str(home))
    monkeypatch.delenv(DATABASE_VARIABLE, raising=False)
    return home


def test_traffic_runs_through_a_version_that_never_answered(home: Path) -> None:
    candidate = replace(make_real_package("churn", tenant=SLUG), version="2")
    publish(candidate, settings_of(home).packages)
    ran = CliRunner().invoke(replay, ["--package", f"{SLUG}.churn/2"])
    assert ran.exit_code == 0, ran.output
    assert f"{ANSWERED} answers of {SLUG}.churn since " in ran.output
    assert f"({ANSWERED} by {SLUG}.churn/1)" in ran.output
    assert f"would say to do something else in 0 of {ANSWERED}" in ran.output
    as_json = CliRunner().invoke(
        replay, ["--package", f"{SLUG}.churn/2", "--since", "2026-01-01", "--json"]
    )
    assert json.loads(as_json.output)["rerun"] == ANSWERED


@pytest.mark.parametrize(
    "given", [[], ["2ff67701-6773-4121-9eae-5faebf0df3ff", "--package", "a.churn/1"]]
)
def test_replay_asks_for_one_thing(given: list[str]) -> None:
    ran = CliRunner().invoke(replay, given)
    assert ran.exit_code == 2
    assert "must be given a REQUEST_ID or --package" in ran.output
