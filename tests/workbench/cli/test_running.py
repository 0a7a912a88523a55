"""How a run ends where a model cannot be trained."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.workbench.shops import settings_of

from workbench.cli.running import conclude
from workbench.runs.exit_status import LEFT_OUT, SUCCEEDED
from workbench.runs.plan import PipelineResult


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
