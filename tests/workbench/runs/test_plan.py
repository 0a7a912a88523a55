"""The plan, with a runner that only pretends to run."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from tests.training.audits import make_audit

from training.judging.audits import write_audit
from training.judging.waivers import Waiver, withdraw_waiver, write_waiver
from workbench.runs.execution import Outcome, Runner, Task
from workbench.runs.exit_status import CELL_RAISED, LEFT_OUT, SUCCEEDED, ExitStatus
from workbench.runs.files import write_json
from workbench.runs.history import RunRecord
from workbench.runs.plan import BESIDE, BUILD, REVIEW, SCORE, TRAIN, Pipeline
from workbench.runs.worker import Progress

MODEL_PARAMETERS = """
tenant: str = "demo"
as_of: str = ""
model: str = "churn"
snapshot: str | None = None
"""
PARAMETERS = {
    BUILD: 'tenant: str = "demo"\nas_of: str = ""\nmodels: list[str] = ["churn"]',
    TRAIN: MODEL_PARAMETERS,
    REVIEW: MODEL_PARAMETERS,
    SCORE: MODEL_PARAMETERS,
    **dict.fromkeys(BESIDE, 'tenant: str = "demo"\nas_of: str = ""\nsnapshot: str | None = None'),
}
POPULATIONS: dict[str, dict[str, Any]] = {"churn": {"cutoffs": [1]}, "credit": {"cutoffs": [2]}}


@dataclass
class PretendedRun:
    """A run that is over as soon as it has begun."""

    outcome: Outcome
    sentinel: int = field(init=False)

    def __post_init__(self) -> None:
        self.sentinel, other_end = os.pipe()
        os.close(other_end)

    def finish(self) -> Outcome:
        os.close(self.sentinel)
        return self.outcome


@dataclass
class Pretender:
    """Says what each step would have come to, and remembers what was asked."""

    runner: Runner
    packages: Path
    outputs: dict[str, dict[str, Any]]
    exit_statuses: dict[str, ExitStatus] = field(default_factory=dict)
    champions: tuple[str, ...] = ("churn", "credit")
    ran: list[str] = field(default_factory=list)
    tasks: list[Task] = field(default_factory=list)

    def up_to_date(self, task: Task) -> Outcome | None:
        return self.runner.up_to_date(task)

    def begin(self, task: Task, *, progress: Progress) -> PretendedRun:
        self.ran.append(task.label)
        self.tasks.append(task)
        name, model = task.notebook.name, task.text("model")
        exit_status = self.exit_statuses.get(task.label, SUCCEEDED)
        run_id, folder = self.runner.history.begin(
            name, model=model, key=self.runner.key(task), now=self.runner.clock()
        )
        result: dict[str, Any] = {
            "headline": "done",
            "outputs": self.outputs.get(name, {}),
            "run_id": run_id,
        }
        if name == TRAIN and exit_status is SUCCEEDED and model in self.champions:
            publish(self.packages, model, "1")
            result["figures"] = {"champion": f"demo.{model}/1"}
        write_json(folder / "result.json", result)
        record = RunRecord(
            run_id=run_id,
            notebook=name,
            label=task.label,
            tenant="demo",
            model=model,
            as_of="",
            key=self.runner.key(task),
            input_hash=task.input_hash,
            pid=1,
            started_at="2026-01-01",
        )
        self.runner.history.write(replace(record, state=exit_status.name))
        return PretendedRun(
            Outcome(
                exit_status=exit_status, record=record, result=result, folder=folder, fresh=True
            )
        )


def publish(packages: Path, model: str, version: str, content: str = "trees") -> None:
    """Leave a champion where the plan looks for one."""
    home = packages / "demo" / model
    write_json(home / version / "package.json", {"checksums": {"content": content}})
    write_json(home / "current.json", {"version": version})


@pytest.fixture
def pretender(runner: Runner, tmp_path: Path) -> Pretender:
    outputs: dict[str, dict[str, Any]] = {
        BUILD: {"snapshot": "s1", "models": POPULATIONS},
        TRAIN: {"package": "p1"},
    }
    return Pretender(runner=runner, packages=tmp_path / "packages", outputs=outputs)


@pytest.fixture
def plan(pretender: Pretender, tmp_path: Path) -> Callable[..., Pipeline]:
    notebooks = tmp_path / "notebooks"
    notebooks.mkdir()
    for name, source in PARAMETERS.items():
        cell = {"cell_type": "code", "metadata": {"tags": ["parameters"]}, "source": source}
        (notebooks / f"{name}.ipynb").write_text(json.dumps({"cells": [cell]}))

    def make(**changed: Any) -> Pipeline:
        asked: dict[str, Any] = {
            "runner": pretender,
            "notebooks": notebooks,
            "packages": pretender.packages,
            "tenant": "demo",
            "as_of": "2026-01-01T00:00:00+00:00",
            "models": ("churn", "credit"),
            "input_hash": "stream",
            "records": "demo since 2026",
            "report": lambda outcome: None,
            "skip": lambda sentence: None,
            **changed,
        }
        return Pipeline(**asked)

    return make


ALL = [
    "10 build_features",
    "20 train churn",
    "30 review churn",
    "40 score churn",
    "20 train credit",
    "30 review credit",
    "40 score credit",
]


def in_order(ran: list[str]) -> list[str]:
    """Put what ran side by side in the order of the models, each model's steps as they ran."""
    return sorted(
        ran,
        key=lambda label: ["10", "churn", "credit", "recommend"].index(
            label[:2] if label < "2" else label.split()[-1]
        ),
    )


