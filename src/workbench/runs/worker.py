"""The caller's side of a notebook's process: start it early, hand it a run, follow it, stop it.

A run is over when its process is, not when its output is: what a killed kernel leaves behind (workers of
joblib, a forgotten subprocess) may hold the pipe for minutes. Such remains are known by the run's folder in
their environment and are ended with the run. The pipe to its standard input stays open as long as this process lives; once it closes, even because this
process was killed, the notebook's process ends itself and its kernel.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

from workbench.runs.environment import RUN_FOLDER_VARIABLE

Progress = Callable[[int, int, str], None]
"""Told at the start of every cell: its number, how many there are, its first line."""

_GRACE_SECONDS = 10
_HARMLESS = "Kernel is running over TCP without encryption"


@dataclass
class Worker:
    """A warm process that will run one notebook, or none.

    Parameters
    ----------
    process : subprocess.Popen
        The process of `workbench.runs.kernel_process`.
    """

    process: subprocess.Popen[str]
    _folder: Path | None = field(default=None, init=False)
    _listener: threading.Thread | None = field(default=None, init=False)

    @classmethod
    def start(
        cls,
        *,
        environ: Mapping[str, str],
        cwd: Path,
        page_only: bool = False,
        lock: int | None = None,
    ) -> Worker:
        """Start a process that loads papermill and waits.

        Parameters
        ----------
        environ : mapping
            The whole environment that the process, and the kernel below it, will see.
        cwd : Path
            Its directory.
        page_only : bool, default False
            Only write the page of a run that is over.
        lock : int, optional
            Descriptor of a held lock file; the process holds the lock too, until it ends.
        """
        command = [sys.executable, "-m", "workbench.runs.kernel_process"]
        process = subprocess.Popen(  # noqa: S603 - our own module
            [*command, "--page"] if page_only else command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env=dict(environ),
            cwd=cwd,
            start_new_session=True,
            pass_fds=() if lock is None else (lock,),
        )
        return cls(process)

    def run(self, folder: Path, *, progress: Progress | None = None) -> int:
        """Hand a run's folder over and wait for its end.

        Returns
        -------
        int
            The process's exit code; negative where a signal killed it.
        """
        assert self.process.stdin is not None
        with suppress(BrokenPipeError):
            self.process.stdin.write(f"{folder}\n")
            self.process.stdin.flush()
        self._folder = folder
        self._listener = threading.Thread(target=self._listen, args=(folder, progress), daemon=True)
        self._listener.start()
        code = self.process.wait()
        self._end_remains()
        return code

    def _listen(self, folder: Path, progress: Progress | None) -> None:
        """Write what the process says into the run's log, until nobody can say more."""
        assert self.process.stdout is not None
        with (folder / "log.txt").open("a", encoding="utf-8") as log:
            log.flush()
            for line in self.process.stdout:
                told = _told(line)
                if told is None:
                    log.write("" if _HARMLESS in line else line)
                elif "cell" in told:
                    log.write(f"cell {told['cell']} of {told['of']}: {told['title']}\n")
                    if progress is not None:
                        progress(told["cell"], told["of"], told["title"])
                log.flush()

    def stop(self) -> None:
        """End the process and its kernel; does nothing where it has ended."""
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(_GRACE_SECONDS)
            except subprocess.TimeoutExpired:
                with suppress(ProcessLookupError):
                    os.killpg(self.process.pid, signal.SIGKILL)
                self.process.wait()
        self._end_remains()
        for stream in (self.process.stdin, self.process.stdout):
            if stream is not None:
                with suppress(BrokenPipeError):
                    stream.close()

    def _end_remains(self) -> None:
        """End what a run has left behind, and hear the last of its output."""
        if self._folder is None or self._listener is None:
            return
        for process in psutil.process_iter():
            with suppress(psutil.Error):
                if process.environ().get(RUN_FOLDER_VARIABLE) == str(self._folder):
                    process.kill()
        self._listener.join()
        self._folder = self._listener = None


def _told(line: str) -> dict[str, Any] | None:
    try:
        content = json.loads(line)
    except ValueError:
        return None
    return content if isinstance(content, dict) else None
