"""Answers are on disk before they are given; one sync serves all who wait."""

from __future__ import annotations

import asyncio
import os
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from tests.serving.predict.prediction_log.logs import make_entry

from serving.errors import LogUnwritable
from serving.predict.prediction_log import writer
from serving.predict.prediction_log.entries import read_entries
from serving.predict.prediction_log.segments import list_segments, read_frames
from serving.predict.prediction_log.writer import PredictionLog


@pytest.fixture
def log(tmp_path: Path) -> Iterator[PredictionLog]:
    made = PredictionLog(tmp_path / "log")
    yield made
    made.close()


def logged(folder: Path) -> list[str]:
    found = []
    for path in list_segments(folder):
        with path.open("rb") as file:
            found += [each.row.request_id for each in read_entries(read_frames(file))]
    return sorted(found)


def test_an_answer_is_on_disk_when_it_is_given(log: PredictionLog) -> None:
    entries = [make_entry(number) for number in range(5)]
    for place, entry in enumerate(entries):
        log.keep(entry)
        assert logged(log.folder) == [each.request_id for each in entries[: place + 1]]


def test_many_share_one_sync(log: PredictionLog, monkeypatch: pytest.MonkeyPatch) -> None:
    syncs: list[int] = []
    sync = os.fdatasync

    def slow(file: int) -> None:
        syncs.append(file)
        time.sleep(0.05)
        sync(file)

    monkeypatch.setattr(os, "fdatasync", slow)

    async def ask_all() -> None:
        await asyncio.gather(*(log.kept(make_entry(number)) for number in range(60)))

    asyncio.run(ask_all())
    assert len(logged(log.folder)) == 60
    assert len(syncs) < 10


def test_threads_and_event_loops_wait_for_the_same_file(log: PredictionLog) -> None:
    def in_thread(number: int) -> None:
        if number % 2:
            log.keep(make_entry(number))
        else:
            asyncio.run(log.kept(make_entry(number)))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(in_thread, range(40)))
    assert len(logged(log.folder)) == 40


def test_a_full_disk_refuses_and_an_emptied_one_answers_again(
    log: PredictionLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    log.keep(make_entry(1))

    def full(file: int, data: bytes) -> int:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(os, "write", full)
        with pytest.raises(LogUnwritable, match="got no space left on device") as refused:
            log.keep(make_entry(2))
        assert str(log.folder) not in str(refused.value)
        with pytest.raises(LogUnwritable):
            asyncio.run(log.kept(make_entry(3)))
    log.keep(make_entry(4))
    assert logged(log.folder) == [make_entry(1).request_id, make_entry(4).request_id]


def test_a_relaxed_log_writes_without_being_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    free, sync = threading.Event(), os.fdatasync

    def slow(file: int) -> None:
        free.wait()
        sync(file)

    monkeypatch.setattr(os, "fdatasync", slow)
    log = PredictionLog(tmp_path / "log", strict=False)
    log.keep(make_entry(1))
    asyncio.run(log.kept(make_entry(2)))
    assert logged(log.folder) == []
    free.set()
    log.close()
    assert len(logged(log.folder)) == 2


def test_a_segment_is_complete_after_a_while_though_nobody_asks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer, "_SEALED_AFTER", 0.02)
    log = PredictionLog(tmp_path / "log")
    log.keep(make_entry(1))
    deadline = time.monotonic() + 10
    while log._segment is not None and time.monotonic() < deadline:
        time.sleep(0.01)
    log.keep(make_entry(2))
    assert len(list_segments(log.folder)) == 2
    log.close()


def test_a_closed_log_takes_no_more(tmp_path: Path) -> None:
    log = PredictionLog(tmp_path / "log")
    log.close()
    with pytest.raises(LogUnwritable, match="a server that is closing"):
        log.keep(make_entry(1))


def test_many_answers_are_kept_by_one_sync(
    log: PredictionLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    log.keep(make_entry(0))  # which makes the file
    syncs: list[int] = []
    sync = os.fdatasync

    def watched(file: int) -> None:
        syncs.append(file)
        sync(file)

    monkeypatch.setattr(os, "fdatasync", watched)
    entries = [make_entry(number) for number in range(1, 40)]
    log.keep_all(entries)
    assert len(syncs) == 1
    assert len(logged(log.folder)) == 40
    log.keep_all([])
    log.close()
    with pytest.raises(LogUnwritable, match="closing"):
        log.keep_all(entries)
