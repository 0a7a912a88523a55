"""A person lets a version shadow, sees what it would change, and ends it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest
from click.testing import CliRunner, Result
from tests.serving.shop import make_real_package, make_shop, make_stale
from tests.workbench.shops import settings_of

from features.catalogue import CATALOGUE
from scoring.published import current_version, lay_down, publish
from serving.predict.answers import answer_customer
from serving.predict.asking import AppState, CustomerRequest
from serving.predict.packages import PackageShelf
from serving.predict.prediction_log.writer import PredictionLog
from serving.predict.store import RecordStore
from workbench.cli import group
from workbench.records import open_records
from workbench.settings import DATABASE_VARIABLE, HOME_VARIABLE, Settings

Invoke = Callable[..., Result]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A home with a shop, a champion, and a version that says to keep nearly everybody."""
    found = settings_of(tmp_path)
    engine = open_records(found)
    make_shop(engine)
    engine.dispose()
    champion = make_real_package("churn")
    publish(champion, found.packages)
    eager = replace(champion.decision, threshold=0.01)
    lay_down(replace(champion, version="7", decision=eager), found.packages)
    return found


@pytest.fixture
def invoke(settings: Settings) -> Invoke:
    def call(*arguments: str) -> Result:
        env = {HOME_VARIABLE: str(settings.home), DATABASE_VARIABLE: ""}
        return CliRunner().invoke(group, ["models", *arguments], env=env, standalone_mode=False)

    return call


def ask(settings: Settings) -> list[str]:
    """Have both customers asked about, and the answers in the log; gives what was decided."""
    store, log = RecordStore(settings.database_url), PredictionLog(settings.predictions)
    shelf = PackageShelf([settings.packages], CATALOGUE)
    state = AppState(shelf=shelf, store=store, now=lambda: datetime.now(UTC), log=log)
    decided = [
        answer_customer(
            state,
            "churn",
            CustomerRequest(tenant="acme", customer_id=customer),
            str(UUID(int=place)),
        ).decision.decision.action
        for place, customer in enumerate(["17850", "12346"])
    ]
    log.close()
    store.close()
    return decided


def test_a_version_shadows_is_compared_and_stopped(invoke: Invoke, settings: Settings) -> None:
    assert "acme.churn: no version shadows; to let one" in invoke("shadow", "churn").output
    told = invoke("shadow", "churn", "--version", "7", "--tenant", "acme").output
    assert "acme.churn/7 shadows acme.churn/1 since " in told
    assert "bellwether models compare acme.churn --shadow" in told
    assert [line.split()[:2] for line in invoke("list").output.splitlines()[1:]] == [
        ["acme.churn/7", "shadow"],
        ["acme.churn/1", "champion"],
    ]
    decided = ask(settings)
    assert current_version(settings.packages, "acme", "churn") == "1"
    changed = decided.count("leave alone")
    shown = invoke("compare", "acme.churn", "--shadow").output
    assert "were put to acme.churn/7: 2 it answered, too (2 by acme.churn/1)" in shown
    assert f"it would say to do something else in {changed} of 2" in shown
    found = json.loads(invoke("compare", "churn", "--shadow", "--json").output)
    assert (found["shadow"], found["both"], found["changed"]) == ("acme.churn/7", 2, changed)
    assert shown.splitlines()[-1].strip() == found["sentence"]
    later = invoke("compare", "churn", "--shadow", "--since", "2999-01-01").output
    assert "acme.churn/7 has answered nothing yet." in later
    assert "acme.churn: no version shadows any more" in invoke("shadow", "churn", "--stop").output
    assert json.loads(invoke("shadow", "churn", "--json").output)["shadow"] is None
    assert json.loads(invoke("compare", "churn", "--shadow", "--json").output) == found


def test_a_shadow_that_is_promoted_is_asked_nothing_twice(
    invoke: Invoke, settings: Settings
) -> None:
    invoke("shadow", "acme.churn/7")
    assert invoke("promote", "acme.churn/7", "--yes").exit_code == 0
    assert "is champion by now" in invoke("shadow", "acme.churn").output
    assert set(ask(settings)) == {"retain"}
    found = json.loads(invoke("compare", "acme.churn", "--shadow", "--json").output)
    assert found["asked"] == 0


def test_a_version_on_features_declared_otherwise_does_not_shadow(
    invoke: Invoke, settings: Settings
) -> None:
    lay_down(replace(make_stale(make_real_package("churn")), version="8"), settings.packages)
    refused = invoke("shadow", "acme.churn/8").exception
    assert "must use features as they are declared here" in str(refused)
    assert not settings.shadows.exists()


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("shadow", "acme.churn/1"), "shadow must be another version than the champion"),
        (("shadow", "acme.churn/9"), "version of acme.churn must be known; got '9'"),
        (("shadow", "acme.churn/7", "--version", "8"), "version must be named once"),
        (("shadow", "acme.churn/7", "--stop"), "--stop must stand without a version"),
        (("compare", "acme.churn", "--shadow"), "model acme.churn must have been shadowed"),
        (("compare", "acme.churn/7", "--shadow"), "got no answer that was put to acme.churn/7"),
        (("compare", "acme.churn"), "compare must be given A and B, or A with --shadow"),
        (("compare", "a.b", "a.b/1", "--shadow"), "compare --shadow must name one model"),
        (("compare", "a.b", "a.b/1", "--since", "2026-01-01"), "--since must stand with --shadow"),
    ],
)
def test_what_cannot_be_is_said_in_a_sentence(
    invoke: Invoke, arguments: tuple[str, ...], sentence: str
) -> None:
    assert sentence in str(invoke(*arguments).exception)
