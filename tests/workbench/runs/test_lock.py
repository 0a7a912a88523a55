from __future__ import annotations

import fcntl
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from workbench.errors import RunLocked
from workbench.runs.lock import run_lock

NOW = datetime(2026, 1, 1, 3, tzinfo=UTC)
HOLD = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from workbench.runs.lock import run_lock
with run_lock(Path(sys.argv[1]), subject="run", command="bellwether run", now=datetime.now(UTC)):
    print("held", flush=True)
    sys.stdin.read()
"""


def hold_elsewhere(path: Path) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


def end(process: subprocess.Popen[str]) -> None:
    process.kill()
    process.communicate()


def test_a_second_run_is_told_who_holds_the_lock(tmp_path: Path) -> None:
    path = tmp_path / "demo.lock"
    process = hold_elsewhere(path)
    try:
        with (
            pytest.raises(RunLocked, match=rf"while process {process.pid} \(bellwether run, since"),
            run_lock(path, subject="run of tenant 'demo'", command="x", now=NOW),
        ):
            pass
    finally:
        end(process)


def test_the_lock_of_a_killed_run_is_taken_over(tmp_path: Path) -> None:
    path = tmp_path / "demo.lock"
    process = hold_elsewhere(path)
    end(process)
    with run_lock(path, subject="run", command="next", now=NOW) as held:
        assert f"process {process.pid}" in held.taken_over_from
        assert f'"pid": {os.getpid()}' in path.read_text()


def test_the_lock_lasts_until_the_processes_below_a_killed_run_have_ended(tmp_path: Path) -> None:
    path = tmp_path / "demo.lock"
    with run_lock(path, subject="run", command="first", now=NOW) as held:
        below = subprocess.Popen(
            [sys.executable, "-c", "import sys; sys.stdin.read()"],
            stdin=subprocess.PIPE,
            pass_fds=(held.descriptor,),
        )
    with (
        path.open("r+") as lock,
        pytest.raises(BlockingIOError),
    ):
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    below.communicate()
    with run_lock(path, subject="run", command="next", now=NOW):
        pass


def test_a_run_that_ends_lets_go_even_when_it_fails(tmp_path: Path) -> None:
    path = tmp_path / "demo.lock"
    with pytest.raises(ZeroDivisionError), run_lock(path, subject="run", command="x", now=NOW):
        raise ZeroDivisionError
    with run_lock(path, subject="run", command="y", now=NOW) as held:
        assert held.taken_over_from == ""


def test_two_tenants_run_at_the_same_time(tmp_path: Path) -> None:
    with (
        run_lock(tmp_path / "a.lock", subject="run", command="x", now=NOW),
        run_lock(tmp_path / "b.lock", subject="run", command="y", now=NOW),
    ):
        pass
