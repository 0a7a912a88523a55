"""`bellwether campaign`: drawn once, listed without who was held out, reported beside what was promised."""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from click.testing import CliRunner, Result
from tests.analytics.drawn_campaigns import hold_campaign
from tests.workbench.offering import COST, MARGIN, make_offering_package
from tests.workbench.shops import SLUG, make_home, settings_of

from scoring.published import publish
from workbench.cli import group
from workbench.records import open_records
from workbench.settings import DATABASE_VARIABLE, HOME_VARIABLE

Run = Callable[..., Result]


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with a shop of 90 customers whose champion picks most of them."""
    home = make_home(tmp_path_factory.mktemp("homes") / "home", customers=90, days=200)
    publish(make_offering_package(SLUG), settings_of(home).packages)
    return home


@pytest.fixture
def run(filled: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command in a copy of that home."""
    shutil.copytree(filled, tmp_path / "home")
    monkeypatch.setenv(HOME_VARIABLE, str(tmp_path / "home"))
    monkeypatch.delenv(DATABASE_VARIABLE, raising=False)

    def bellwether(*arguments: str) -> Result:
        return CliRunner().invoke(group, ["campaign", *arguments])

    return bellwether


def done(result: Result) -> str:
    assert result.exit_code == 0, result.output
    return result.output


def test_a_campaign_says_first_what_it_can_show_and_is_drawn_once(run: Run, tmp_path: Path) -> None:
    asked = ("start", "churn", "--holdout", "0.2", "--budget", "30", "--name", "spring")
    dry = done(run(*asked, "--dry-run"))
    assert "picks" in dry
    assert "four times in five it is seen if an offer keeps" in dry
    assert "no campaign yet" in done(run("list"))
    first, second = tmp_path / "first.csv", tmp_path / "second.csv"
    told = done(run(*asked, "--to", str(first)))
    assert told.startswith(dry)
    assert "30 offers made, 8 withheld" in told
    again = done(run(*asked, "--to", str(second)))
    assert "nothing was drawn again" in again
    assert first.read_bytes() == second.read_bytes()
    rows = list(csv.DictReader(first.read_text().splitlines()))
    assert len(rows) == 30
    assert list(rows[0]) == ["customer", "state", "days_since_order"]
    assert all(row["customer"].startswith("C0") for row in rows)
    assert "spring" in done(run("list"))


def test_a_budget_of_money_buys_as_many_offers_as_it_pays_for(run: Run) -> None:
    amount = f"{(30 * COST + COST // 2) / 100:.2f} EUR"
    said = json.loads(done(run("start", "churn", "--budget", amount, "--json", "--name", "spring")))
    assert said["campaign"]["offers"] == 30
    assert said["power"]["offers"] == 30


def test_a_campaign_is_picked_by_the_last_usable_version_where_the_champion_is_damaged(
    run: Run, tmp_path: Path
) -> None:
    packages = settings_of(tmp_path / "home").packages
    publish(replace(make_offering_package(SLUG), version="3"), packages)
    (packages / SLUG / "churn" / "3" / "model.npz").write_bytes(b"half of it")
    told = done(run("start", "churn", "--dry-run"))
    assert "acme.churn/2 answers meanwhile" in told
    assert "acme.churn/2 picks" in told


@pytest.mark.parametrize(("kind", "read"), [("xlsx", pd.read_excel), ("parquet", pd.read_parquet)])
def test_who_was_held_out_is_listed_only_where_it_is_asked_for(
    run: Run, tmp_path: Path, kind: str, read: Callable[[Path], pd.DataFrame]
) -> None:
    target = tmp_path / f"offers.{kind}"
    done(run("start", "churn", "--budget", "20", "--to", str(target), "--with-arm"))
    arms = read(target)["arm"].value_counts().to_dict()
    assert arms == {"offered": 20, "held out": 5}


def test_a_report_is_given_at_once_and_says_how_far_it_has_come(run: Run) -> None:
    done(run("start", "churn", "--name", "spring"))
    text = done(run("report", "spring"))
    assert "0 of 90 days have passed; the figures are those so far" in text
    assert "promised is" in text
    said: dict[str, Any] = json.loads(done(run("report", "spring", "--json")))
    assert said["campaign"]["margin_bp"] == round(10_000 * MARGIN)
    assert said["treated"]["cost_minor"] == COST * said["treated"]["customers"]
    assert said["control"]["cost_minor"] == 0
    assert said["finished"] is False
    assert said["kept"]["low"] <= said["kept"]["value"] <= said["kept"]["high"]
    assert "no campaign of churn has come to its end yet" in done(run("learned"))


def test_what_a_finished_campaign_taught_is_what_decisions_reckon_with(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(HOME_VARIABLE, str(tmp_path))
    monkeypatch.delenv(DATABASE_VARIABLE, raising=False)
    engine = open_records(settings_of(tmp_path))
    hold_campaign(engine, tmp_path)
    engine.dispose()

    def run(*arguments: str) -> str:
        return done(CliRunner().invoke(group, list(arguments)))

    text = run("campaign", "report", "spring")
    assert "60 of 60 days have passed" in text
    assert "promised was" in text
    told = run("campaign", "learned", "--apply")
    assert "acme.churn reckons with it from the next run on" in told
    shown = json.loads(run("economics", "show", "churn", "--json"))["economics"]["success"]
    assert shown["from"] == "set"
    assert [each["returns"] for each in shown["value"]] == sorted(
        each["returns"] for each in shown["value"]
    )
    assert all(each["rate"] > 0.1 for each in shown["value"])


def test_what_was_sold_on_credit_stands_beside_what_was_decided(run: Run) -> None:
    said = json.loads(done(run("credit", "--json")))
    assert {each["action"] for each in said["bands"]} == {"undecided"}
    assert said["bands"][0]["invoices"] > 50
    assert "undecided" in done(run("credit"))


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        (("start", "credit"), "champion must know what an offer earns; got acme.credit/1"),
        (("start", "churn", "--holdout", "0"), "holdout must be more than 0 and at most 0.9"),
        (("start", "churn", "--to", "offers.doc"), "file must end in one of .csv, .xlsx, .parquet"),
        (("start", "chrun"), "model 'acme.chrun' must have a published package"),
        (("start", "churn", "--name", "Spring!"), "reason must be one lower-case word"),
        (
            ("start", "churn", "--budget", "75 USD"),
            "must be a number of offers, or an amount of EUR",
        ),
        (("start", "churn", "--budget", "7.505 EUR"), "budget must have at most 2 decimals in EUR"),
        (("start", "churn", "--budget", "12 EUR"), "budget must be 5 or more; got 4"),
        (("report", "autumn"), "campaign must exist; got 'autumn'"),
    ],
)
def test_what_cannot_be_is_refused_in_a_sentence(
    run: Run, asked: tuple[str, ...], sentence: str
) -> None:
    refused = run(*asked)
    assert refused.exit_code != 0
    assert sentence in refused.output
