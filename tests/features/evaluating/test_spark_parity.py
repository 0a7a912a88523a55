"""Spark = DuckDB = Python: the same integers from a cluster's SQL, so the same bits."""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from sqlalchemy import Engine
from tests.features import golden
from tests.features.spark_rules import NEEDS_SPARK
from tests.features.streams import CUSTOMERS, CUTOFF, EVERYTHING, Row, event, snapshot_of, streams
from tests.tenants import NOW

from commerce.records.database import reading
from commerce.records.tenants import find_tenant
from features.catalogue import CATALOGUE
from features.comparing.agreement import compare
from features.declaring import declaration as d
from features.declaring.clocks import DAY
from features.declaring.compilation import Catalogue
from features.errors import EngineFailed, EngineMissing, PartialTooLarge
from features.evaluating.duckdb_evaluator import evaluate as on_duckdb
from features.evaluating.python_batch import evaluate_each as each_in_python
from features.evaluating.spark_evaluator import evaluator, session
from features.evaluating.table import FeatureTable, joined
from features.snapshots.snapshot import Snapshot, take_snapshot
from simulation import SimulationOptions, simulate

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

pytestmark = NEEDS_SPARK

CUTOFFS = [CUTOFF, 30 * DAY, CUTOFF + 1]


@pytest.fixture(scope="module")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SparkSession]:
    with session("local[2]", tmp_path_factory.mktemp("spark")) as opened:
        yield opened


def on_spark(
    spark: Any, snapshot: Snapshot, cutoffs: list[int], catalogue: Catalogue, **how: Any
) -> FeatureTable:
    """All cutoffs in one table."""
    return joined(evaluator(spark)(snapshot, cutoffs, catalogue, **how), catalogue)


def in_python(
    snapshot: Snapshot, cutoffs: list[int], catalogue: Catalogue, **how: Any
) -> FeatureTable:
    """The same by the server's way."""
    return joined(each_in_python(snapshot, cutoffs, catalogue, **how), catalogue)


