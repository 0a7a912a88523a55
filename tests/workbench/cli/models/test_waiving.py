"""Somebody answers for a gate by a command, sees what is waived, and takes it back."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from tests.tenants import make_tenant
from tests.workbench.shops import settings_of

from training.judging.waivers import read_waivers
from workbench.cli import group
from workbench.records import open_records
from workbench.settings import DATABASE_VARIABLE, HOME_VARIABLE

Invoke = Callable[..., Result]
FAIRNESS = ("fairness", "--model", "credit", "--why", "Two branches.", "--until", "2999-06-30")


@pytest.fixture
def invoke(tmp_path: Path) -> Invoke:
    """Run a command in a home with one tenant."""
    engine = open_records(settings_of(tmp_path))
    make_tenant(engine)
    engine.dispose()

    def call(*arguments: str) -> Result:
        env = {HOME_VARIABLE: str(tmp_path), DATABASE_VARIABLE: ""}
        return CliRunner().invoke(group, ["models", *arguments], env=env, standalone_mode=False)

    return call


def test_a_gate_is_waived_listed_and_the_waiver_withdrawn(invoke: Invoke, tmp_path: Path) -> None:
    assert invoke("waivers").output == "  no gate is waived\n"
    told = invoke("waive", *FAIRNESS, "--by", "Ada").output
    assert "acme.credit: gate fairness is waived until 2999-06-30 by Ada: Two branches." in told
    assert "bellwether run --tenant acme --models credit" in told
    packages = settings_of(tmp_path).packages
    assert read_waivers(packages, "acme", "credit", on=date(2999, 6, 30))["fairness"].by == "Ada"
    listed = invoke("waivers").output.splitlines()[1].split()
    assert listed[:4] == ["acme.credit", "fairness", "2999-06-30", "Ada"]
    (found,) = json.loads(invoke("waivers", "--model", "acme.credit", "--json").output)
    assert (found["gate"], found["holds"]) == ("fairness", True)
    assert invoke("waivers", "--model", "churn").output == "  no gate is waived\n"
    assert "is no longer waived" in invoke("withdraw", "fairness", "--model", "credit").output
    assert read_waivers(packages, "acme", "credit") == {}


def test_a_waiver_that_is_over_is_listed_as_such(invoke: Invoke) -> None:
    told = invoke("waive", *FAIRNESS[:-1], "2020-06-30").output
    assert "it holds no more: the records of acme have come to" in told
    assert "2020-06-30, over" in invoke("waivers").output


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("waive", "parity", *FAIRNESS[1:]), "must be of a gate that may be waived; got 'parity'"),
        (("waive", *FAIRNESS[:4], " ", *FAIRNESS[5:]), "must say who answers for it and why"),
        (("waive", "fairness", "--model", "crdit", *FAIRNESS[3:]), "Did you mean"),
        (("withdraw", "fairness", "--model", "credit"), "must be on record; got none"),
    ],
)
def test_what_cannot_be_waived_is_refused_in_a_sentence(
    invoke: Invoke, arguments: tuple[str, ...], sentence: str
) -> None:
    assert sentence in str(invoke(*arguments).exception)
