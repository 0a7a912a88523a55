"""The process that pipelines are asked in, whatever becomes of it.

What it says here is why a package cannot be loaded: it says so before it loads scikit-learn, which takes seconds.
"""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from tests.pipelines import pipeline_package

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
    return publish(pipeline_package(skops=b"no matter"), tmp_path)


def says(process: PipelineProcess, place: Path, *, seconds: float | None = None) -> str:
    """What it says of a file that is not the one that is meant."""
    with pytest.raises(PipelineFailed) as refused:
        process.ask(place, "0" * 64, [], seconds=seconds)
    return str(refused.value)


def test_it_is_begun_without_the_servers_secrets_by_the_first_question_and_ends_with_the_server(
    process: PipelineProcess, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SECRET_KEY", "a secret of the server's")
    assert process.pid is None
    assert "package must be as it was written; got another pipeline" in says(process, place)
    pid = process.pid
    assert "must have a published package" in says(process, place / "elsewhere")
    assert process.pid == pid is not None
    assert str(place) not in says(process, place / "elsewhere")
    environment = Path(f"/proc/{pid}/environ")  # where the system shows it
    assert not environment.exists() or b"secret" not in environment.read_bytes().lower()
    process.close()
    assert not _is_running(pid)
    assert "a server that closes" in says(process, place)


def test_who_asks_is_refused_by_the_deadline_and_no_more_wait_than_may(
    process: PipelineProcess, place: Path
) -> None:
    told = says(process, place)
    pid = process.pid
    assert pid is not None
    os.kill(pid, signal.SIGSTOP)
    with pytest.raises(PipelineLate, match=r"must answer within 0\.05 s; got no answer"):
        says(process, place, seconds=0.05)
    late: list[Exception] = []

    def wait() -> None:
        try:
            process.ask(place, "0" * 64, [], seconds=1)
        except PipelineLate as error:
            late.append(error)

    waiting = [threading.Thread(target=wait) for _ in range(2)]
    for each in waiting:
        each.start()
    while process._line._value:
        time.sleep(0.005)
    with pytest.raises(PipelineBusy, match="at most 2 at once"):
        says(process, place)
    for each in waiting:
        each.join()
    assert len(late) == 2
    os.kill(pid, signal.SIGCONT)  # what it owes is let go; the next answer is the next question's
    assert "must have a published package" in says(process, place / "elsewhere")
    assert says(process, place) == told
    assert process.pid == pid


def test_where_it_dies_or_comes_to_no_end_another_takes_its_place(
    process: PipelineProcess, place: Path
) -> None:
    told = says(process, place)
    killed = process.pid
    assert killed is not None
    os.kill(killed, signal.SIGKILL)
    assert says(process, place) == told
    stopped = process.pid
    assert stopped not in (None, killed)
    assert stopped is not None
    process.settings = replace(process.settings, longest=0.1)
    os.kill(stopped, signal.SIGSTOP)
    with pytest.raises(PipelineLate):
        says(process, place, seconds=0.05)
    while _is_running(stopped):
        time.sleep(0.01)
    assert says(process, place) == told
    assert process.pid != stopped


def _is_running(pid: int | None) -> bool:
    """Whether a process is more than what is left of one that was killed."""
    try:
        os.kill(pid or 0, 0)
        state = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"