def many_streams(count: int) -> list[Row]:
    """Any streams that hypothesis can think of, each with customers of its own, as one."""
    gathered: list[Row] = []
    turns = iter(range(count))

    @settings(
        max_examples=count,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(rows=streams(max_size=40))
    def gather(rows: list[Row]) -> None:
        turn = next(turns, None)
        if turn is not None:
            gathered.extend(
                (turn * 1_000 + row[0], row[1], f"{turn:08x}{row[2][8:]}", *row[3:]) for row in rows
            )

    gather()
    return gathered


def test_spark_duckdb_and_python_agree_to_the_bit_on_every_operator_and_any_stream(
    spark: SparkSession, tmp_path: Path
) -> None:
    snapshot = snapshot_of(many_streams(100), tmp_path / "events.parquet")
    expected = on_duckdb(snapshot, CUTOFFS, EVERYTHING)
    for found in (
        on_spark(spark, snapshot, CUTOFFS, EVERYTHING),
        in_python(snapshot, CUTOFFS, EVERYTHING),
    ):
        agreement = compare(expected, found)
        assert agreement.examples == ()
        assert (agreement.mismatches, agreement.vectors) == (0, len(expected.customer_ids))
        assert found.customer_ids == expected.customer_ids
        assert found.cutoffs.tolist() == expected.cutoffs.tolist()
    assert len(set(expected.customer_ids)) > 100


def test_every_operator_gives_on_spark_what_was_worked_out_by_hand(
    spark: SparkSession, tmp_path: Path
) -> None:
    entries = sorted(golden.GOLDEN.values(), key=lambda entry: str(entry[0]))
    wanted = d.catalogue(
        *(replace(feature, name=f"x{place}") for place, (feature, _, _) in enumerate(entries)),
        *(
            d.total(golden.INVOICES.of(name), name=f"bills_{name}", description="X.")
            for name in golden.AGGREGATES
        ),
    )
    rows = [*golden.ROWS, *((row[0] + 100, *row[1:]) for row in golden.BILLS)]
    snapshot = snapshot_of(rows, tmp_path / "events.parquet")
    (values,) = on_spark(spark, snapshot, [golden.CUTOFF], wanted).values.tolist()
    by_hand = [value for _, windowed, ever in entries for value in (windowed, ever)]
    assert values == pytest.approx([*by_hand, *golden.AGGREGATES.values()], rel=1e-14)


def test_a_simulated_shop_has_the_same_features_on_every_engine(
    spark: SparkSession, engine: Engine, tmp_path: Path
) -> None:
    options = SimulationOptions(customers=60, days=300, seed=11)
    simulate(engine, "toys", options, now=NOW, truth_folder=tmp_path / "truth")
    with reading(engine) as connection:
        toys = find_tenant(connection, "toys")
    snapshot = take_snapshot(engine, toys, tmp_path / "snapshots")
    cutoffs = [snapshot.last_recorded + 1 - days * DAY for days in (0, 45, 200)]
    expected = on_duckdb(snapshot, cutoffs, CATALOGUE)
    agreement = compare(expected, on_spark(spark, snapshot, cutoffs, CATALOGUE))
    assert (agreement.examples, agreement.mismatches) == ((), 0)
    assert agreement.values > 100 * len(CATALOGUE)
    assert compare(expected, in_python(snapshot, cutoffs, CATALOGUE)).mismatches == 0


def test_sums_are_exact_beyond_64_bits_and_refused_where_a_value_would_not_be(
    spark: SparkSession, tmp_path: Path
) -> None:
    def paid(*amounts: int) -> list[Row]:
        return [
            event(place, "order.paid", CUSTOMERS[0], CUTOFF - DAY, base_minor=amount)
            for place, amount in enumerate(amounts, start=1)
        ]

    spend = EVERYTHING.subset(["spend"])
    most = 2**63 - 1
    cancelled = snapshot_of(paid(most, most, 5, -most, -most), tmp_path / "cancelled.parquet")
    assert on_spark(spark, cancelled, [CUTOFF], spend).values.tolist() == [[5]]
    large = snapshot_of(paid(most, most, most), tmp_path / "large.parquet")
    with pytest.raises(PartialTooLarge, match=r"sum of order\.paid -> base_minor .*2\^53"):
        on_spark(spark, large, [CUTOFF], spend)


def test_only_the_customers_asked_for_are_evaluated_and_absent_means_absent_in_the_shop(
    spark: SparkSession, tmp_path: Path
) -> None:
    rows = [event(n, "order.paid", CUSTOMERS[n % 4], n * DAY) for n in range(1, 9)]
    rows += [event(9, "auction.won", CUSTOMERS[1], DAY), event(10, "order.paid", "e" * 32, CUTOFF)]
    rows += [event(11, "review.posted", None, DAY)]  # type: ignore[arg-type]
    snapshot = snapshot_of(rows, tmp_path / "events.parquet")
    chosen = {CUSTOMERS[2], "f" * 32}
    found = on_spark(spark, snapshot, [CUTOFF], CATALOGUE, customers=chosen)
    expected = on_duckdb(snapshot, [CUTOFF], CATALOGUE, customers=chosen)
    assert found.customer_ids == [CUSTOMERS[2]]
    assert compare(expected, found).mismatches == 0
    assert found.absent == expected.absent
    assert (
        compare(expected, in_python(snapshot, [CUTOFF], CATALOGUE, customers=chosen)).examples == ()
    )
    nobody = on_spark(spark, snapshot, [0], CATALOGUE)
    assert (nobody.customer_ids, nobody.values.shape) == ([], (0, len(CATALOGUE)))
    assert on_spark(spark, snapshot, [], CATALOGUE).values.shape == (0, len(CATALOGUE))


def test_whatever_session_is_given_the_values_are_the_same_and_it_stays_as_it_was(
    spark: SparkSession, tmp_path: Path
) -> None:
    rows = [event(n, "order.paid", CUSTOMERS[0], n * DAY, base_minor=n) for n in range(1, 9)]
    snapshot = snapshot_of(rows, tmp_path / "events.parquet")
    theirs = {"spark.sql.ansi.enabled": "false", "spark.sql.session.timeZone": "Asia/Tokyo"}
    given = spark.newSession()
    for name, value in theirs.items():
        given.conf.set(name, value)
    table = on_spark(given, snapshot, [CUTOFF], CATALOGUE)
    assert compare(on_duckdb(snapshot, [CUTOFF], CATALOGUE), table).mismatches == 0
    assert {name: given.conf.get(name) for name in theirs} == theirs
    assert given.catalog.listTables() == []


def test_files_are_read_once_whatever_the_number_of_cutoffs(
    spark: SparkSession, tmp_path: Path
) -> None:
    rows = [event(n, "order.paid", CUSTOMERS[n % 4], n * DAY, base_minor=n) for n in range(1, 99)]
    path = tmp_path / "events.parquet"
    snapshot = snapshot_of(rows, path)
    cutoffs = [20 * DAY, 60 * DAY, 100 * DAY]
    expected = on_duckdb(snapshot, cutoffs, CATALOGUE)
    tables = evaluator(spark)(snapshot, cutoffs, CATALOGUE)
    first = next(tables)
    path.unlink()
    found = [first, *tables]
    assert [len(table.customer_ids) for table in found] == [4, 4, 4]
    values = np.concatenate([table.values for table in found])
    assert np.array_equal(values, expected.values, equal_nan=True)


def test_a_file_that_the_cluster_cannot_read_is_one_sentence(
    spark: SparkSession, tmp_path: Path
) -> None:
    snapshot = snapshot_of([event(1, "order.paid", CUSTOMERS[0], DAY)], tmp_path / "gone.parquet")
    (tmp_path / "gone.parquet").unlink()
    with pytest.raises(EngineFailed, match=r"engine spark must evaluate acme .*; got .*gone"):
        on_spark(spark, snapshot, [CUTOFF], CATALOGUE)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_without_java_the_engine_says_what_it_needs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tools = tmp_path / "tools"
    tools.mkdir()
    for folder in ("/bin", "/usr/bin"):
        for tool in Path(folder).iterdir():
            if tool.name != "java" and not (tools / tool.name).exists():
                (tools / tool.name).symlink_to(tool)
    monkeypatch.setenv("PATH", str(tools))
    monkeypatch.setenv("JAVA_HOME", "")
    assert os.environ["PATH"] == str(tools)
    with (
        pytest.raises(EngineMissing, match="must have Java 17 or newer; got none that starts"),
        session("local[1]", tmp_path / "spark"),
    ):
        pass
    gc.collect()  # pyspark leaves the pipe to the process open that did not start
