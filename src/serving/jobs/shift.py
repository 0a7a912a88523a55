"""A worker's shift: jobs one after another, what shadows are to be asked, and every minute what the clock moves."""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass

from sqlalchemy.exc import DBAPIError

from commerce.records.database import reading
from commerce.ticks import Outside, living, tick
from serving.jobs.worker import PASSING, Worker, in_short
from serving.predict.asking import AppState
from serving.predict.shadowing import settle_shadows

logger = logging.getLogger("serving.jobs")

EVERY = 60.0
"""Seconds between two ticks."""
POLL = 5.0
"""Seconds between two looks for what waits for a shadow."""


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
        """Do jobs, tick and ask shadows, each in a thread of its own, so that none waits for another."""
        threads = [
            threading.Thread(target=self._keep_ticking, name="ticks", daemon=True),
            threading.Thread(target=self._keep_asking, name="shadows", daemon=True),
        ]
        for thread in threads:
            thread.start()
        Worker(self.state, self.stop).run()
        for thread in threads:
            thread.join()

    def run_once(self) -> int:
        """Tick once, ask shadows what waits, and do the jobs that are due; give how many there were."""
        self.tick_all()
        while not self.stop.is_set() and self.ask_shadows():
            pass
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

    def ask_shadows(self) -> int:
        """Ask shadows a page of what waits for them; give how many answers that were."""
        if self.state.shadows is None:
            return 0
        assert self.state.store is not None
        return settle_shadows(
            self.state.store.engine, self.state.shelf, self.state.shadows, now=self.state.now()
        )

    def _keep_asking(self) -> None:
        while not self.stop.is_set():
            busy = False
            try:
                busy = self.ask_shadows() > 0
            except (*PASSING, DBAPIError) as error:
                logger.warning("shadows wait: %s", in_short(error))
            except Exception:  # whatever it is: what waits is asked later
                logger.exception("shadows wait")
            if not busy:
                self.stop.wait(POLL)

    def _keep_ticking(self) -> None:
        while not self.stop.is_set():
            try:
                self.tick_all()
            except (*PASSING, DBAPIError) as error:  # the next one will
                logger.warning("no shop could be ticked: %s", in_short(error))
            self.stop.wait(EVERY)
