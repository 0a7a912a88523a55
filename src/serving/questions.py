"""Questions about a period, answered in processes of their own: the one that answers predictions loads no DuckDB.

Guarantees: no more questions wait than may; each is answered, refused or given up by its deadline; a process that dies,
or does not come to an end, is replaced by a new one; closing ends them all.
"""

from __future__ import annotations

import logging
import multiprocessing
import signal
import threading
import time
import traceback
from collections import OrderedDict
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING, Any

from commerce.records.errors import CommerceError
from serving.errors import QuestionLate, QuestionsBusy, QuestionUnanswered

if TYPE_CHECKING:
    from multiprocessing.context import ForkServerProcess

    from analytics.questions import Answer

_context = multiprocessing.get_context("forkserver")
# imported once, in a process that only forks: the first one answers as soon, and another that takes its place at once
_context.set_forkserver_preload(["analytics.mart", "analytics.questions"])

logger = logging.getLogger("serving")


@dataclass(frozen=True, kw_only=True)
class QuestionSettings:
    """How many processes answer questions, and how patiently."""

    database_url: str
    """Of the record store; may carry a password."""
    snapshots: Path
    """The folder of snapshots."""
    processes: int = 1
    waiting: int = 16
    """Questions that may wait for a process at once; one more is refused."""
    seconds: float = 20.0
    """From asking a question to giving it up; the process goes on, so that a large shop is loaded once."""
    longest: float = 600.0
    """Seconds after which a process that does not come to an end is replaced."""
    tenants: int = 4
    """Tenants whose events a process holds at once; the one longest unasked makes room."""


@dataclass(frozen=True, kw_only=True)
class Question:
    """What a process is asked."""

    tenant: str
    name: str
    """As in `analytics.questions.QUESTIONS`."""
    as_of: str | None
    asked: dict[str, Any]


