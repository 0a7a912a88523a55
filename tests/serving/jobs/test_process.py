"""The process beside a server: it works, is replaced where it dies, and ends with the server."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from multiprocessing.context import SpawnProcess
from pathlib import Path

import pytest
from sqlalchemy import Engine
from tests.serving.jobs.begun import asked, seen
from tests.tenants import make_tenant

from serving.jobs import process
from serving.jobs.process import WorkerProcess
from serving.rest.request_log import log_lines
from serving.settings import ServingSettings

PATIENCE = 120
SERVER = """
import multiprocessing, sys, time
from serving.jobs import process
from serving.settings import ServingSettings
if __name__ == "__main__":
    process._DELAY = 0.0
    settings = ServingSettings(packages=(), database_url=sys.argv[1])
    process.WorkerProcess(settings, print)
    while not multiprocessing.active_children():
        time.sleep(0.05)
    print(multiprocessing.active_children()[0].pid, flush=True)
    time.sleep(600)
"""


def until(true: Callable[[], bool]) -> None:
    """Wait for something to become true."""
    ends = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < ends
        time.sleep(0.05)


def lives(pid: int) -> bool:
    """Whether there is such a process that has not ended."""
    status = Path(f"/proc/{pid}/stat")
    return status.exists() and status.read_text().rpartition(")")[2].split()[0] != "Z"


@pytest.fixture
def worker(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> Iterator[WorkerProcess]:
    """A worker of the store, beside this process."""
    monkeypatch.setattr(process, "_DELAY", 0.0)
    settings = ServingSettings(packages=(), database_url=str(engine.url))
    found = WorkerProcess(settings, log_lines)
    yield found
    found.close()


def test_where_it_cannot_be_started_it_is_tried_again_and_no_file_stays_open(
    engine: Engine, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    settings = ServingSettings(packages=(), database_url=str(engine.url))
    left, files = list(range(20)), []
    start = SpawnProcess.start

    def fail_at_first(process: SpawnProcess) -> None:
        if left:
            files.append(len(list(Path("/proc/self/fd").iterdir())))
            left.pop()
            raise OSError
        start(process)

    monkeypatch.setattr(process, "_DELAY", 0.0)
    monkeypatch.setattr(SpawnProcess, "start", fail_at_first)
    worker = WorkerProcess(settings, log_lines)
    until(lambda: worker.pid is not None)
    worker.close()
    assert files[-1] == files[1]
    assert "the process that does jobs cannot be started (OSError)" in caplog.text


def test_it_does_jobs_and_where_it_dies_another_takes_its_place(
    engine: Engine, worker: WorkerProcess
) -> None:
    tenant = make_tenant(engine)
    pids = set()
    for _ in range(2):
        job = asked(engine, tenant)
        until(lambda job=job: seen(engine, tenant, job).state == "succeeded")  # type: ignore[misc]
        assert worker.pid is not None
        pids.add(worker.pid)
        os.kill(worker.pid, signal.SIGKILL)
    assert len(pids) == 2
    until(lambda: worker.pid not in {None, *pids})
    last = worker.pid
    assert last is not None
    worker.close()
    assert not lives(last)


def test_it_ends_with_a_server_that_was_killed(engine: Engine, tmp_path: Path) -> None:
    program = tmp_path / "server.py"
    program.write_text(SERVER)
    command = [sys.executable, str(program), str(engine.url)]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert server.stdout is not None
    pid = int(server.stdout.readline())
    assert lives(pid)
    server.kill()
    server.wait()
    server.stdout.close()
    until(lambda: not lives(pid))
