"""The caller's side of a notebook's process: start it, follow it, stop it.

A run is over when its process is, not when its output is: what a killed kernel leaves behind (workers of
joblib, a forgotten subprocess) may hold the pipe for minutes. Such remains are known by the run's folder in
their environment, or by the session of the run's process, and are ended with the run. The pipe to its standard
input stays open as long as this process lives; once it closes, even because this process was killed, the
notebook's process ends itself and its kernel.
"""

from __future__ import annotations

import json
import os
import signal
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil

from workbench.runs.environment import RUN_FOLDER_VARIABLE
from workbench.runs.fork_server import Child, ForkServer

Progress = Callable[[int, int, str], None]
"""Called at the start of every cell: its number, how many there are, its first line."""

_GRACE_SECONDS = 10
_HARMLESS = "Kernel is running over TCP without encryption"


class Worker:
    """A process at work on one run's folder."""

    def __init__(self, child: Child, folder: Path, progress: Progress | None = None) -> None:
        self._child = child
        self._folder = folder
        self._over = False
        self._listener = threading.Thread(target=self._listen, args=(progress,), daemon=True)
        self._listener.start()

    @classmethod
    def start(
        cls,
        server: ForkServer,
        folder: Path,
        *,
        cwd: Path,
        page_only: bool = False,
        lock: int | None = None,
        progress: Progress | None = None,
    ) -> Worker:
        """Start the process of a run.

        Parameters
        ----------
        folder : Path
            The run's folder, with its ``request.json``.
        page_only : bool, default False
            Only write the page of a run that is over.
        lock : int, optional
            Descriptor of a held lock file; the process holds the lock too, until it ends.
        """
        work = "write_page_only" if page_only else "run_notebook"
        child = server.fork(
            f"workbench.runs.kernel_process:{work}",
            str(folder),
            cwd=cwd,
            inherit=() if lock is None else (lock,),
        )
        return cls(child, folder, progress)

    @property
    def sentinel(self) -> int:
        """A descriptor that can be read once the process has ended."""
        return self._child.sentinel

    def wait(self) -> int:
        """Wait for the process's end.

        Returns
        -------
        int
            Its exit code; negative where a signal killed it.
        """
        code = self._child.wait()
        assert code is not None
        self._end_remains()
        return code

    def stop(self) -> None:
        """End the process and its kernel; does nothing more where it has ended."""
        self._child.signal(signal.SIGTERM)
        if self._child.wait(_GRACE_SECONDS) is None:
            self._child.signal(signal.SIGKILL, group=True)
            self._child.wait()
        self._end_remains()
        self._child.close()

    def _listen(self, progress: Progress | None) -> None:
        """Write what the process says into the run's log, until nobody can say more."""
        with (self._folder / "log.txt").open("a", encoding="utf-8") as log:
            log.flush()
            for line in self._child.stdout:
                message = _message(line)
                if message is None:
                    log.write("" if _HARMLESS in line else line)
                elif "cell" in message:
                    log.write(f"cell {message['cell']} of {message['of']}: {message['title']}\n")
                    if progress is not None:
                        progress(message["cell"], message["of"], message["title"])
                log.flush()

    def _end_remains(self) -> None:
        """End what the run has left behind, and hear the last of its output."""
        if self._over:
            return
        self._over = True
        for process in psutil.process_iter():
            with suppress(psutil.Error, ProcessLookupError):
                if self._belongs(process):
                    process.kill()
        self._listener.join()

    def _belongs(self, process: psutil.Process) -> bool:
        """Whether the run started a process: forked in its session, or with its folder in the environment."""
        if os.getsid(process.pid) == self._child.pid:
            return True
        return bool(process.environ().get(RUN_FOLDER_VARIABLE) == str(self._folder))


def _message(line: str) -> dict[str, Any] | None:
    try:
        content = json.loads(line)
    except ValueError:
        return None
    return content if isinstance(content, dict) else None
