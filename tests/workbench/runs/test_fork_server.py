"""What the fork server forks is a process of its own, with what the server has imported."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from workbench.runs.fork_server import Child, ForkServer

LOADED = "tests.workbench.runs.forked"


@pytest.fixture
def server() -> Iterator[ForkServer]:
    environ = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])}
    with ForkServer(environ=environ, load=("numpy", LOADED)) as server:
        yield server


def said_by(child: Child) -> tuple[str, int | None]:
    text = child.stdout.read()
    code = child.wait(10)
    child.close()
    return text, code


def test_a_forked_process_finds_what_the_server_imported(
    server: ForkServer, tmp_path: Path
) -> None:
    text, code = said_by(server.fork(f"{LOADED}:say_how_it_stands", LOADED, cwd=tmp_path))
    assert text.split("\n")[:2] == ["True", str(tmp_path)]
    assert code == 0


def test_forked_processes_draw_their_own_random_numbers(server: ForkServer, tmp_path: Path) -> None:
    drawn = {said_by(server.fork(f"{LOADED}:draw", cwd=tmp_path))[0] for _ in range(3)}
    assert len(drawn) == 3


@pytest.mark.parametrize(
    ("way", "code"), [("exit", 7), ("raise", 1), ("kill", -signal.SIGKILL), ("return", 0)]
)
def test_a_forked_process_ends_with_its_own_code(
    server: ForkServer, tmp_path: Path, way: str, code: int
) -> None:
    assert said_by(server.fork(f"{LOADED}:end", way, cwd=tmp_path))[1] == code


def test_what_is_forked_ends_with_a_server_that_is_killed(
    server: ForkServer, tmp_path: Path
) -> None:
    child = server.fork(f"{LOADED}:sleep", cwd=tmp_path)
    assert child.wait(0) is None
    assert server._process is not None
    server._process.kill()
    assert child.wait(10) == -signal.SIGKILL
    child.close()
    assert said_by(server.fork(f"{LOADED}:end", "return", cwd=tmp_path))[1] == 0


def test_a_server_ends_with_whoever_started_it(server: ForkServer) -> None:
    server.start()
    assert server._process is not None
    assert server._socket is not None
    server._socket.close()
    deadline = time.monotonic() + 10
    while server._process.poll() is None:
        assert time.monotonic() < deadline
        time.sleep(0.02)