def test_features_are_built_once_and_every_model_goes_its_way(
    plan: Callable[..., Pipeline], pretender: Pretender
) -> None:
    result = plan().run()
    assert in_order(pretender.ran) == ALL
    assert not result.failures
    assert [outcome.record.model for outcome in result.of(TRAIN)] == ["churn", "credit"]


def test_a_second_run_with_nothing_changed_runs_nothing(
    plan: Callable[..., Pipeline], pretender: Pretender
) -> None:
    plan().run()
    pretender.ran.clear()
    result = plan().run()
    assert pretender.ran == []
    assert not result.changed
    assert len(result.outcomes) == len(ALL)


def test_new_records_that_change_nothing_seen_let_later_steps_stand(
    plan: Callable[..., Pipeline], pretender: Pretender
) -> None:
    plan().run()
    pretender.ran.clear()
    plan(input_hash="stream and one more").run()
    assert pretender.ran == ["10 build_features"]


def test_a_new_snapshot_retrains_every_model(
    plan: Callable[..., Pipeline], pretender: Pretender
) -> None:
    plan().run()
    pretender.ran.clear()
    pretender.outputs[BUILD] = {"snapshot": "s2", "models": POPULATIONS}
    plan(input_hash="more").run()
    assert in_order(pretender.ran) == ALL


def test_a_failed_step_stops_its_model_and_no_other(
    plan: Callable[..., Pipeline], pretender: Pretender
) -> None:
    pretender.exit_statuses["20 train churn"] = CELL_RAISED
    result = plan().run()
    assert in_order(pretender.ran) == [ALL[0], ALL[1], *ALL[4:]]
    assert [outcome.record.label for outcome in result.failures] == ["20 train churn"]
    pretender.ran.clear()
    pretender.exit_statuses.clear()
    plan().run()
    assert in_order(pretender.ran) == ALL[1:4]


def test_nothing_is_trained_on_features_that_failed(
    plan: Callable[..., Pipeline], pretender: Pretender
) -> None:
    pretender.exit_statuses["10 build_features"] = CELL_RAISED
    assert [outcome.exit_status for outcome in plan().run().outcomes] == [CELL_RAISED]


def test_a_model_without_a_population_is_left_out_with_a_sentence(
    plan: Callable[..., Pipeline], pretender: Pretender
) -> None:
    populations = {**POPULATIONS, "credit": {"skipped": "no invoice was ever issued"}}
    pretender.outputs[BUILD] = {"snapshot": "s1", "models": populations}
    said: list[str] = []
    result = plan(skip=said.append).run()
    assert in_order(pretender.ran) == ALL[:4]
    assert said == ["credit is left out: no invoice was ever issued"]
    assert result.skipped == {"credit": "no invoice was ever issued"}


def test_what_training_finds_untrainable_is_left_out_and_no_failure(
    plan: Callable[..., Pipeline], pretender: Pretender
) -> None:
    pretender.exit_statuses["20 train churn"] = LEFT_OUT
    result = plan().run()
    assert in_order(pretender.ran) == [ALL[0], ALL[1], *ALL[4:]]
    assert list(result.skipped) == ["churn"]
    assert result.failures == []


def test_without_a_champion_nothing_is_reviewed_and_nobody_is_scored(
    plan: Callable[..., Pipeline], pretender: Pretender
) -> None:
    pretender.champions = ("credit",)
    said: list[str] = []
    plan(skip=said.append).run()
    assert in_order(pretender.ran) == [*ALL[:2], *ALL[4:]]
    assert "churn has no champion, so there is nothing to review" in said[0]


