"""A real standalone cluster of a master and two workers gives the very table that one machine gives."""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from importlib.util import find_spec
from pathlib import Path

import pytest
from tests.commands import bellwether
from tests.features.spark_rules import NEEDS_SPARK
from tests.ports import free_port

from features.frames import read_features

pytestmark = NEEDS_SPARK

LOCALHOST = "127.0.0.1"
PATIENCE = 240
"""Seconds to wait for a process of the cluster; it is a guard against waiting for ever, not a measure."""


@contextmanager
def daemon(folder: Path, name: str, *words: str) -> Iterator[Path]:
    """Run one of Spark's own processes until the block ends; gives its log."""
    found = find_spec("pyspark")
    assert found is not None
    assert found.origin is not None
    home = Path(found.origin).parent
    log = folder / f"{name}.log"
    environ = os.environ | {"SPARK_HOME": str(home), "SPARK_LOCAL_IP": LOCALHOST}
    with log.open("wb") as told:
        process = subprocess.Popen(
            [home / "bin" / "spark-class", f"org.apache.spark.deploy.{words[0]}", *words[1:]],
            stdout=told,
            stderr=told,
            env=environ,
        )
        try:
            yield log
        finally:
            process.terminate()
            try:
                process.wait(60)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def wait_for(log: Path, words: str) -> None:
    """Wait until a process says something."""
    ends = time.monotonic() + PATIENCE
    while words not in log.read_text(errors="replace"):
        assert time.monotonic() < ends, f"{log.name}: {log.read_text(errors='replace')[-2_000:]}"
        time.sleep(0.3)


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, list[Path]]]:
    """A master and two workers of one core each: the master's address, the workers' folders."""
    folder = tmp_path_factory.mktemp("cluster")
    master = f"spark://{LOCALHOST}:{(port := free_port())}"
    at = ("--host", LOCALHOST, "--webui-port", "0", "--port")
    with ExitStack() as held:
        log = held.enter_context(daemon(folder, "master", "master.Master", *at, str(port)))
        wait_for(log, "I have been elected leader")
        places = [folder / f"work-{number}" for number in (1, 2)]
        for place in places:
            size = ("--cores", "1", "--memory", "1g", "--work-dir", str(place))
            worker = ("worker.Worker", *at, "0", *size, master)
            wait_for(
                held.enter_context(daemon(folder, place.name, *worker)),
                "Successfully registered with master",
            )
        yield master, places


def test_a_cluster_of_two_workers_builds_the_table_that_one_machine_builds(
    cluster: tuple[str, list[Path]], tmp_path: Path
) -> None:
    master, places = cluster
    bellwether(tmp_path, "simulate", "--tenant", "toys", "--customers", "40", "--days", "200")
    build = ("features", "build", "--tenant", "toys", "--months", "2", "--json")
    alone = json.loads(bellwether(tmp_path, *build))
    spark = ("--engine", "spark", "--master", master, "--out", str(tmp_path / "out"))
    together = json.loads(
        bellwether(tmp_path, *build, *spark, "--conf", "spark.executor.memory=700m")
    )
    assert together["engine"] == "spark"
    same = ("snapshot", "catalogue", "cutoffs", "customers", "rows", "absent", "checks")
    assert {name: together[name] for name in same} == {name: alone[name] for name in same}
    assert together["rows"] > 0
    for cutoff in alone["cutoffs"]:
        one, other = (
            read_features(folder, "toys", alone["snapshot"], cutoff).frame
            for folder in (tmp_path / "data" / "features", tmp_path / "out")
        )
        assert one.equals(other)
    for place in places:
        assert list(place.glob("app-*/*/stderr")), "each worker ran an executor"
