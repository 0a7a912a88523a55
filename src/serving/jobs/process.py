"""The process beside a server that does jobs and ticks: the one that answers stays free for questions.

It ends by itself once the server is gone, however that ended; what it had in hand is given back, or else taken over by
another worker when its lease is over. Where it dies, another is started.
"""

from __future__ import annotations

import logging
import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING

from serving.settings import DoorSettings, ServingSettings

if TYPE_CHECKING:
    from multiprocessing.context import SpawnProcess

_context = multiprocessing.get_context("spawn")

logger = logging.getLogger("serving.jobs")

_DELAY = 2.0
"""Seconds before the process is started, so that the server is there first, and after it died."""
_PATIENCE = 5.0
"""Seconds in which it may give its job back."""
_GIVES_WAY = 10
"""By how much it is nicer than who answers: on a busy machine, an answer goes before what may be done in a moment."""


class WorkerProcess:
    """A process that works as long as this one lives.

    Parameters
    ----------
    settings : ServingSettings
        With a record store.
    prepare : callable
        Called first in the process, such as to set up its log; of a module's top level.

    Attributes
    ----------
    pid : int or None
        Of the process that was started last.
    """

    def __init__(self, settings: ServingSettings, prepare: Callable[[], None]) -> None:
        self._settings, self._prepare = settings, prepare
        self._closed = threading.Event()
        self.pid: int | None = None
        self._thread = threading.Thread(target=self._keep, name="worker-process", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Tell the process to stop, and wait until it has given back what it had in hand."""
        self._closed.set()
        self._thread.join()

    def _keep(self) -> None:
        """Start the process, and another where it dies, until closed."""
        while not self._closed.wait(_DELAY):
            try:
                process, ours = self._begin()
            except OSError as error:  # such as no memory left, or no file: it may pass
                logger.warning(
                    "the process that does jobs cannot be started (%s); it is tried again",
                    type(error).__name__,
                )
                continue
            self.pid = process.pid
            while process.is_alive() and not self._closed.is_set():
                process.join(0.2)
            if not self._closed.is_set():
                logger.warning("the process that does jobs ended; another takes its place")
            ours.close()  # tells it to stop
            _end(process)

    def _begin(self) -> tuple[SpawnProcess, Connection]:
        """Start the process; gives with it the end of the pipe that tells it to stop once it is closed."""
        ours, theirs = _context.Pipe()
        with theirs:
            process = _context.Process(
                target=_work, args=(self._settings, self._prepare, theirs), name="work", daemon=True
            )
            try:
                process.start()
            except OSError:
                ours.close()
                raise
        return process, ours


def _end(process: SpawnProcess) -> None:
    process.join(_PATIENCE)
    if process.is_alive():
        process.kill()
        process.join()


def _work(settings: ServingSettings, prepare: Callable[[], None], pipe: Connection) -> None:
    """Work until the other end of the pipe is closed: what the process does."""
    stop = threading.Event()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the server's own end closes the pipe
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    if hasattr(os, "nice"):
        os.nice(_GIVES_WAY)
    prepare()

    def wait() -> None:
        try:
            pipe.recv()
        except (EOFError, OSError):
            stop.set()

    threading.Thread(target=wait, daemon=True).start()
    from commerce.ticks import outside_of
    from features.catalogue import CATALOGUE
    from serving.jobs.shift import Shift
    from serving.predict.asking import AppState
    from serving.predict.packages import PackageShelf
    from serving.predict.prediction_log.loader import Loader
    from serving.predict.store import RecordStore

    assert settings.database_url is not None
    store = RecordStore(settings.database_url)
    state = AppState(
        shelf=PackageShelf(settings.packages, CATALOGUE),
        store=store,
        now=lambda: datetime.now(UTC),
        shadows=settings.shadows,
    )
    debug = DoorSettings.from_env(os.environ).debug
    outside = outside_of(
        os.environ, sys.stderr, mail=None, debug=debug
    )  # nobody's letters are logged
    folder = settings.predictions
    loader = None if folder is None else Loader(folder, store.engine, settings.shadows)
    Shift(state, outside, stop).run()
    if loader is not None:
        loader.close()
    store.close()