def test_another_champion_is_reviewed_and_scored_without_training(
    plan: Callable[..., Pipeline], pretender: Pretender
) -> None:
    plan().run()
    pretender.ran.clear()
    publish(pretender.packages, "churn", "2")
    plan().run()
    assert pretender.ran == ["30 review churn", "40 score churn"]
    pretender.ran.clear()
    publish(pretender.packages, "churn", "2", content="other trees")
    plan().run()
    assert pretender.ran == ["30 review churn", "40 score churn"]


def test_every_step_is_run_for_a_record_store_that_was_made_anew(
    plan: Callable[..., Pipeline], pretender: Pretender
) -> None:
    plan().run()
    pretender.ran.clear()
    plan(input_hash="the same stream, made anew", records="demo since today").run()
    assert in_order(pretender.ran) == ALL


@pytest.mark.parametrize("lost", ["current.json", "1"])
def test_a_lost_champion_is_trained_again(
    plan: Callable[..., Pipeline], pretender: Pretender, lost: str
) -> None:
    plan().run()
    pretender.ran.clear()
    (pretender.packages / "demo" / "churn" / lost).rename(pretender.packages / "elsewhere")
    result = plan().run()
    assert pretender.ran[0] == "20 train churn"
    assert not result.skipped
    assert [outcome.record.model for outcome in result.of(SCORE)] == ["churn", "credit"]
    pretender.ran.clear()
    plan().run()
    assert pretender.ran == []


def test_a_training_that_left_no_champion_is_not_repeated(
    plan: Callable[..., Pipeline], pretender: Pretender
) -> None:
    pretender.champions = ()
    plan().run()
    pretender.ran.clear()
    plan().run()
    assert pretender.ran == []


def test_training_is_judged_again_when_an_audit_fails_and_when_one_clears_it(
    plan: Callable[..., Pipeline], pretender: Pretender
) -> None:
    def audited(day: int, *differing: str) -> None:
        write_audit(make_audit(day, {"orders": "aa"}, *differing), pretender.packages)

    audited(1, "orders")
    plan().run()
    pretender.ran.clear()
    audited(2, "orders")
    plan().run()
    assert pretender.ran == []
    audited(3)
    plan().run()
    assert [label for label in pretender.ran if label.startswith("20")] == [
        "20 train churn",
        "20 train credit",
    ]
    pretender.ran.clear()
    audited(4)
    plan().run()
    assert pretender.ran == []


def test_every_model_reads_the_snapshot_that_its_features_were_built_from(
    plan: Callable[..., Pipeline], pretender: Pretender
) -> None:
    plan().run()
    assert {task.text("snapshot") for task in pretender.tasks[1:]} == {"s1"}


def test_training_is_judged_again_when_a_gate_is_waived_and_when_the_waiver_is_withdrawn(
    plan: Callable[..., Pipeline], pretender: Pretender
) -> None:
    plan().run()
    waiver = Waiver(gate="fairness", by="Ada", because="Two branches.", until="2026-06-30")
    write_waiver(waiver, pretender.packages, "demo", "churn")
    pretender.ran.clear()
    plan().run()
    assert pretender.ran == ["20 train churn"]
    pretender.ran.clear()
    plan().run()
    assert pretender.ran == []
    withdraw_waiver("fairness", pretender.packages, "demo", "churn")
    longer = replace(waiver, until="2026-07-31")
    write_waiver(longer, pretender.packages, "demo", "churn")
    plan().run()
    assert pretender.ran == ["20 train churn"]


STEPS = ["35 recommend", "36 value", "37 segment"]


def test_what_decides_nothing_is_built_beside_the_models_where_it_is_asked_for(
    plan: Callable[..., Pipeline], pretender: Pretender
) -> None:
    result = plan(beside=True).run()
    assert [outcome.record.label for outcome in result.outcomes[-3:]] == STEPS
    assert [label for label in pretender.ran if label in STEPS] == STEPS
    assert pretender.tasks[pretender.ran.index("35 recommend")].parameters["snapshot"] == "s1"
    pretender.ran.clear()
    plan(beside=True).run()
    assert pretender.ran == STEPS  # nothing was published: they are built again
    for model in ("recommendations", "lifetime_value", "segments"):
        publish(pretender.packages, model, "1")
    pretender.ran.clear()
    plan(beside=True).run()
    assert pretender.ran == []


@pytest.mark.parametrize(
    ("label", "model"),
    [*zip(STEPS, ("recommendations", "lifetime_value", "segments"), strict=True)],
)
def test_a_shop_without_one_of_them_is_told_why_and_has_the_others(
    plan: Callable[..., Pipeline], pretender: Pretender, label: str, model: str
) -> None:
    pretender.exit_statuses[label] = LEFT_OUT
    result = plan(beside=True).run()
    assert list(result.skipped) == [model]
    assert [each for each in pretender.ran if each in STEPS] == STEPS
    assert not result.failures
