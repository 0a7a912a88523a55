"""What README and CONTRIBUTING have a data scientist type does what they say."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from textwrap import dedent, indent

import pandas as pd
import pytest

from simulation import SimulationOptions, simulate
from workbench.records import open_records
from workbench.settings import DATABASE_VARIABLE, HOME_VARIABLE, Settings

ROOT = Path(__file__).parents[2]
COPIED = (
    "src",
    "tests",
    "benchmarks",
    "docs",
    "notebooks",
    "pyproject.toml",
    "README.md",
    "CONTRIBUTING.md",
)
END = datetime(2026, 1, 1, tzinfo=UTC)
WATCHFUL = (
    "tests/features/test_reference.py",
    "tests/features/test_wording.py",
    "tests/features/declaring/test_compilation.py",
    "tests/features/evaluating/test_parity.py::test_a_customer_without_events_has_the_values_of_empty_windows",
    "tests/training/publishing/test_reason_sentences.py::test_a_sentence_is_true_of_its_value_and_speaks_for_the_risk",
    "tests/benchmarks/test_features.py::test_every_way_gives_the_same_and_every_figure_is_given",
)
"""Tests that hold the whole catalogue to something."""


def section(document: str, title: str) -> str:
    """The text below a heading, up to the next one."""
    text = (ROOT / document).read_text(encoding="utf-8")
    return text.partition(f"\n## {title}\n")[2].partition("\n## ")[0]


def blocks(text: str, language: str = "") -> list[str]:
    """The fenced blocks of a language."""
    found = re.findall(r"^ *```(\w*)\n(.*?)^ *```$", text, re.DOTALL | re.MULTILINE)
    return [dedent(block) for kind, block in found if kind == language]


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project under git, with a simulated shop."""
    project = tmp_path_factory.mktemp("project")
    ignored = shutil.ignore_patterns("__pycache__", ".ipynb_checkpoints", "results")
    for name in COPIED:
        place = ROOT / name
        if place.is_dir():
            shutil.copytree(place, project / name, ignore=ignored)
        else:
            shutil.copy(place, project / name)
    settings = Settings.from_env({HOME_VARIABLE: str(project)}, project)
    engine = open_records(settings)
    options = SimulationOptions(customers=40, days=300, seed=7)
    simulate(engine, "demo", options, now=END, truth_folder=project / "data" / "truth")
    engine.dispose()
    return project


def test_the_frame_of_the_readme_is_what_it_shows(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(HOME_VARIABLE, str(project))
    monkeypatch.delenv(DATABASE_VARIABLE, raising=False)
    (code,) = blocks(section("README.md", "Features"), "python")
    found: dict[str, pd.DataFrame] = {}
    exec(code, found)
    frame = found["frame"]
    assert frame.columns.tolist() == [
        "customer_id", "cutoff", "orders_90d", "units_90d", "label"
    ]  # fmt: skip
    assert len(frame) > 20
    assert frame["cutoff"].nunique() == 2


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("git") is None, reason="git is not on this machine")
def test_a_feature_is_added_by_the_steps_of_the_guide_and_nothing_else(project: Path) -> None:
    guide = section("CONTRIBUTING.md", "Adding a feature")
    (entry,), (commands,) = blocks(guide, "python"), blocks(guide)
    (name,) = re.findall(r"features show (\w+)", commands)
    git(project, "init", "--quiet")
    git(project, "add", "src", "docs")
    git(project, "commit", "--quiet", "--message", "before")

    (module,) = re.findall(r"`(src/features/catalogue/[a-z]+\.py)`", guide)
    text = (project / module).read_text(encoding="utf-8")
    assert text.count("    owner=") == 1
    text = text.replace("    owner=", f"{indent(entry.rstrip(), '    ')},\n    owner=")
    (project / module).write_text(text, encoding="utf-8")
    docs, show, diff = (line.removeprefix("$ ").split() for line in commands.splitlines())
    before = (project / "docs" / "features.md").read_text(encoding="utf-8")
    run(project, *docs)
    after = (project / "docs" / "features.md").read_text(encoding="utf-8")
    (added,) = set(after.splitlines()) - set(before.splitlines())
    assert added == f"| `{name}` | Units bought. | units | 0.. | 0 | 1 |"
    shown = run(project, *show)
    assert "sum of quantity over order.line, in the 45 days before the cutoff" in shown
    assert run(project, *diff).splitlines()[:2] == [
        "  HEAD -> code: 1 added",
        f"    + {name}: added",
    ]
    frame = (
        "from workbench.notebook import training_frame;"
        f" frame = training_frame('demo', ['2025-09-01'], 'churn', ['orders_90d', '{name}']);"
        f" print('units:', frame['{name}'].sum())"
    )
    delivered = run(project, sys.executable, "-c", frame)
    assert float(delivered.partition("units: ")[2]) > 0
    tested = [sys.executable, "-m", "pytest", "-q", "-m", "not slow", "-p", "no:cacheprovider"]
    run(project, *tested, *WATCHFUL)


def run(project: Path, command: str, *arguments: str) -> str:
    """Run a command in the copy; give what it prints."""
    if command == "bellwether":
        command = str(Path(sys.executable).parent / command)
    environ = {
        **os.environ,
        "PYTHONPATH": str(project / "src"),
        HOME_VARIABLE: str(project),
        "OMP_NUM_THREADS": "1",
    }
    environ.pop(DATABASE_VARIABLE, None)
    done = subprocess.run(
        [command, *arguments], cwd=project, env=environ, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, f"{done.stdout[-3000:]}{done.stderr[-3000:]}"
    return done.stdout


def git(project: Path, *words: str) -> None:
    identity = ["-c", "user.name=Ann", "-c", "user.email=ann@example.org"]
    subprocess.run(["git", "-C", str(project), *identity, *words], check=True, capture_output=True)
