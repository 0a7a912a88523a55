"""The log comes into the record store, once, whoever loads it and however often."""

from __future__ import annotations

import logging
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from msgspec.structs import replace
from sqlalchemy import Engine, func, select
from tests.serving.predict.prediction_log.logs import make_entry
from tests.serving.shop import make_shop

from commerce.records.database import reading
from serving.predict.prediction_log.loader import Loader, load_log
from serving.predict.prediction_log.segments import list_segments
from serving.predict.prediction_log.writer import PredictionLog
from serving.predict.scores import find_score
from serving.schema import score


def kept(engine: Engine) -> int:
    with reading(engine) as connection:
        return int(connection.scalar(select(func.count()).select_from(score)) or 0)


def write_log(folder: Path, count: int) -> None:
    log = PredictionLog(folder)
    for number in range(count):
        log.keep(make_entry(number))
    log.close()


def test_answers_are_loaded_as_they_would_have_been_kept(
    any_engine: Engine, tmp_path: Path
) -> None:
    tenant = make_shop(any_engine)
    write_log(tmp_path, 3)
    assert load_log(tmp_path, any_engine) == 3
    assert list_segments(tmp_path) == []
    with reading(any_engine) as connection:
        for number in range(3):
            entry = make_entry(number)
            assert find_score(connection, entry.request_id) == entry.row(tenant.id)


def test_what_grows_is_loaded_and_stays(engine: Engine, tmp_path: Path) -> None:
    make_shop(engine)
    log = PredictionLog(tmp_path)
    log.keep(make_entry(1))
    assert load_log(tmp_path, engine, growing=False) == 0
    assert load_log(tmp_path, engine) == 1
    log.keep(make_entry(2))
    assert load_log(tmp_path, engine) == 1
    assert len(list_segments(tmp_path)) == 1
    log.close()
    assert load_log(tmp_path, engine) == 0
    assert list_segments(tmp_path) == []
    assert kept(engine) == 2


def test_several_load_at_once_and_each_answer_is_there_once(
    any_engine: Engine, tmp_path: Path
) -> None:
    make_shop(any_engine)
    for number in range(4):
        log = PredictionLog(tmp_path)
        for each in range(25):
            log.keep(make_entry(100 * number + each))
        log.close()
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: load_log(tmp_path, any_engine), range(4)))
    assert kept(any_engine) == 100
    assert list_segments(tmp_path) == []


def test_answers_about_who_was_removed_are_left_out(
    engine: Engine, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    make_shop(engine)
    log = PredictionLog(tmp_path)
    log.keep(make_entry(1))
    log.keep(make_entry(2, customer="who was there"))
    log.keep(replace(make_entry(3), tenant="what-was-there"))
    log.close()
    with caplog.at_level(logging.WARNING):
        assert load_log(tmp_path, engine) == 1
    assert "2 answers were about who was removed" in caplog.text
    assert list_segments(tmp_path) == []


def test_a_torn_end_is_kept_aside(
    engine: Engine, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    make_shop(engine)
    folder = tmp_path / "log"
    write_log(folder, 3)
    (path,) = list_segments(folder)
    path.write_bytes(path.read_bytes()[:-5])
    with caplog.at_level(logging.WARNING):
        assert load_log(folder, engine) == 2
    assert list_segments(folder) == []
    assert [each.suffix for each in folder.iterdir()] == [".torn"]
    assert "cannot be read" in caplog.text


def test_a_loader_waits_for_a_store_that_is_away_and_loads_the_rest_when_closed(
    engine: Engine, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    write_log(tmp_path, 2)
    place = Path(str(engine.url.database))
    away = place.rename(place.with_suffix(".away"))
    place.mkdir()
    with caplog.at_level(logging.WARNING):
        loader = Loader(tmp_path, engine)
        deadline = time.monotonic() + 20
        while "answers wait in the prediction log" not in caplog.text:
            assert time.monotonic() < deadline
            time.sleep(0.02)
    place.rmdir()
    away.rename(place)
    make_shop(engine)
    loader.close()
    assert kept(engine) == 2
