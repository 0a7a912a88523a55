"""A shop that sells on credit, from its records to what is told: everything said of a customer comes true."""

from __future__ import annotations

import json
import re
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner
from matplotlib.figure import Figure
from sqlalchemy import Connection
from tests.credit_shop import SLUG, CreditShop, make_credit_shop

from commerce.records.database import connect, reading, writing
from commerce.records.instants import from_micros, to_micros
from commerce.records.stream import NewEvent, append, customer_rows
from features.catalogue import CATALOGUE
from features.declaring.relations import complete
from features.evaluating.online import online_features
from features.evaluating.python_evaluator import evaluate_rows
from features.evaluating.settling import as_if_paid, open_invoices
from scoring.decisions import decide, decide_many
from scoring.files import read_package
from scoring.notices import adverse_notice
from scoring.points import points_table
from scoring.published import publish
from scoring.recourse import Move
from scoring.scale import BAND_NAMES
from serving.predict.nightly import score_customers
from serving.predict.packages import PackageShelf
from serving.predict.recourse import Recourse, find_recourse
from training.fitting.rule_scores import rule_scores
from workbench import migrations, notebook, scoreboard
from workbench.cli import group
from workbench.explanations import explain
from workbench.settings import DATABASE_VARIABLE, HOME_VARIABLE

STEP = timedelta(microseconds=1)
PROTECTED = re.compile(r"\b(age|gender|country|region|nationality|religion)\b", re.IGNORECASE)


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CreditShop]:
    """The shop; nothing here changes its records but copies of them."""
    made = make_credit_shop(tmp_path_factory.mktemp("credit"))
    yield made
    made.engine.dispose()


@pytest.fixture(scope="module")
def told(shop: CreditShop) -> dict[UUID, Recourse]:
    """What every customer is told."""
    found = {}
    with reading(shop.engine) as connection:
        for customer in shop.customers:
            one = find_recourse(connection, shop.served, shop.tenant, customer, shop.as_of)
            assert one is not None
            found[customer] = one
    return found