class Questions:
    """Processes that answer questions; for any number of threads.

    Parameters
    ----------
    settings : QuestionSettings
    now : callable, optional
        Gives wall time, aware.
    """

    def __init__(
        self, settings: QuestionSettings, now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._settings, self._now = settings, now
        self._changed = threading.Condition()
        self._workers = [_Worker(settings) for _ in range(settings.processes)]
        self._idle = list(self._workers)
        self._waiting = 0
        self._closed = False

    def ask(self, tenant: str, question: str, *, as_of: str | None = None, **asked: Any) -> Answer:
        """Ask a question of `analytics.questions`; a process that dies of it, or meanwhile, is asked once more.

        Parameters
        ----------
        tenant : str
            Its slug.
        as_of : str, optional
            As `commerce.records.tenants.settle_as_of` takes it.
        **asked
            As the question takes them.

        Raises
        ------
        QuestionsBusy
            "question must wait its turn; got 16 waiting. ..."
        QuestionLate
            "question must be answered within 20 s; got no answer. ..."
        QuestionUnanswered
            "question must be answered; got processes that died of it. ..."
        CommerceError
            What the question refuses.
        """
        deadline = time.monotonic() + self._settings.seconds
        wanted = Question(tenant=tenant, name=question, as_of=as_of, asked=asked)
        for _ in range(len(self._workers) + 1):
            worker = self._take(tenant, deadline)
            try:
                found = worker.ask(wanted, self._now(), deadline)
            except TimeoutError:
                threading.Thread(target=self._await, args=(worker,), daemon=True).start()
                raise QuestionLate(self._settings.seconds) from None
            except (EOFError, OSError):
                self._replace(worker, "died")
            except BaseException:
                self._give_back(worker)
                raise
            else:
                self._give_back(worker)
                return found
        raise QuestionUnanswered("processes that died of it")

    def warm(self, *tenants: str) -> None:
        """Load the events of tenants, as many as a process holds, in the background; first questions wait less."""

        def load() -> None:
            for tenant in tenants[: self._settings.tenants]:
                with suppress(QuestionsBusy, QuestionLate, QuestionUnanswered, CommerceError):
                    self.ask(tenant, "inactive_rate")

        threading.Thread(target=load, name="warm-questions", daemon=True).start()

    def close(self) -> None:
        """End the processes; who waits is refused."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        for worker in self._workers:
            worker.end(for_good=True)

    def _take(self, tenant: str, deadline: float) -> _Worker:
        """Wait for an idle process, one that knows the tenant if there is one."""
        with self._changed:
            if not self._idle and self._waiting >= self._settings.waiting:
                raise QuestionsBusy(self._waiting)
            self._waiting += 1
            try:
                while not self._idle:
                    left = deadline - time.monotonic()
                    if self._closed or left <= 0 or not self._changed.wait(left):
                        break
                if self._closed:
                    raise QuestionUnanswered("a server that closes")
                if not self._idle:
                    raise QuestionLate(self._settings.seconds)
            finally:
                self._waiting -= 1
            chosen = next((each for each in self._idle if tenant in each.knows), self._idle[0])
            self._idle.remove(chosen)
            return chosen

    def _await(self, worker: _Worker) -> None:
        """Let a process that was too late come to its end, or end it."""
        try:
            worker.finish(time.monotonic() + self._settings.longest)
        except TimeoutError:
            self._replace(worker, f"did not come to an end in {self._settings.longest:g} s")
        except (EOFError, OSError):
            self._replace(worker, "died")
        else:
            self._give_back(worker)

    def _replace(self, worker: _Worker, why: str) -> None:
        if not self._closed:
            logger.warning("a process that answers questions %s; another takes its place", why)
        worker.end()
        self._give_back(worker)

    def _give_back(self, worker: _Worker) -> None:
        with self._changed:
            if self._closed:
                worker.end()
            self._idle.append(worker)
            self._changed.notify()


class _Worker:
    """One process, and the pipe to it; started when it is first asked."""

    def __init__(self, settings: QuestionSettings) -> None:
        self._settings = settings
        self._process: ForkServerProcess | None = None
        self._pipe: Connection | None = None
        self._turn = threading.Lock()  # none is ended while it starts
        self._over = False
        self.knows: set[str] = set()

    def ask(self, question: Question, now: datetime, deadline: float) -> Answer:
        """Ask, and wait until the deadline.

        Raises
        ------
        EOFError, OSError
            The process died.
        TimeoutError
        """
        with self._turn:
            if self._over:
                raise EOFError
            if self._pipe is None:
                self._pipe, theirs = _context.Pipe()
                self._process = _context.Process(
                    target=_serve, args=(self._settings, theirs), name="questions", daemon=True
                )
                self._process.start()
                theirs.close()
            self._pipe.send((question, now))
        answer, failure = self.finish(deadline)
        if failure is not None:
            raise failure.error()
        found: Answer = answer
        return found

    def finish(self, deadline: float) -> tuple[Any, _Failure | None]:
        """Wait for the answer to what was asked last."""
        pipe = self._pipe
        if pipe is None:
            raise EOFError
        if not pipe.poll(max(0.0, deadline - time.monotonic())):
            raise TimeoutError
        answer, failure, self.knows = pipe.recv()
        return answer, failure

    def end(self, *, for_good: bool = False) -> None:
        """Kill the process, which only reads; unless it is for good, the next question starts another."""
        with self._turn:
            process, pipe = self._process, self._pipe
            self._process = self._pipe = None
            self._over = self._over or for_good
        self.knows = set()
        if process is not None:
            process.kill()
            process.join()
        if pipe is not None:
            pipe.close()


@dataclass(frozen=True)
class _Failure:
    """An error on its way from one process to another, whatever it was made with."""

    kind: type[Exception]
    arguments: tuple[Any, ...]
    state: dict[str, Any]

    def error(self) -> Exception:
        """Give the error as it was raised."""
        made = self.kind.__new__(self.kind, *self.arguments)
        made.__dict__.update(self.state)
        return made


def _serve(settings: QuestionSettings, pipe: Connection) -> None:
    """Answer questions until the other end of the pipe is closed: what a process does."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the server's own end closes the pipe
    from analytics.mart import Mart
    from analytics.questions import ask
    from commerce.records.database import connect
    from commerce.records.errors import CommerceError

    engine = connect(settings.database_url)
    engine.hide_parameters = True
    marts: OrderedDict[str, Mart] = OrderedDict()
    with suppress(EOFError, OSError):
        while True:
            question, now = pipe.recv()
            answer, failure = None, None
            try:
                if question.tenant not in marts:
                    marts[question.tenant] = Mart(engine, question.tenant, settings.snapshots)
                marts.move_to_end(question.tenant)
                while len(marts) > settings.tenants:
                    marts.popitem(last=False)[1].close()
                view = marts[question.tenant].look(now, question.as_of)
                answer = ask(view, question.name, **question.asked)
            except CommerceError as error:
                failure = _Failure(type(error), error.args, vars(error))
            except Exception:  # noqa: BLE001 (who asked is told, and the log says more)
                traceback.print_exc()
                told = QuestionUnanswered("a fault, which the server's log tells")
                failure = _Failure(type(told), told.args, vars(told))
            pipe.send((answer, failure, set(marts)))
