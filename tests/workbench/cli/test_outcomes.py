"""What is said at the end of a run: of models left out, and of what moved since a champion was trained."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from tests.serving.shop import make_real_package
from tests.workbench.shops import settings_of

from scoring.published import publish
from workbench.cli.outcomes import conclude, summary_table
from workbench.runs.execution import Outcome
from workbench.runs.exit_status import LEFT_OUT, SUCCEEDED
from workbench.runs.history import RunRecord
from workbench.runs.plan import REVIEW, SCORE, TRAIN, PipelineResult


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        (None, SUCCEEDED.code),
        (["credit"], SUCCEEDED.code),
        (["churn"], LEFT_OUT.code),
        (["credit", "churn"], LEFT_OUT.code),
    ],
)
def test_a_model_that_is_left_out_is_no_failure_unless_it_was_asked_for_by_name(
    tmp_path: Path, asked: list[str] | None, code: int
) -> None:
    result = PipelineResult(skipped={"churn": "6 of 7,384 customers ordered again"})
    assert conclude(result, settings_of(tmp_path), tenant="acme", asked=asked) == code


def outcome(home: Path, notebook: str, moved: list[str], label: str = "") -> Outcome:
    record = RunRecord(
        run_id="r",
        notebook=notebook,
        label=notebook,
        tenant="acme",
        model="churn",
        as_of="2026-01-01",
        key="k",
        input_hash="h",
        pid=1,
        started_at="2026-01-01",
        page=str(home / "reports" / f"{notebook}.html"),
    )
    return Outcome(
        exit_status=SUCCEEDED,
        record=record,
        result={"figures": {"moved": moved, "auc": 0.7}, "outputs": {"label": label}},
        folder=home,
        fresh=False,
    )


def test_what_moved_is_a_line_each_night_that_says_where_to_look(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    steady = [outcome(tmp_path, REVIEW, []), outcome(tmp_path, SCORE, [])]
    settings = settings_of(tmp_path)
    conclude(PipelineResult(outcomes=steady), settings, tenant="acme", asked=None)
    assert "Look at" not in capsys.readouterr().out
    moved = [
        outcome(tmp_path, SCORE, ["churn: days_since_order drifted."]),
        outcome(tmp_path, REVIEW, ["churn: AUC 0.691 out of what was promised."]),
    ]
    conclude(PipelineResult(outcomes=moved), settings, tenant="acme", asked=None)
    assert capsys.readouterr().out.splitlines()[:2] == [
        f"  churn: AUC 0.691 out of what was promised. Look at reports/{REVIEW}.html.",
        f"  churn: days_since_order drifted. Look at reports/{SCORE}.html.",
    ]


def test_the_champion_of_the_table_is_whom_a_person_promoted_since_a_training_that_was_kept(
    tmp_path: Path,
) -> None:
    settings = settings_of(tmp_path)
    kept = PipelineResult(outcomes=[outcome(tmp_path, TRAIN, [], "acme.churn/1")])
    assert summary_table(kept, settings).split()[-2:] == ["none", "-"]
    for version, named in (("1", "itself"), ("2", "acme.churn/2")):
        publish(replace(make_real_package("churn"), version=version), settings.packages)
        assert summary_table(kept, settings).split()[-2:] == [named, "-"]
