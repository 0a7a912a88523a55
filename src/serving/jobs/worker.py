"""A worker: takes one job after another, is heard of meanwhile, and writes down what came of each.

A known refusal ends a job with its sentence. What may pass (a database that does not answer) and what nobody foresaw
is tried again, later each time, as often as `queue.ATTEMPTS`; a worker that is told to stop gives its job back.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as NoConnection

from commerce.records.actors import SYSTEM
from commerce.records.errors import CommerceError, StoreUnusable
from commerce.records.work import looking
from features.errors import FeatureError
from scoring.errors import ScoringError
from serving.errors import QuestionLate, QuestionsBusy, ServingError, StoreUnavailable
from serving.jobs import queue
from serving.jobs.kinds import KINDS, Run
from serving.jobs.queue import ATTEMPTS, LEASE, Claim, JobLost
from serving.predict.asking import AppState
from tabular.progress import Progress

logger = logging.getLogger("serving.jobs")

REFUSED = (CommerceError, FeatureError, ScoringError, ServingError)
"""What says in a sentence why a job cannot be done."""
PASSING = (
    OSError,
    InterfaceError,
    OperationalError,
    NoConnection,
    StoreUnusable,
    StoreUnavailable,
    QuestionsBusy,
    QuestionLate,
)
"""What may be otherwise a little later."""
_WAIT = timedelta(seconds=10)
"""Before the second attempt; twice as long before the third."""


class Stopped(Exception):
    """The worker is told to stop."""


class Worker:
    """Does jobs, one at a time.

    Parameters
    ----------
    state : AppState
        With a record store.
    stop : threading.Event
        Once set, the job in hand is given back at its next step, and no other is taken.
    lease : timedelta, optional
        How long the worker may not be heard of.
    """

    def __init__(self, state: AppState, stop: threading.Event, *, lease: timedelta = LEASE) -> None:
        assert state.store is not None
        self._state, self._stop, self._lease = state, stop, lease
        self._engine: Engine = state.store.engine

    def run(self, *, poll: float = 1.0) -> None:
        """Do what is due until told to stop; look again every so many seconds."""
        unwell = False
        while not self._stop.is_set():
            try:
                busy = self.run_next()
                unwell = False
            except (*PASSING, DBAPIError) as error:  # such as a table that is not there yet
                if not unwell:
                    logger.warning("jobs wait: %s", in_short(error))
                busy, unwell = False, True
            if not busy:
                self._stop.wait(poll)

    def run_next(self) -> bool:
        """Do the job that is due next; False where there is none."""
        held = queue.claim(self._engine, now=self._state.now(), lease=self._lease)
        if held is None:
            return False
        try:
            self._begin(held)
        except JobLost:
            _say(held, "lost to another worker")
        return True

    def _begin(self, held: Claim) -> None:
        """Do a job, and write down what came of it."""
        began = time.monotonic()
        _say(held, "started")
        try:
            result = self._do(held)
        except JobLost:
            raise
        except Stopped:
            queue.put_back(self._engine, held, due=self._state.now(), counts=False)
            _say(held, "given back")
        except PASSING as error:
            self._put_off(held, in_short(error))
        except REFUSED as error:
            self._fail(held, str(error))
        except Exception as error:  # whatever it is: others wait behind it
            logger.exception("job %s failed", held.id, extra={"facts": _facts(held, "fault")})
            self._put_off(held, f"a fault ({type(error).__name__}), which the worker's log tells")
        else:
            queue.succeed(self._engine, held, result, now=self._state.now())
            _say(held, "succeeded", seconds=round(time.monotonic() - began, 2), result=result)

    def _do(self, held: Claim) -> dict[str, Any]:
        if held.attempt > ATTEMPTS:
            raise ServingError(
                f"job must come to an end within {ATTEMPTS} attempts; got workers that died of it."
                " Ask for less, or look into the workers' log."
            )
        with looking(self._engine, held.tenant, SYSTEM, now=self._state.now()):
            pass  # refuses a shop that is closed
        with self._heard_of(held) as progress:
            return KINDS[held.kind].run(Run(self._state, held.tenant, held.arguments, progress))

    @contextmanager
    def _heard_of(self, held: Claim) -> Iterator[Progress]:
        """Be heard of as long as the block runs; gives what its progress is told to."""
        over, lost = threading.Event(), threading.Event()

        def beat() -> None:
            while not over.wait(self._lease.total_seconds() / 4):
                try:
                    self._hold(held)
                except JobLost:
                    lost.set()
                    return
                except (*PASSING, SQLAlchemyError) as error:
                    logger.warning("job %s is not heard of: %s", held.id, in_short(error))

        def progress(stage: str, done: int, total: int | None) -> None:
            if lost.is_set():
                raise JobLost
            if self._stop.is_set():
                raise Stopped
            self._hold(held, done=done, total=total)

        thread = threading.Thread(target=beat, name="heartbeat", daemon=True)
        thread.start()
        try:
            yield progress
        finally:
            over.set()
            thread.join()

    def _hold(self, held: Claim, **progress: int | None) -> None:
        now = self._state.now()
        queue.be_heard(self._engine, held, now=now, lease=self._lease, **progress)

    def _put_off(self, held: Claim, found: str) -> None:
        if held.attempt >= ATTEMPTS:
            self._fail(
                held,
                f"job must come to an end within {ATTEMPTS} attempts; got {found}. Ask again later.",
            )
            return
        due = self._state.now() + _WAIT * held.attempt
        sentence = f"attempt {held.attempt} of {ATTEMPTS} met {found}. It is tried again."
        queue.put_back(self._engine, held, due=due, error=sentence)
        _say(held, "put off", error=sentence)

    def _fail(self, held: Claim, sentence: str) -> None:
        queue.fail(self._engine, held, sentence, now=self._state.now())
        _say(held, "failed", error=sentence)


def in_short(error: BaseException) -> str:
    """Say what was met, without the values of a statement."""
    if isinstance(error, DBAPIError):
        return f"a record store that does not answer ({type(error.orig).__name__})"
    return str(error).rstrip(".") if isinstance(error, REFUSED) else type(error).__name__


def _facts(held: Claim, became: str) -> dict[str, Any]:
    return {
        "job": str(held.id),
        "tenant": held.tenant.slug,
        "kind": held.kind,
        "attempt": held.attempt,
        "became": became,
    }


def _say(held: Claim, became: str, **more: Any) -> None:
    """Write a line of the log: for machines its facts, for people a sentence."""
    meaning = KINDS[held.kind].meaning
    told = more.get("error") or ", ".join(
        f"{name.replace('_', ' ')} {value}" for name, value in more.get("result", {}).items()
    )
    took = f" in {more['seconds']:.1f} s" if "seconds" in more else ""
    logger.log(
        logging.WARNING if "error" in more else logging.INFO,
        "%s: %s %s%s%s (job %s)",
        held.tenant.slug,
        meaning,
        became,
        took,
        f": {told}" if told else "",
        held.id,
        extra={"facts": {**_facts(held, became), **more}},
    )
