"""Appending to the log: one thread writes, and what was asked of it meanwhile goes out together, by one sync."""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from pathlib import Path
from typing import NamedTuple

from scoring.package import Package
from serving.errors import LogUnwritable
from serving.predict.prediction_log.entries import Entry, write_entries, write_entry, write_features
from serving.predict.prediction_log.segments import Segment, require_room

logger = logging.getLogger(__name__)

_SEALED_AFTER = 1.0
"""Seconds after which a segment is complete, and can be loaded and removed."""
_MOST_WAITING = 100_000
"""Answers that a relaxed log holds at most in memory, while the disk is slow."""


class _Waiting(NamedTuple):
    package: Package
    frame: bytes
    done: Future[None] | None
    loop: asyncio.AbstractEventLoop | None = None
    future: asyncio.Future[None] | None = None


class PredictionLog:
    """A folder in which answers are kept until they are loaded into the record store.

    Parameters
    ----------
    folder : Path
        Made with the first answer.
    strict : bool, default True
        Whether an answer is on disk before it is given. A relaxed log writes it right after, and what was answered in
        the last milliseconds is lost with the machine, or with a process that is killed.
    elapsed : callable
        Gives seconds that never go back.
    """

    def __init__(
        self,
        folder: Path,
        *,
        strict: bool = True,
        elapsed: Callable[[], float] = time.monotonic,
    ) -> None:
        self.folder, self.strict = folder, strict
        self._elapsed = elapsed
        self._waiting: list[_Waiting] = []
        self._wake = threading.Condition()
        self._closing = False
        self._segment: Segment | None = None
        self._began = 0.0
        self._known: set[str] = set()
        self._thread = threading.Thread(target=self._run, name="prediction-log", daemon=True)
        self._thread.start()

    def keep(self, entry: Entry) -> None:
        """Keep an answer; in a thread that may wait.

        Raises
        ------
        LogUnwritable
            "prediction log must be writable; got ..."
        """
        self.keep_all([entry])

    def keep_all(self, entries: Sequence[Entry]) -> None:
        """Keep many answers together, by one sync; in a thread that may wait.

        Raises
        ------
        LogUnwritable
            As `keep`; none of them was kept then.
        """
        self.begin_keeping(entries).result()

    def begin_keeping(self, entries: Sequence[Entry]) -> Future[None]:
        """Begin to keep many answers together, by one sync.

        Returns
        -------
        Future
            Done once they are kept, in a relaxed log at once; it raises as `keep` where none of them was.
        """
        done: Future[None] = Future()
        if not entries or not self.strict:
            done.set_result(None)
        if entries:
            *before, last = (
                _Waiting(each.package, frame, None)
                for each, frame in zip(entries, write_entries(entries), strict=True)
            )
            self._put(*before, last._replace(done=done if self.strict else None))
        return done

    async def kept(self, entry: Entry) -> None:
        """Keep an answer, on an event loop; raises as `keep` does."""
        frame = write_entry(entry)
        if not self.strict:
            self._put(_Waiting(entry.package, frame, None))
            return
        loop = asyncio.get_running_loop()
        future = loop.create_future()
        self._put(_Waiting(entry.package, frame, None, loop, future))
        await future

    def check(self) -> None:
        """Raise `LogUnwritable` unless an answer could be kept now."""
        try:
            require_room(self.folder)
        except OSError as error:
            raise self._unwritable(error) from error

    def _unwritable(self, error: OSError) -> LogUnwritable:
        """Log what was found and where; a client is told what alone."""
        logger.error("prediction log in %s cannot be written: %s", self.folder, error)
        return LogUnwritable((error.strerror or type(error).__name__).lower())

    def close(self) -> None:
        """Write what waits, and give up the file."""
        with self._wake:
            self._closing = True
            self._wake.notify()
        self._thread.join()

    def _put(self, *waiting: _Waiting) -> None:
        with self._wake:
            if self._closing or len(self._waiting) >= _MOST_WAITING:
                raise LogUnwritable("a server that is closing" if self._closing else "a slow disk")
            was_idle = not self._waiting
            self._waiting += waiting
            if was_idle:
                self._wake.notify()

    def _run(self) -> None:
        while True:
            with self._wake:
                while not self._waiting and not self._closing:
                    if not self._wake.wait(None if self._segment is None else _SEALED_AFTER):
                        self._seal()
                batch, self._waiting = self._waiting, []
            if not batch:
                self._seal()
                return
            self._write(batch)

    def _write(self, batch: Sequence[_Waiting]) -> None:
        error: LogUnwritable | None = None
        try:
            if self._segment is None:
                self._segment, self._began = Segment(self.folder), self._elapsed()
            packages = {each.package.label: each.package for each in batch}
            new = [package for label, package in packages.items() if label not in self._known]
            self._segment.append([*map(write_features, new), *(each.frame for each in batch)])
            self._known.update(packages)
        except OSError as found:
            self._seal()  # what the disk did with it is not known: the next goes elsewhere
            error = self._unwritable(found)
        _tell(batch, error)
        if self._segment is not None and self._elapsed() - self._began > _SEALED_AFTER:
            self._seal()

    def _seal(self) -> None:
        """Let the segment be loaded."""
        if self._segment is not None:
            self._segment.close()
        self._segment = None
        self._known.clear()


def _tell(batch: Sequence[_Waiting], error: LogUnwritable | None) -> None:
    """Let who waits go on; each event loop is woken once."""
    by_loop: defaultdict[asyncio.AbstractEventLoop, list[asyncio.Future[None]]] = defaultdict(list)
    for each in batch:
        if each.loop is not None and each.future is not None:
            by_loop[each.loop].append(each.future)
        elif each.done is not None:
            if error is None:
                each.done.set_result(None)
            else:
                each.done.set_exception(error)
    for loop, futures in by_loop.items():
        try:
            loop.call_soon_threadsafe(_settle, futures, error)
        except RuntimeError:  # closed meanwhile: nobody waits on it any more
            logger.warning("%d answers were kept after their server had closed", len(futures))


def _settle(futures: Sequence[asyncio.Future[None]], error: LogUnwritable | None) -> None:
    for future in futures:
        if future.done():  # given up by who asked
            continue
        if error is None:
            future.set_result(None)
        else:
            future.set_exception(error)
