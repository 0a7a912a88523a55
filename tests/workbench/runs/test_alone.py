"""A notebook that a scheduler runs by papermill alone is listed among the runs; one that a person runs is not."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from papermill import execute_notebook  # type: ignore[import-untyped]
from tests.workbench.conftest import WriteNotebook
from tests.workbench.shops import SLUG, make_home, opened

from workbench import notebook
from workbench.cli import group
from workbench.notebook import Bench
from workbench.runs.history import History

CELL = (
    f"from workbench import notebook\nbench = notebook.open_bench(tenant='{SLUG}')\nmodel = 'churn'\n"
    "notebook.finish('12 customers scored', bench=bench, name='40_score_customers')"
)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_home(tmp_path_factory.mktemp("scheduled"), customers=12, days=100)


@pytest.fixture
def bench(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    with opened(home, tmp_path / "home", monkeypatch) as bench:
        yield bench


def test_what_papermill_runs_alone_stands_among_the_reports(
    bench: Bench, write_notebook: WriteNotebook, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    notebook.finish("looked around", bench=bench, name="40_score_customers")
    assert not list(History(bench.settings.runs).records())
    path = write_notebook(CELL)
    execute_notebook(str(path), str(tmp_path / "out.ipynb"), progress_bar=False)
    (record,) = History(bench.settings.runs).records()
    assert (record.label, record.state, record.tenant) == ("40 score churn", "succeeded", SLUG)
    shown = CliRunner().invoke(group, ["reports"]).output
    assert "40 score churn" in shown
    assert "12 customers scored" in (bench.settings.reports / "index.html").read_text()
