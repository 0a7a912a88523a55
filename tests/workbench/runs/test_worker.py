"""What a run leaves behind ends with it."""

from collections.abc import Callable
from pathlib import Path

import psutil
from tests.workbench.runs.test_execution import run

from workbench.runs import exit_status
from workbench.runs.execution import Runner

WriteNotebook = Callable[..., Path]


def alive(pid: int) -> bool:
    """Tell whether a process still runs; one that only waits to be buried does not."""
    try:
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def test_what_a_killed_kernel_leaves_behind_neither_lives_on_nor_holds_the_run(
    runner: Runner, write_notebook: WriteNotebook, tmp_path: Path
) -> None:
    left = tmp_path / "left"
    path = write_notebook(
        "import os, signal, subprocess, sys, pathlib\n"
        # started as joblib starts its workers: a child with the kernel's own output
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(300)'])\n"
        f"pathlib.Path({str(left)!r}).write_text(str(child.pid))\n"
        "os.kill(os.getpid(), signal.SIGKILL)"
    )
    outcome = run(runner, path)
    assert outcome.exit_status is exit_status.KERNEL_DIED
    assert not alive(int(left.read_text()))
