"""Pipelines are asked in a process of their own, whatever becomes of it."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.pipelines import ROW, chance, pipeline_package

from scoring.pipelines import PipelinePackage
from scoring.published import publish
from serving.errors import PipelineBusy, PipelineFailed, PipelineLate
from serving.predict.pipelines.process import PipelineProcess, PipelineSettings


@pytest.fixture
def process() -> Iterator[PipelineProcess]:
    """A process that is begun by the first question."""
    made = PipelineProcess(PipelineSettings(waiting=1, seconds=60))
    yield made
    made.close()


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """The folder of a package."""
    return publish(pipeline_package(), tmp_path)


def ask(process: PipelineProcess, place: Path, **more: Any) -> float | str:
    package: PipelinePackage = pipeline_package()
    (told,) = process.ask(place, package.sha256, [package.read_row(ROW)[0]], **more)
    return told


def test_it_answers_dies_and_answers_again_and_ends_with_the_server(
    process: PipelineProcess, place: Path
) -> None:
    assert process.pid is None
    told = ask(process, place)
    assert told == pytest.approx(chance(ROW), abs=1e-12)
    pid = process.pid
    assert pid is not None

    # stopped: who asks is refused by the deadline, and no more wait than may
    os.kill(pid, signal.SIGSTOP)
    with pytest.raises(PipelineLate, match=r"must answer within 0\.1 s; got no answer"):
        ask(process, place, seconds=0.1)
    refused: list[Exception] = []

    def wait() -> None:
        try:
            ask(process, place, seconds=1)
        except PipelineLate as error:
            refused.append(error)

    waiting = [threading.Thread(target=wait) for _ in range(2)]
    for each in waiting:
        each.start()
    while process._line._value:
        time.sleep(0.005)
    with pytest.raises(PipelineBusy, match="at most 2 at once"):
        ask(process, place)
    for each in waiting:
        each.join()
    assert len(refused) == 2

    # it goes on: what is owed is let go, and the next answer is the next question's
    os.kill(pid, signal.SIGCONT)
    assert ask(process, place) == told
    assert process.pid == pid

    # killed: another takes its place
    os.kill(pid, signal.SIGKILL)
    assert ask(process, place) == told
    assert process.pid not in (None, pid)

    # a package that is not what is asked for, or not there
    sha256 = pipeline_package().sha256
    with pytest.raises(PipelineFailed, match="package must be as it was written; got another"):
        process.ask(place, "0" * 64, [])
    with pytest.raises(PipelineFailed) as missing:
        process.ask(place / "elsewhere", sha256, [])
    assert str(place) not in str(missing.value)

    process.close()
    with pytest.raises(PipelineFailed, match="a server that closes"):
        ask(process, place)


def test_a_process_that_comes_to_no_end_is_killed(place: Path) -> None:
    process = PipelineProcess(PipelineSettings(seconds=60, longest=0.1))
    try:
        ask(process, place)
        pid = process.pid
        assert pid is not None
        os.kill(pid, signal.SIGSTOP)
        with pytest.raises(PipelineLate):
            ask(process, place, seconds=0.05)
        while _is_running(pid):
            time.sleep(0.01)
    finally:
        process.close()


def _is_running(pid: int) -> bool:
    """Whether a process is more than what is left of one that was killed."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"
