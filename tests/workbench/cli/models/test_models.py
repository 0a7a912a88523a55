"""What a person sees of the versions of a model, and how she decides which answers."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from tests.pipelines import pipeline_package
from tests.scoring.values import make_value
from tests.serving.shop import make_real_package, make_stale
from tests.workbench.shops import settings_of

from scoring.promotions import promotions
from scoring.published import current_version, lay_down, make_current, publish
from workbench.cli import group
from workbench.cli.refusals import Refusal
from workbench.settings import DATABASE_VARIABLE, HOME_VARIABLE

Invoke = Callable[..., Result]
CARD = {
    "predicts": "the probability that a customer leaves",
    "out_of_time": {
        "rows": 500, "base_rate": 0.4, "auc": 0.81, "auc_low": 0.78, "auc_high": 0.84, "brier": 0.17, "ece": 0.02,
    },
    "gates": [{"name": "auc", "passed": False, "text": "AUC 0.51", "verdict": "refused"}],
    "expires": "2027-01-01",
}  # fmt: skip


@pytest.fixture
def packages(tmp_path: Path) -> Path:
    """Two published versions of a model, the second of which answers."""
    place = settings_of(tmp_path).packages
    for version in ("1", "2"):
        publish(replace(make_real_package("churn"), version=version, card=CARD), place)
    return place


@pytest.fixture
def invoke(tmp_path: Path, packages: Path) -> Invoke:
    def call(*arguments: str) -> Result:
        env = {HOME_VARIABLE: str(tmp_path), DATABASE_VARIABLE: ""}
        return CliRunner().invoke(
            group, ["models", *arguments], env=env, standalone_mode=False, input="y\n"
        )

    return call


def test_every_version_is_a_line_and_says_whether_it_answers(invoke: Invoke) -> None:
    shown = invoke("list").output.splitlines()
    assert shown[1].split()[:5] == ["acme.churn/2", "champion", "0.810", "0.1700", "0/1"]
    assert shown[2].split()[:2] == ["acme.churn/1", "published"]
    found = json.loads(invoke("list", "--json").output)
    assert [each["expires"] for each in found] == ["2027-01-01"] * 2
    assert "no model was trained yet" in invoke("list", "--tenant", "nobody").output


def test_one_version_is_shown_in_full_and_as_a_card(invoke: Invoke) -> None:
    shown = invoke("show", "acme.churn").output
    assert "acme.churn/2, champion" in shown
    assert "gate auc: refused, AUC 0.51" in shown
    told = json.loads(invoke("show", "acme.churn/1", "--json").output)
    assert (told["state"], told["usable"]) == ("published", True)
    assert invoke("card", "acme.churn/1").output.startswith("# acme.churn/1\n\nThe probability")
    assert json.loads(invoke("card", "acme.churn", "--json").output) == CARD


def test_a_person_goes_back_to_the_champion_before_and_forth_again(
    invoke: Invoke, packages: Path
) -> None:
    refused = invoke("rollback", "acme.churn", "--yes").exception
    assert isinstance(refused, Refusal)
    assert "must have had a champion before" in str(refused)
    assert invoke("promote", "acme.churn/1", "--because", "a campaign").exit_code == 0
    assert current_version(packages, "acme", "churn") == "1"
    assert invoke("promote", "acme.churn/2", "--yes").exit_code == 0
    assert "acme.churn/1 answers from now on" in invoke("rollback", "acme.churn", "--yes").output
    history = promotions(packages, "acme", "churn")
    assert [each.version for each in history] == ["1", "2", "1"]
    assert history[0].why == "a campaign"
    assert history[0].by
    assert current_version(packages, "acme", "churn") == "1"


def test_a_model_of_another_kind_is_promoted_and_taken_back_alike(
    invoke: Invoke, packages: Path
) -> None:
    for version in ("1", "2"):
        lay_down(pipeline_package("acme.fraud", version, skops=b"no matter"), packages)
    make_current(packages, "acme", "fraud", "1")
    assert invoke("promote", "acme.fraud/2", "--yes").exit_code == 0
    assert "acme.fraud/2" in invoke("list").output
    made = invoke("promote", "acme.fraud/1", "--yes")
    assert "acme.fraud/1 answers from now on" in made.output
    old = {"scikit-learn": "0.9.1"}
    lay_down(pipeline_package("acme.fraud", "3", made_with=old, skops=b"no matter"), packages)
    refused = str(invoke("promote", "acme.fraud/3", "--yes").exception)
    assert "must be served beside scikit-learn 0.9" in refused
    assert current_version(packages, "acme", "fraud") == "1"


def test_a_pipeline_that_answers_as_it_is_is_shown_and_has_a_card(
    invoke: Invoke, packages: Path
) -> None:
    made = pipeline_package("acme.fraud", "1", skops=b"no matter")
    publish(
        replace(made, trained_on={"registered": "models:/fraud/1", "run": "a1"}, card={"limits": ["As it is."]}),
        packages,
    )  # fmt: skip
    shown = invoke("show", "acme.fraud/1").output
    assert "a probability" in shown
    assert made.decision.rule in shown
    told = json.loads(invoke("show", "acme.fraud/1", "--json").output)
    assert (told["kind"], told["usable"]) == ("pipeline", True)
    assert told["features"] == [each.name for each in made.fields]
    card = invoke("card", "acme.fraud/1").output
    assert f"## What is decided\n\n- {made.decision.rule}" in card
    assert "registered as models:/fraud/1, run a1" in card
    old = replace(made, version="2", made_with={"scikit-learn": "0.9.1"})
    lay_down(old, packages)
    assert "no: package acme.fraud/2 must be served beside" in invoke("show", "acme.fraud/2").output


def test_a_model_that_decides_nothing_is_shown_and_has_a_card(
    invoke: Invoke, packages: Path
) -> None:
    card = {
        "predicts": "what a customer pays",
        "why": "means are kept.",
        "out_of_time": {"means": {"spearman": 0.61234, "note": "no figure"}},
    }
    origin = {"as_of": "2026-01-01T00:00:00+00:00", "snapshot": "ab12"}
    publish(replace(make_value(), card=card, trained_on=origin), packages)
    label = make_value().label
    shown = invoke("show", label).output
    assert "what customers will pay" in shown
    assert json.loads(invoke("show", label, "--json").output)["decision"] is None
    text = invoke("card", label).output
    assert "- means: spearman 0.6123\n\n## Why this one\n\n- means are kept." in text
    assert "- snapshot `ab12`, as of 2026-01-01 00:00 UTC" in text
    assert "What is decided" not in text


def test_a_version_that_cannot_be_used_here_is_not_promoted(invoke: Invoke, packages: Path) -> None:
    stale = make_stale(replace(make_real_package("churn"), version="3", card=CARD))
    publish(stale, packages)
    invoke("promote", "acme.churn/1", "--yes")
    refused = invoke("promote", "acme.churn/3", "--yes").exception
    assert "must use features as they are declared here" in str(refused)
    assert current_version(packages, "acme", "churn") == "1"


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("show", "acme.chrun"), "model must be known; got 'acme.chrun'. Did you mean"),
        (("show", "acme.churn/9"), "version of acme.churn must be known; got '9'"),
        (("promote", "acme.churn"), "version must be named to be promoted"),
        (("rollback", "acme.churn/1"), "model must be named without a version"),
    ],
)
def test_what_is_not_there_is_said_in_a_sentence(
    invoke: Invoke, arguments: tuple[str, ...], sentence: str
) -> None:
    assert sentence in str(invoke(*arguments).exception)
