"""A tenant opened as notebooks open it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine
from tests.training.datasets import BRISK, make_dataset

from commerce.records.database import reading
from commerce.records.errors import RecordError
from commerce.records.tenants import Tenant, find_tenant
from features.snapshots.snapshot import Snapshot, take_snapshot
from simulation import SimulationOptions, simulate
from training.fitting.candidates import fit_candidates, linear_models
from training.publishing.challenger import Challenger, make_challenger
from training.publishing.promotion import TrainingResult
from workbench import notebook, stages
from workbench.records import open_records
from workbench.settings import DATABASE_VARIABLE, HOME_VARIABLE, Settings


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home with the tenant acme, named by the environment."""
    monkeypatch.setenv(HOME_VARIABLE, str(tmp_path))
    monkeypatch.delenv(DATABASE_VARIABLE, raising=False)
    settings = Settings.from_env({HOME_VARIABLE: str(tmp_path)}, tmp_path)
    engine = open_records(settings)
    simulate(
        engine,
        "acme",
        SimulationOptions(customers=5, days=30),
        now=datetime.now(UTC),
        truth_folder=tmp_path / "truth",
    )
    engine.dispose()
    return tmp_path


def test_a_copy_is_taken_only_after_its_instant_is_on_record(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench = notebook.open_bench(tenant="acme")
    seen: list[datetime | None] = []

    def watched(engine: Engine, tenant: Tenant, folder: Path) -> Snapshot:
        with reading(engine) as connection:
            seen.append(find_tenant(connection, "acme").observed_at)
        return take_snapshot(engine, tenant, folder)

    monkeypatch.setattr(stages, "take_snapshot", watched)
    copied = stages.copy_stream(bench)
    bench.engine.dispose()
    assert seen == [bench.as_of]
    assert copied.events > 0


@pytest.mark.parametrize("ahead", [timedelta(days=3), timedelta(days=4000)])
def test_a_bench_is_not_opened_in_the_future(home: Path, ahead: timedelta) -> None:
    bench = notebook.open_bench(tenant="acme")
    later = bench.as_of + ahead
    bench.engine.dispose()
    for asked in (later, later.date(), later.isoformat()):
        with pytest.raises(RecordError, match="as_of must not be later than"):
            notebook.open_bench(tenant="acme", as_of=asked)


@pytest.fixture(scope="module")
def challenger() -> Challenger:
    """A model of a shop that never was."""
    spec = replace(BRISK, candidates=linear_models())
    dataset = make_dataset(spec)
    return make_challenger(dataset, fit_candidates(dataset))


def test_figures_out_of_time_and_cross_validated_stand_together(challenger: Challenger) -> None:
    table = stages.report_table(challenger.report)
    assert list(table.index[:2]) == ["AUC, out of time", "AUC, cross-validated by customer"]
    assert table.loc["AUC, cross-validated by customer", "package"] == (
        f"{challenger.fitted.chosen.auc:.4f}"
    )


def test_standings_name_the_feature_people_would_rank_by(challenger: Challenger) -> None:
    table = stages.standings_table(challenger.report)
    assert list(table.index) == ["everyone"]
    assert table.columns[-1] == "days_since_order alone"


def test_what_shuffled_labels_mean_is_said_in_words(challenger: Challenger) -> None:
    report = challenger.report
    right = replace(report, baselines=replace(report.baselines, permuted_auc=0.51))
    assert "ranks with AUC 0.510; about .5 is right" in stages.permuted_note(right)
    wrong = replace(report, baselines=replace(report.baselines, permuted_auc=0.75))
    assert "0.750; that is further from .5 than chance allows" in stages.permuted_note(wrong)


def training(**changes: object) -> TrainingResult:
    result = TrainingResult(
        model="churn",
        name="acme.churn",
        version="2",
        label="acme.churn/2",
        promoted=True,
        gates="gates 8/8",
        refusals=(),
        auc=0.8,
        brier=0.1,
        base_rate=0.4,
        baseline_auc=0.7,
        candidate="plain logistic",
        n_train=100,
        n_test=50,
        run_id="r",
        package=None,
    )
    return replace(result, **changes)  # type: ignore[arg-type]


def test_a_decision_says_what_was_done_to_the_model_before() -> None:
    note = "boosted gave way to the plain logistic regression."
    assert stages.training_decision(training()) == "acme.churn/2 is champion: gates 8/8."
    assert stages.training_decision(training(notes=(note,))).endswith(f"gates 8/8. {note}")
    refused = training(promoted=False, refusals=("auc: low",), notes=(note,))
    assert stages.training_decision(refused) == f"acme.churn/2 was refused: auc: low. {note}"
