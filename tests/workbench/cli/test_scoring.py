"""`bellwether score`: the answers of the server, about everybody, in a file."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner, Result
from tests.features.spark_rules import NEEDS_SPARK
from tests.workbench.shops import SLUG, make_home, opened

from features.catalogue import CATALOGUE
from features.frames import feature_frame
from serving.predict.nightly import score_customers
from workbench import layouts
from workbench.champions import answering
from workbench.cli import group
from workbench.score_files import in_kinds
from workbench.settings import DATABASE_VARIABLE, HOME_VARIABLE

Score = Callable[..., Result]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_home(tmp_path_factory.mktemp("scored"), customers=30, days=120)


@pytest.fixture
def type_in(home: Path) -> Score:
    def call(*arguments: str) -> Result:
        env = {HOME_VARIABLE: str(home), DATABASE_VARIABLE: ""}
        return CliRunner().invoke(group, list(arguments), env=env, standalone_mode=False)

    return call


@pytest.mark.parametrize("model", ["churn", "credit"])
def test_everybody_gets_the_answer_that_a_run_keeps(
    home: Path, type_in: Score, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, model: str
) -> None:
    target = tmp_path / f"{model}.parquet"
    done = type_in("score", model, "--tenant", SLUG, "--to", str(target), "--json")
    assert done.exit_code == 0, done.exception
    told = json.loads(done.output)
    found = pd.read_parquet(target)
    with opened(home, tmp_path / "home", monkeypatch) as bench:
        package, _ = answering(bench, model)
        stream = layouts.copy_stream(bench)
        frame = feature_frame(stream, [bench.cutoff], CATALOGUE.subset(package.names))
        score_customers(
            bench.engine,
            bench.tenant,
            package,
            CATALOGUE,
            customer_ids=frame["customer_id"].tolist(),
            values=frame[list(package.names)].to_numpy(float),
            as_of=bench.as_of,
            now=bench.now,
            backfills=stream.backfills,
        )
    exported = tmp_path / "exported.parquet"
    env = {HOME_VARIABLE: str(tmp_path / "home"), DATABASE_VARIABLE: ""}
    command = ["scores", "export", "--tenant", SLUG, "--model", model, "--to", str(exported)]
    assert CliRunner().invoke(group, command, env=env, standalone_mode=False).exit_code == 0
    kept = pd.read_parquet(exported).set_index("customer")[list(found.columns[1:])]
    assert told["rows"] == len(found) == len(kept) == 30
    pd.testing.assert_frame_equal(found.set_index("customer").loc[kept.index], kept)


def test_without_reasons_all_else_is_the_same(type_in: Score, tmp_path: Path) -> None:
    whole, bare = tmp_path / "whole.parquet", tmp_path / "bare.parquet"
    words = ("score", "churn", "--as-of", "2000-01-01", "--to")
    assert type_in("score", "churn", "--to", str(whole)).exit_code == 0
    assert type_in("score", "churn", "--to", str(bare), "--no-reasons").exit_code == 0
    told, untold = pd.read_parquet(whole), pd.read_parquet(bare)
    assert (told["because"] != "").any()
    assert (untold["because"] == "").all()
    rest = [name for name in told if name not in ("because", "as_of")]
    pd.testing.assert_frame_equal(told[rest], untold[rest])
    assert type_in(*words, str(tmp_path / "nobody.csv")).exit_code == 0
    assert pd.read_csv(tmp_path / "nobody.csv").empty


def test_what_cannot_be_written_is_said_before_anything_is_computed(
    type_in: Score, tmp_path: Path
) -> None:
    there = tmp_path / "there.csv"
    there.write_text("mine")
    refused = type_in("score", "churn", "--to", str(there)).exception
    assert "file must be new" in str(refused)
    assert there.read_text() == "mine"
    spark = type_in("score", "churn", "--to", str(tmp_path / "new.csv"), "--engine", "spark")
    assert "must end in .parquet where Spark writes it; got 'new.csv'" in str(spark.exception)


def spark(test: Callable[..., None]) -> Callable[..., None]:
    """Run a test where there is Spark."""
    for mark in NEEDS_SPARK:
        test = mark(test)
    return test


@spark
def test_the_executors_of_spark_give_the_bits_of_this_process(
    type_in: Score, tmp_path: Path
) -> None:
    here, there = tmp_path / "here.parquet", tmp_path / "there.parquet"
    words = ("score", "churn", "--tenant", SLUG, "--as-of", "2026-01-01", "--to")
    assert type_in(*words, str(here)).exit_code == 0
    there.mkdir()
    done = type_in(*words, str(there), "--engine", "spark", "--force", "--json")
    assert done.exit_code == 0, done.exception
    one, other = (
        in_kinds(pd.read_parquet(place)).sort_values("customer", ignore_index=True)
        for place in (here, there)
    )
    assert json.loads(done.output)["rows"] == len(one) > 0
    pd.testing.assert_frame_equal(one, other, check_exact=True)
