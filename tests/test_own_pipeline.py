"""The page on a pipeline of one's own holds: its code is run, its commands typed, its question asked."""

from __future__ import annotations

import doctest
import json
import re
import shlex
import shutil
import warnings
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner
from tests.serving.shop import NOW, OPEN, SHOP, Client

from serving.app import make_app
from serving.predict.asking import AppState
from serving.predict.packages import PackageShelf
from serving.predict.pipelines.process import PipelineProcess, PipelineSettings
from training.publishing.tracking import open_tracker
from workbench.cli import group
from workbench.settings import HOME_VARIABLE

PAGE = (Path(__file__).parents[1] / "docs" / "your-own-pipeline.md").read_text(encoding="utf-8")


def holds(shown: str, printed: str) -> None:
    """Hold what was printed to what the page shows, which leaves out what dots stand for."""
    flags = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
    assert doctest.OutputChecker().check_output(shown, printed, flags), printed


def typed(program: str) -> list[tuple[str, str]]:
    """The lines of the page that begin with a command, each with what it prints."""
    blocks = re.findall(r"^```(\w*)\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
    parts = [part for kind, text in blocks if not kind for part in re.split(r"(?m)^\$ ", text)]
    lines = [part.partition("\n") for part in parts]
    return [(line, shown) for line, _, shown in lines if line.startswith(program)]


@pytest.mark.slow
def test_the_page_leads_from_a_fit_to_an_answer(
    tracking_template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "mlruns").mkdir()
    shutil.copy(tracking_template, tmp_path / "mlruns" / "mlflow.db")
    monkeypatch.chdir(tmp_path)
    tracker = open_tracker(tmp_path / "mlruns")
    monkeypatch.setenv("MLFLOW_EXPERIMENT_ID", tracker.experiment("fraud"))
    (code,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        # or MLflow looks for an hour at what it needs
        exec(code.replace('name="fraud",', 'name="fraud", pip_requirements=[],', 1), {})

    for line, shown in typed("bellwether models publish"):
        done = CliRunner().invoke(
            group,
            shlex.split(line)[1:],
            env={HOME_VARIABLE: str(tmp_path), "MLFLOW_TRACKING_URI": ""},
            standalone_mode=False,
        )
        holds(shown, done.stdout if done.exception is None else f"bellwether: {done.exception}")

    shelf = PackageShelf([tmp_path / "data" / "packages"], SHOP)
    process = PipelineProcess(PipelineSettings(seconds=60))
    state = AppState(shelf=shelf, store=None, now=lambda: NOW)
    try:
        client = Client(make_app(replace(state, pipelines=process), door=OPEN))
        ((line, shown),) = typed("curl")
        body = json.loads(shlex.split(line)[-1])
        holds(shown, client.post("/predict/fraud", body).text)
    finally:
        process.close()
