"""What a review may claim of a champion, with a model of one feature."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from commerce.records.instants import from_micros, to_micros
from features.catalogue import CATALOGUE
from features.snapshots.snapshot import Snapshot
from scoring.linear import Linear
from scoring.package import DecisionRule, Package, PackageOutput
from scoring.published import current, publish
from scoring.scale import Scale
from simulation import SimulationOptions, simulate
from training.fitting.schedule import cutoffs_for
from training.judging.plots import contributions_figure
from training.specs.churn import CHURN
from workbench import layouts, notebook
from workbench.errors import ChampionUnusable
from workbench.notebook import Bench
from workbench.records import open_records
from workbench.reviews import NOT_OUT_OF_TIME, review
from workbench.settings import DATABASE_VARIABLE, HOME_VARIABLE, Settings


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    """The tenant acme, two years old."""
    monkeypatch.setenv(HOME_VARIABLE, str(tmp_path))
    monkeypatch.delenv(DATABASE_VARIABLE, raising=False)
    settings = Settings.from_env({HOME_VARIABLE: str(tmp_path)}, tmp_path)
    engine = open_records(settings)
    options = SimulationOptions(customers=40, days=730)
    simulate(engine, "acme", options, now=datetime.now(UTC), truth_folder=tmp_path / "truth")
    engine.dispose()
    opened = notebook.open_bench(tenant="acme")
    yield opened
    opened.engine.dispose()


@pytest.fixture
def snapshot(bench: Bench) -> Snapshot:
    """Its stream."""
    return layouts.copy_stream(bench)


def publish_champion(
    bench: Bench, snapshot: Snapshot, as_of: datetime, plain: float = 0.75, **card: object
) -> None:
    """Leave a champion that says it was trained as of an instant."""
    schedule = cutoffs_for(
        CHURN,
        first_occurred=snapshot.first_occurred,
        as_of=to_micros(as_of),
        zone=bench.tenant.zone,
    )
    one = np.ones(1)
    publish(
        Package(
            name="acme.churn",
            version="1",
            currency="EUR",
            outputs=(
                PackageOutput(
                    name="orders_90d",
                    hash=CATALOGUE["orders_90d"].hash,
                    family="orders",
                    unit="count",
                    reference=1.0,
                    template="{value} orders.",
                    missing="No orders.",
                ),
            ),
            components=(
                Linear(
                    weight=1.0,
                    base=0.0,
                    log=np.zeros(1, dtype=bool),
                    fill=one,
                    mean=one,
                    coefficient=-one,
                    missing_mean=one,
                    missing_coefficient=one,
                ),
            ),
            decision=DecisionRule(threshold=0.4, at_or_above="retain", below="none", rule="Money."),
            card={
                "out_of_time": {"auc": 0.8},
                "baseline": {"auc": plain},
                "permuted_auc": 0.5,
                **card,
            },
            trained_on={
                "train_cutoffs": [from_micros(cutoff).isoformat() for cutoff in schedule.train],
                "horizon_days": schedule.horizon_days,
            },
        ),
        bench.settings.packages,
    )


def test_a_champion_is_measured_on_what_came_after_all_that_it_learned_from(
    bench: Bench, snapshot: Snapshot
) -> None:
    publish_champion(bench, snapshot, bench.as_of)
    found = review(bench, snapshot, "churn")
    assert found.out_of_time
    assert "AUC" in found.headline
    assert "AUC" in found.decision
    assert "ranking (AUC)" in found.verdict.index


def test_figures_out_of_what_the_card_promised_are_a_line_and_those_within_are_none(
    bench: Bench, snapshot: Snapshot
) -> None:
    wide = {"auc": 0.5, "auc_low": 0.0, "auc_high": 1.0}
    publish_champion(bench, snapshot, bench.as_of, out_of_time=wide)
    kept = review(bench, snapshot, "churn")
    assert kept.broken_promises == []
    assert kept.promise == "Its figures are within what its card promises."
    narrow = {"auc": 0.999, "auc_low": 0.998, "auc_high": 1.0}
    broken = replace(
        kept, package=replace(kept.package, card={**kept.package.card, "out_of_time": narrow})
    )
    (line,) = broken.broken_promises
    assert line.startswith(f"churn: AUC {broken.figures.auc:.3f} on ")
    assert line in broken.decision
    tested = from_micros(broken.cutoff).isoformat()
    trained_on = {**broken.package.trained_on, "test_cutoff": tested}
    known = replace(broken, package=replace(broken.package, trained_on=trained_on))
    assert known.broken_promises == []
    assert "not known yet" in known.promise


def test_a_review_as_of_an_instant_before_the_champions_does_not_pass_for_honest(
    bench: Bench, snapshot: Snapshot
) -> None:
    publish_champion(bench, snapshot, bench.as_of)
    past = notebook.open_bench(tenant="acme", as_of=bench.as_of - timedelta(days=100))
    found = review(past, snapshot, "churn")
    past.engine.dispose()
    assert not found.out_of_time
    assert NOT_OUT_OF_TIME in found.headline
    assert NOT_OUT_OF_TIME in found.decision
    assert "AUC" not in found.headline
    assert "AUC" not in found.decision
    assert "ranking (AUC), not out of time" in found.verdict.index


@pytest.mark.parametrize(("plain", "verdict"), [(0.75, "beaten"), (0.8, "not beaten")])
def test_a_review_says_whether_the_champion_beats_a_plain_logistic_regression(
    bench: Bench, snapshot: Snapshot, plain: float, verdict: str
) -> None:
    publish_champion(bench, snapshot, bench.as_of, plain)
    found = review(bench, snapshot, "churn")
    row = list(found.verdict.T["the same when it was trained (AUC)"])
    assert row == ["0.800", f"plain logistic {plain:.3f}, {verdict}"]
    better = "better" if verdict == "beaten" else "no better"
    assert found.decision.endswith(
        f"the champion ranked with AUC 0.800, {better} than a plain logistic regression with {plain:.3f}."
    )


def test_a_review_of_a_plain_logistic_regression_says_what_it_is(
    bench: Bench, snapshot: Snapshot
) -> None:
    chosen = {"name": "plain logistic", "chosen": True}
    publish_champion(bench, snapshot, bench.as_of, 0.8, candidates=[chosen])
    found = review(bench, snapshot, "churn")
    assert found.decision.endswith("nothing ranked better.")
    assert list(found.verdict.T["the same when it was trained (AUC)"])[1].endswith("itself")


def test_a_review_shows_recency_alone_what_is_at_stake_and_whom_the_champion_favours(
    bench: Bench, snapshot: Snapshot
) -> None:
    standing = {"population": "everyone", "rows": 1200, "base_rate": 0.43, "auc": 0.8}
    group = {"attribute": "country", "group": "DE", "customers": 90, "favoured": 0.5}
    publish_champion(
        bench,
        snapshot,
        bench.as_of,
        standings=[{**standing, "plain_auc": 0.75, "feature_auc": 0.7}],
        baseline_feature="days_since_order",
        fairness=[{**group, "observed": 0.4, "is_compared": True}],
        payoff={"gain": 300.0, "cost": 100.0},
    )
    found = review(bench, snapshot, "churn")
    assert list(found.standings.loc["everyone"]) == ["1,200", "43.0%", "0.800", "0.750", "0.700"]
    assert found.standings.columns[-1] == "days_since_order alone"
    assert found.fairness.loc[("country", "DE"), "retain"] == "50.0%"
    assert found.payoff is not None
    assert found.payoff.threshold == 0.25


def test_a_page_shows_both_credit_scores_and_nothing_of_them_for_a_model_without(
    bench: Bench, snapshot: Snapshot
) -> None:
    publish_champion(bench, snapshot, bench.as_of)
    found = review(bench, snapshot, "churn")
    assert found.credit_shown == ()
    scaled = replace(found, package=replace(found.package, scale=Scale()))
    summary, table = scaled.credit_shown
    assert scaled.credit is not None
    assert list(summary.index[:2]) == ["Gini", "KS"]
    assert set(table.reset_index()["score"]) == {"learned"}


def test_a_champion_of_before_has_nothing_to_show_of_what_was_not_measured_then(
    bench: Bench, snapshot: Snapshot
) -> None:
    publish_champion(bench, snapshot, bench.as_of)
    found = review(bench, snapshot, "churn")
    assert (len(found.standings), len(found.fairness), found.payoff) == (0, 0, None)


def test_a_page_names_features_as_people_say_them(bench: Bench, snapshot: Snapshot) -> None:
    publish_champion(bench, snapshot, bench.as_of)
    found = review(bench, snapshot, "churn")
    (axes,) = contributions_figure(found.package, found.values).axes
    assert [label.get_text() for label in axes.get_yticklabels()] == [
        "Orders placed in the last 90 days"
    ]


def test_a_champion_that_cannot_be_used_is_left_out_and_the_one_before_reviewed_meanwhile(
    bench: Bench, snapshot: Snapshot
) -> None:
    publish_champion(bench, snapshot, bench.as_of)
    sound = current(bench.settings.packages, "acme", "churn")
    stale = replace(sound, version="2", outputs=(replace(sound.outputs[0], hash="any"),))
    publish(stale, bench.settings.packages)
    found = review(bench, snapshot, "churn")
    assert found.package.label == "acme.churn/1"
    assert "acme.churn/1 answers meanwhile, as package acme.churn/2 must use" in found.decision
    shutil.rmtree(bench.settings.packages / "acme" / "churn" / "1")
    with pytest.raises(ChampionUnusable, match="bellwether run --tenant acme --models churn"):
        review(bench, snapshot, "churn")
