"""Several workers are one server: whatever is promoted, kept, counted or ended is so in all of them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import httpx
import psutil
import pyarrow as pa
import pytest
from sqlalchemy import Engine, select
from tests.serving.bento.running import PATIENCE, Load, running
from tests.serving.shop import make_real_package, make_shop

from commerce.records.database import reading
from scoring.published import publish
from serving.predict.prediction_log.loader import load_log
from serving.schema import score


def lost(engine: Engine, home: Path, load: Load) -> set[str]:
    """Load the log, and give the answers that were given and are not kept."""
    load_log(home / "data" / "predictions", engine)
    with reading(engine) as connection:
        kept = set(connection.scalars(select(score.c.request_id)))
    return {answer["request_id"] for answer in load.answers} - kept


@pytest.fixture
def home(engine: Engine, tmp_path: Path) -> Path:
    """A home with a shop on the wall's clock, and a model of its churn."""
    make_shop(engine, clock_mode="wall")
    publish(make_real_package("churn"), tmp_path / "data" / "packages")
    return tmp_path


def test_a_promotion_under_load_fails_no_request_and_reaches_every_worker(
    engine: Engine, home: Path
) -> None:
    with running(engine, home, "--workers", "2") as server:
        load = Load(server, clients=6)
        load.until(60)
        publish(replace(make_real_package("churn"), version="2"), home / "data" / "packages")
        promoted = len(load.answers)
        load.until(promoted + 120)
        load.end()
        assert set(load.statuses) == {200}
        versions = [answer["model_version"] for answer in load.answers]
        assert versions[0] == "acme.churn/1"
        assert set(versions[-60:]) == {"acme.churn/2"}
        page = server.get("/metrics").text
        line = 'le="+Inf",method="POST",route="/predict/churn",status="200"'
        assert f"bellwether_request_seconds_bucket{{{line}}} {len(load.answers)}.0" in page
        server.stop()
    assert lost(engine, home, load) == set()


@pytest.mark.parametrize("how", [pytest.param("stop", marks=pytest.mark.slow), "kill"])
def test_no_answer_that_was_given_is_lost_however_the_server_ends(
    engine: Engine, home: Path, how: str
) -> None:
    with running(engine, home) as server:
        load = Load(server, clients=6)
        load.until(80)
        getattr(server, how)()
        load.end()
    assert set(load.statuses) <= {200, 503}
    assert lost(engine, home, load) == set()


def test_a_batch_that_comes_and_goes_as_arrow_brings_no_pandas_into_a_worker(
    engine: Engine, home: Path
) -> None:
    sink = pa.BufferOutputStream()
    asked = pa.table({"customer_id": ["17850", "nobody"]})
    with pa.ipc.new_stream(sink, asked.schema) as made:
        made.write_table(asked)
    form = "application/vnd.apache.arrow.stream"
    with running(engine, home) as server:
        response = httpx.post(
            f"{server.base}/predict/churn/batch?tenant=acme",
            content=sink.getvalue().to_pybytes(),
            headers={"content-type": form, "accept": form},
            timeout=PATIENCE,
        )
        assert response.status_code == 200, (home / "serve.log").read_text()
        answers = pa.ipc.open_stream(response.content).read_all().to_pylist()
        loaded = {
            Path(each.path).parts[-3:-1]
            for process in psutil.Process(server.process.pid).children(recursive=True)
            if "_bentoml_impl.worker.service" in process.cmdline()
            for each in process.memory_maps()
        }
    assert [each["error"] is None for each in answers] == [True, False]
    assert any("pyarrow" in parts for parts in loaded)
    assert not any("pandas" in part for parts in loaded for part in parts)
