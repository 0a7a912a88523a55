"""The process that pipelines are asked in: begun when the first is asked, and again where it dies.

Guarantees: no more wait for it than may; whoever asks has an answer or a refusal by the deadline; a process that dies,
or that comes to no end, takes nothing with it but what it was asked.
"""

from __future__ import annotations

import logging
import multiprocessing
import os
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

import msgspec

from scoring.pipelines import Scalar
from serving.errors import PipelineBusy, PipelineFailed, PipelineLate
from serving.predict.pipelines.messages import Asked, Told, read_told, write_message

logger = logging.getLogger("serving")

_CHILD = "serving.predict.pipelines.child"
_ENVIRONMENT = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
"""All that the process finds, beside where modules are: the server's own environment may hold passwords."""
_LARGEST = 1 << 26
"""Bytes of an answer."""


_TOGETHER = 256
"""Rows that are asked about at once, of questions that wait: many cost scikit-learn little more than one."""

_Rows = Sequence[tuple[Scalar, ...]]
_Told = list[float | str]


@dataclass(eq=False)
class _Waiting:
    """A question that waits for its turn, or for somebody who takes it along."""

    folder: str
    sha256: str
    rows: _Rows
    told: _Told | None = None


@dataclass(frozen=True, kw_only=True)
class PipelineSettings:
    """How patiently pipelines are asked."""

    waiting: int = 16
    """Questions that may wait for the process at once; one more is refused."""
    seconds: float = 10.0
    """From asking to giving up; the process goes on, so that a large pipeline is loaded once."""
    longest: float = 120.0
    """Seconds after which a process that comes to no end is replaced."""


class PipelineProcess:
    """A process that loads pipelines and asks them; for any number of threads."""

    def __init__(self, settings: PipelineSettings = PipelineSettings()) -> None:
        self.settings = settings
        self._line = threading.BoundedSemaphore(settings.waiting + 1)
        self._turn = threading.Lock()
        self._waiting: list[_Waiting] = []
        self._running: tuple[subprocess.Popen[bytes], Connection] | None = None
        self._owed: float | None = None
        """Since when the process owes an answer that nobody waits for any more."""
        self._closed = False

    @property
    def pid(self) -> int | None:
        """Of the process; None where none was begun."""
        return None if self._running is None else self._running[0].pid

    def ask(
        self,
        folder: Path,
        sha256: str,
        rows: _Rows,
        *,
        seconds: float | None = None,
    ) -> _Told:
        """Ask a pipeline about rows; a process that dies of it, or meanwhile, is asked once more.

        Whose turn it is takes along who waits to ask the same pipeline.

        Parameters
        ----------
        folder : Path
            Of its package.
        sha256 : str
            Of the pipeline's file.
        seconds : float, optional
            To wait for an answer; by default as the settings say.

        Returns
        -------
        list of float or str
            For each row its probability, or why there is none.

        Raises
        ------
        PipelineBusy
            "model that is served as it is must be asked by at most 17 at once; ..."
        PipelineLate
            "... within 10 s; got no answer. ..."
        PipelineFailed
            The pipeline cannot be loaded, or its process died.
        """
        patience = self.settings.seconds if seconds is None else seconds
        deadline = time.monotonic() + patience
        if not self._line.acquire(blocking=False):
            raise PipelineBusy(self.settings.waiting + 1)
        waiting = _Waiting(str(folder), sha256, rows)
        self._waiting.append(waiting)
        try:
            if not self._turn.acquire(timeout=patience):
                raise PipelineLate(patience)
            try:
                if waiting.told is None:
                    self._ask_together(waiting, deadline, patience)
            finally:
                self._turn.release()
        finally:
            self._waiting.remove(waiting)
            self._line.release()
        assert waiting.told is not None
        return waiting.told

    def close(self) -> None:
        """End the process; who waits for it is refused."""
        self._closed = True
        running = self._running
        if running is not None:
            running[0].kill()
        with self._turn:
            self._end()

    def _ask_together(self, first: _Waiting, deadline: float, patience: float) -> None:
        """Ask for one question and for those that wait beside it; where it fails, these ask for themselves."""
        taken, rows = [first], len(first.rows)
        for each in list(self._waiting):
            is_alike = (each.folder, each.sha256) == (first.folder, first.sha256)
            if each is not first and is_alike and rows + len(each.rows) <= _TOGETHER:
                taken.append(each)
                rows += len(each.rows)
        asked = Asked(first.folder, first.sha256, [row for each in taken for row in each.rows])
        told = self._told(asked, deadline, patience)
        if told.refused is not None:
            raise PipelineFailed(told.refused)
        if len(told.probabilities) != rows:
            raise PipelineFailed("answers to other rows")
        answers = iter(told.probabilities)
        for each in taken:
            each.told = [next(answers) for _ in each.rows]

    def _told(self, asked: Asked, deadline: float, patience: float) -> Told:
        message = write_message(asked)
        for _ in range(2):
            try:
                process, pipe = self._ready(deadline, patience)
                pipe.send_bytes(message)
                self._owed = time.monotonic()
                try:
                    return self._received(pipe, deadline, patience)
                except PipelineLate:
                    self._watch(process, self._owed)
                    raise
            except (EOFError, OSError, msgspec.MsgspecError) as error:
                if isinstance(error, PipelineLate):  # which is a TimeoutError, and so an OSError
                    raise
                self._end()
                if self._closed:
                    break
                logger.warning("the process that asks pipelines died; another takes its place")
        found = "a server that closes" if self._closed else "a process that died of it"
        raise PipelineFailed(found)

    def _ready(
        self, deadline: float, patience: float
    ) -> tuple[subprocess.Popen[bytes], Connection]:
        """Give a process that owes no answer, and the pipe to it."""
        if self._running is not None and self._owed is not None:
            self._received(self._running[1], deadline, patience)
        if self._running is None:
            self._running = self._begin()
        return self._running

    def _begin(self) -> tuple[subprocess.Popen[bytes], Connection]:
        if self._closed:
            raise EOFError
        ours, theirs = multiprocessing.Pipe()
        with theirs:
            try:
                process = subprocess.Popen(  # noqa: S603 (a module of our own)
                    [sys.executable, "-m", _CHILD, str(theirs.fileno())],
                    env=_ENVIRONMENT | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
                    pass_fds=[theirs.fileno()],
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                )
            except OSError:
                ours.close()
                raise
        return process, ours

    def _received(self, pipe: Connection, deadline: float, patience: float) -> Told:
        """Wait for what the process owes."""
        if not pipe.poll(max(0.0, deadline - time.monotonic())):
            raise PipelineLate(patience)
        told = read_told(pipe.recv_bytes(_LARGEST))
        self._owed = None
        return told

    def _watch(self, process: subprocess.Popen[bytes], since: float) -> None:
        """Kill a process that owes the same answer much later; who asks next begins another."""

        def look() -> None:
            if self._owed == since:
                logger.warning(
                    "the process that asks pipelines came to no end in %g s", self.settings.longest
                )
                process.kill()

        timer = threading.Timer(self.settings.longest, look)
        timer.daemon = True
        timer.start()

    def _end(self) -> None:
        running, self._running, self._owed = self._running, None, None
        if running is not None:
            process, pipe = running
            process.kill()
            process.wait()
            pipe.close()
