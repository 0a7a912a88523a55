"""What a run leaves behind ends with it."""

from pathlib import Path

import psutil
import pytest
from tests.workbench.runs.running import WriteNotebook, run

from workbench.runs import exit_status
from workbench.runs.execution import Runner


def alive(pid: int) -> bool:
    """Whether a process still runs; one that only waits to be buried does not."""
    try:
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


STARTED = {
    # as joblib starts its workers: a child with the kernel's own output
    "started": "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(300)']).pid",
    # as multiprocessing does: a child that no environment gives away
    "forked": "child = os.fork()\nif not child:\n    time.sleep(300)",
}


@pytest.mark.parametrize("way", STARTED)
def test_what_a_killed_kernel_leaves_behind_neither_lives_on_nor_holds_the_run(
    runner: Runner, write_notebook: WriteNotebook, tmp_path: Path, way: str
) -> None:
    left = tmp_path / "left"
    path = write_notebook(
        "import os, signal, subprocess, sys, time, pathlib\n"
        f"{STARTED[way]}\n"
        f"pathlib.Path({str(left)!r}).write_text(str(child))\n"
        "os.kill(os.getpid(), signal.SIGKILL)"
    )
    outcome = run(runner, path)
    assert outcome.exit_status is exit_status.KERNEL_DIED
    assert not alive(int(left.read_text()))
