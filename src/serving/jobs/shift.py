"""A worker's shift: jobs one after another, and every minute what the clock moves, in each shop that lives."""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass

from sqlalchemy.exc import DBAPIError

from commerce.records.database import reading
from commerce.ticks import Outside, living, tick
from serving.jobs.worker import PASSING, Worker, in_short
from serving.predict.asking import AppState

logger = logging.getLogger("serving.jobs")

EVERY = 60.0
"""Seconds between two ticks."""


@dataclass(frozen=True)
class Shift:
    """What a worker does until it is told to stop.

    Attributes
    ----------
    state : AppState
        With a record store.
    """

    state: AppState
    outside: Outside
    stop: threading.Event

    def run(self) -> None:
        """Do jobs and tick, each in a thread of its own, so that neither waits for the other."""
        ticking = threading.Thread(target=self._keep_ticking, name="ticks", daemon=True)
        ticking.start()
        Worker(self.state, self.stop).run()
        ticking.join()

    def run_once(self) -> int:
        """Tick once and do the jobs that are due; give how many there were."""
        self.tick_all()
        worker, done = Worker(self.state, self.stop), 0
        while not self.stop.is_set() and worker.run_next():
            done += 1
        return done

    def tick_all(self) -> None:
        """Move what is due in every shop that lives; a fault in one is logged and holds up no other."""
        assert self.state.store is not None
        engine = self.state.store.engine
        with reading(engine) as connection:
            shops = living(connection)
        for shop in shops:
            try:
                report = tick(engine, shop, now=self.state.now(), **self.outside._asdict())
            except Exception:  # whatever a shop's handler raises
                logger.exception("%s: a tick failed", shop.slug)
                continue
            if any(report.moved.values()) or report.outbox.published or report.outbox.put_off:
                logger.info("%s: %s", report.tenant, report.sentence)
            for sentence in report.refused:
                logger.warning("%s: %s", report.tenant, sentence)

    def _keep_ticking(self) -> None:
        while not self.stop.is_set():
            try:
                self.tick_all()
            except (*PASSING, DBAPIError) as error:  # the next one will
                logger.warning("no shop could be ticked: %s", in_short(error))
            self.stop.wait(EVERY)