@pytest.fixture
def ask(shop: CreditShop, monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """Run a command at the shop's home, and give what it prints."""
    monkeypatch.setenv(HOME_VARIABLE, str(shop.home))
    monkeypatch.delenv(DATABASE_VARIABLE, raising=False)

    def run(*arguments: str, code: int = 0) -> str:
        done = CliRunner().invoke(group, list(arguments))
        assert done.exit_code == code, done.output
        return done.output

    return run


def pay(connection: Connection, shop: CreditShop, customer: UUID, move: Move) -> None:
    """Write down that a customer paid an invoice, as imported history has it."""
    at = to_micros(shop.as_of)
    kinds = (("payment.captured", "payment"), ("invoice.paid", "invoice"))
    events = [
        NewEvent(
            kind,
            at,
            at,
            f"{kind}/{move.record}",
            customer_id=customer,
            aggregate_type=about,
            aggregate_id=move.record,
            amount_minor=move.amount,
            currency=shop.tenant.currency,
            base_minor=move.amount,
            method="pay_later",
        )
        for kind, about in kinds
    ]
    append(connection, shop.tenant, events, ingested_at=at)


def test_some_are_told_how_to_reach_a_better_band_and_all_such_ways_lead_up(
    told: dict[UUID, Recourse],
) -> None:
    helped = [each for each in told.values() if each.ways]
    assert len(helped) >= 10
    for each in told.values():
        places = [BAND_NAMES.index(way.band) for way in each.ways]
        assert places == sorted(places, reverse=True)
        assert all(place < BAND_NAMES.index(each.band) for place in places)
        assert len(each.sentences) == (len(each.ways) or int(each.band != "A"))


def test_what_was_told_comes_true_once_the_invoices_are_paid(
    shop: CreditShop, told: dict[UUID, Recourse], tmp_path: Path
) -> None:
    shutil.copytree(shop.home / "data", tmp_path / "data")
    path = Path(str(shop.engine.url.database)).relative_to(shop.home)
    engine = connect(f"sqlite:///{tmp_path / path}")
    ways = [(customer, each.ways[0]) for customer, each in told.items() if each.ways][:12]
    assert {len(way.moves) for _, way in ways} >= {1}
    for customer, way in ways:
        with writing(engine) as connection:
            for move in way.moves:
                pay(connection, shop, customer, move)
        with reading(engine) as connection:
            later = to_micros(shop.as_of + STEP)
            values = online_features(
                connection, shop.tenant.id, customer, later, shop.served.outputs
            )
        came = decide(shop.package, values)
        assert came.score is not None
        assert came.score >= way.score
        assert BAND_NAMES.index(str(came.band)) <= BAND_NAMES.index(way.band)
    engine.dispose()


def test_a_counterfactual_agrees_with_itself_and_moves_only_what_was_declared(
    shop: CreditShop, told: dict[UUID, Recourse]
) -> None:
    at, outputs = to_micros(shop.as_of), shop.served.outputs
    usual = {output.name: output.reference for output in shop.package.outputs}
    ways = [(customer, way) for customer, each in told.items() for way in each.ways]
    with reading(shop.engine) as connection:
        for customer, way in ways[:40]:
            rows = customer_rows(connection, shop.tenant.id, customer, at)
            paid = {move.record for move in way.moves}
            some = [each for each in open_invoices(rows, at) if each.id in paid]
            before = evaluate_rows(rows, at + 1, outputs)
            after = evaluate_rows(as_if_paid(rows, some, at)[0], at + 1, outputs)
            given = dict(zip(outputs.names, after.tolist(), strict=True))
            known = {name: None if value != value else value for name, value in given.items()}
            assert complete(outputs, known, usual) == known
            same = (before == after) | (np.isnan(before) & np.isnan(after))
            moved = {outputs.names[place] for place in np.flatnonzero(~same)}
            assert moved
            assert moved <= set(shop.package.actionable)


def test_without_what_a_customer_can_change_nothing_is_told(shop: CreditShop) -> None:
    frozen = PackageShelf([], CATALOGUE).serve(replace(shop.package, actionable=()))
    with reading(shop.engine) as connection:
        found = find_recourse(connection, frozen, shop.tenant, shop.customers[0], shop.as_of)
    assert found is None


def test_the_points_of_a_scorecard_learned_here_add_up_to_its_scores(shop: CreditShop) -> None:
    card = points_table(shop.package)
    values = shop.dataset.current[list(shop.package.names)].to_numpy(float)
    for row, decision in zip(values.tolist(), decide_many(shop.package, values), strict=True):
        assert card.score(dict(zip(shop.package.names, row, strict=True))) == decision.score


def test_a_published_package_keeps_what_it_tells_customers(shop: CreditShop) -> None:
    again = read_package(shop.home / "data" / "packages" / SLUG / "credit" / "1")
    assert again.actionable == shop.package.actionable
    assert again.rule_inputs == shop.package.rule_inputs
    assert [output.notice for output in again.outputs] == [
        output.notice for output in shop.package.outputs
    ]


def test_the_rule_score_stands_for_the_risk_that_was_observed(shop: CreditShop) -> None:
    inputs = shop.package.rule_inputs
    assert inputs is not None
    assert inputs.calibration is not None
    rows = shop.dataset.asked(shop.dataset.train)
    risks = [inputs.probability(points) for points in rule_scores(rows, inputs).tolist()]
    assert np.mean(np.array(risks, dtype=float)) == pytest.approx(rows["label"].mean(), abs=1e-9)


def test_notices_name_at_most_four_reasons_and_nothing_protected(shop: CreditShop) -> None:
    values = shop.dataset.current[list(shop.package.names)].to_numpy(float)
    said = [adverse_notice(shop.package, each) for each in decide_many(shop.package, values)]
    refused = [each for each in said if each]
    assert refused
    for sentences in refused:
        assert 3 <= len(sentences) <= 6
        assert not any(PROTECTED.search(sentence) for sentence in sentences)


def test_an_explanation_tells_both_scores_the_notice_and_what_would_better_them(
    shop: CreditShop, told: dict[UUID, Recourse]
) -> None:
    customer = next(
        customer for customer, each in told.items() if each.ways and each.band == BAND_NAMES[-1]
    )
    with reading(shop.engine) as connection:
        (found,) = explain(
            connection,
            PackageShelf([shop.home / "data" / "packages"], CATALOGUE),
            shop.tenant,
            "credit",
            customers=[str(customer)],
            sample=1,
            rows=1,
            now=shop.as_of,
        )
    lines = Counter(line.split()[0] for line in found.lines if line.startswith("  "))
    assert lines["rules"] == 1
    assert lines["because"] >= 1
    assert lines["notice"] >= 3
    assert lines["recourse"] == len(told[customer].ways)


@pytest.mark.usefixtures("ask")
def test_whom_to_see_first_is_listed_with_both_scores_on_one_scale(shop: CreditShop) -> None:
    bench = notebook.open_bench(tenant=SLUG)
    table = scoreboard.to_see_first(
        bench, shop.dataset.snapshot, shop.package, shop.dataset.current
    )
    bench.engine.dispose()
    for _, row in table.iterrows():
        assert row["rule score scaled"] == shop.package.scaled(row["rule score"])
    assert table["score"].is_monotonic_increasing


def test_bands_that_changed_are_counted_between_two_dates(
    shop: CreditShop, ask: Callable[..., str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(shop.home / "data", tmp_path / "data")
    monkeypatch.setenv(HOME_VARIABLE, str(tmp_path))
    path = Path(str(shop.engine.url.database)).relative_to(shop.home)
    engine = connect(f"sqlite:///{tmp_path / path}")
    first = from_micros(shop.dataset.schedule.test)
    for as_of, frame in ((first, shop.dataset.test), (shop.as_of, shop.dataset.current)):
        score_customers(
            engine,
            shop.tenant,
            shop.package,
            CATALOGUE,
            customer_ids=frame["customer_id"].tolist(),
            values=frame[list(shop.package.names)].to_numpy(float),
            as_of=as_of,
            now=shop.as_of,
            backfills=0,
        )
    engine.dispose()
    dates = ("--since", first.isoformat())
    said = json.loads(ask("bands", "changed", *dates, "--json"))
    before, after = set(shop.dataset.test["customer_id"]), set(shop.dataset.current["customer_id"])
    assert sum(map(sum, said["counts"])) == len(before & after)
    assert sum(said["went"].values()) == len(before - after)
    assert sum(said["came"].values()) == len(after - before)
    earlier = (first - timedelta(days=30)).isoformat()
    assert "name a later --since" in ask("bands", "changed", "--since", earlier, code=2)
    table = ask("bands", "changed", "--tenant", SLUG, *dates)
    assert "to A" in table.splitlines()[0]
    assert f"of {len(before & after):,} scored by" in table
    assert json.loads(ask("bands", "changed", *dates, "--by", "rules", "--json"))["by"] == "rules"
    bench = notebook.open_bench(tenant=SLUG)
    figure, fell = migrations.shown(bench, "credit")
    assert isinstance(figure, Figure)
    assert f"Of {len(before & after):,} customers scored" in figure.axes[0].get_title(loc="left")
    assert isinstance(fell, pd.DataFrame)
    assert list(fell.index) == [each["customer"] for each in said["fell"]]
    assert migrations.shown(bench, "churn") == ()
    bench.engine.dispose()


def test_a_matrix_of_nothing_says_how_to_have_scores(
    shop: CreditShop, ask: Callable[..., str]
) -> None:
    said = ask("bands", "changed", "--since", f"{shop.as_of:%Y-%m-%d}", code=2)
    assert "Score customers first: bellwether run --tenant acme --models credit" in said


def test_a_scorecard_is_shown_and_exported(
    shop: CreditShop, ask: Callable[..., str], tmp_path: Path
) -> None:
    shown = ask("scorecard", "show", "acme.credit")
    assert shown.splitlines()[1].split() == [
        "base",
        "points",
        f"{points_table(shop.package).base:.1f}",
    ]
    told = json.loads(ask("scorecard", "show", "credit", "--json"))
    assert told["label"] == "acme.credit/1"
    target = tmp_path / "card.sql"
    assert "acme.credit/1" in ask("scorecard", "export", "credit", "--to", str(target))
    assert target.read_text("utf-8").startswith("-- acme.credit/1")
    assert "Add --force" in ask("scorecard", "export", "credit", "--to", str(target), code=2)
    ask("scorecard", "export", "credit", "--to", str(target), "--force")


def test_a_champion_of_another_form_says_how_to_have_a_scorecard(
    shop: CreditShop, ask: Callable[..., str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(shop.home / "data", tmp_path / "data")
    monkeypatch.setenv(HOME_VARIABLE, str(tmp_path))
    publish(replace(shop.package, version="2", scale=None), tmp_path / "data" / "packages")
    said = ask("scorecard", "show", "acme.credit", code=2)
    assert "bellwether models set credit --form scorecard --tenant acme" in said
