"""`features build` and `features parity`, as they are typed."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from click.testing import CliRunner, Result

from features.catalogue import CATALOGUE
from features.evaluating import python_batch
from features.evaluating.table import FeatureTable
from features.frames import read_features
from workbench.cli import group

HOME = {"DATABASE_URL": ""}


def bellwether(home: Path, *words: str) -> Result:
    return CliRunner().invoke(group, words, env={"BELLWETHER_HOME": str(home), **HOME})


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with a simulated shop whose clock stands at 2026-01-01 in Berlin."""
    folder = tmp_path_factory.mktemp("home")
    simulated = ("simulate", "--tenant", "toys", "--customers", "30", "--days", "150")
    assert bellwether(folder, *simulated).exit_code == 0
    return folder


def test_tables_are_built_checked_and_written_for_each_cutoff(home: Path) -> None:
    done = bellwether(home, "features", "build", "--months", "2", "--json")
    assert done.exit_code == 0, done.output
    made = json.loads(done.stdout)
    days = [pd.Timestamp(cutoff, unit="us", tz="UTC").isoformat() for cutoff in made["cutoffs"]]
    assert days == ["2025-11-30T23:00:00+00:00", "2025-12-31T23:00:00+00:00"]
    stored = [
        read_features(home / "data" / "features", "toys", made["snapshot"], cutoff)
        for cutoff in made["cutoffs"]
    ]
    assert sum(len(table.frame) for table in stored) == made["rows"] > 0
    assert set(stored[0].hashes) == set(CATALOGUE.names)
    assert (Path(made["files"][0]).parent / "expectations.json").is_file()


def test_without_a_cutoff_it_is_the_clock_of_the_tenant(home: Path, tmp_path: Path) -> None:
    done = bellwether(home, "features", "build", "--out", str(tmp_path / "out"))
    assert "30 customers x 1 cutoff," in done.stdout
    assert len(list((tmp_path / "out").rglob("*.parquet"))) == 1


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (
            ("build", "--months", "2", "--cutoff", "2025-12-01"),
            "by --cutoff or by --months; got both",
        ),
        (("build", "--cutoff", "2027-01-01"), "must not be later than"),
        (("parity", "--engines", "duckdb"), "engines must be two or more of duckdb, python, spark"),
        (("parity", "--engines", "duckdb,polars"), "got 'duckdb,polars'"),
        (("parity", "--customers", "none"), "customers must be a number of them, or all"),
    ],
)
def test_what_cannot_be_done_is_a_sentence(
    home: Path, words: tuple[str, ...], sentence: str
) -> None:
    refused = bellwether(home, "features", *words)
    assert refused.exit_code == 2
    assert sentence in refused.stderr


def test_engines_agree_on_the_whole_catalogue(home: Path) -> None:
    words = ("features", "parity", "--customers", "7", "--cutoff", "2025-11-01", "--json")
    done = bellwether(home, *words)
    assert done.exit_code == 0, done.output
    report = json.loads(done.stdout)["engines"]["python"]
    assert (report["mismatches"], report["values"]) == (0, report["vectors"] * len(CATALOGUE))
    assert 0 < report["vectors"] <= 7


def test_a_difference_is_shown_and_ends_with_nine(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    right = python_batch.evaluate_each

    def off_by_one(*asked: Any, **how: Any) -> Iterator[FeatureTable]:
        for table in right(*asked, **how):
            yield replace(table, values=table.values + 1)

    monkeypatch.setattr(python_batch, "evaluate_each", off_by_one)
    found = bellwether(home, "features", "parity", "--customers", "3")
    assert found.exit_code == 9
    assert "python: " in found.stdout


def test_an_engine_that_is_not_installed_is_a_sentence(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pyspark", None)
    refused = bellwether(
        home, "features", "parity", "--engines", "duckdb,spark", "--customers", "1"
    )
    assert (refused.exit_code, refused.stderr.count("\n")) == (2, 1)
    assert "engine spark must have pyspark; got none. Install bellwether[spark]." in refused.stderr
