"""The Bento: BentoML serves the application of `serving.app`; nothing is decided here.

The process that starts the workers imports this module, too; the application, whose two hundred routes take two seconds
to make, is made by workers alone.

Binds to 127.0.0.1 unless told otherwise. Tracing, access log and metrics are off: the first two cost
more than an answer does, and BentoML's metrics count by raw path. `serving.rest.request_log` logs instead.
"""

from __future__ import annotations

import gc
import logging
import os
import sys
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import bentoml
from sqlalchemy.exc import SQLAlchemyError
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from commerce.records.actors import SYSTEM
from commerce.records.database import connect
from commerce.records.errors import CommerceError, RecordError, StoreUnusable
from commerce.shops import list_shops
from commerce.ticks import outside_of
from features.catalogue import CATALOGUE
from serving.access.gate import open_gate
from serving.cache import open_cache
from serving.cards import open_cards
from serving.errors import ServingError
from serving.jobs.process import WorkerProcess
from serving.predict.asking import AppState
from serving.predict.packages import PackageShelf
from serving.predict.pipelines.answering import warm_pipelines
from serving.predict.prediction_log.loader import Loader
from serving.predict.prediction_log.writer import PredictionLog
from serving.predict.readiness import obstacles
from serving.predict.store import RecordStore
from serving.questions import Questions, QuestionSettings
from serving.rest import times
from serving.rest.faults import report_to_sentry
from serving.rest.refusals import PROBLEM, problem
from serving.rest.request_log import log_lines
from serving.settings import (
    OPEN_VARIABLE,
    WORK_VARIABLE,
    DoorSettings,
    ServingSettings,
    workers_from,
)

if TYPE_CHECKING:
    from starlette.types import Receive, Scope, Send

    from serving.app import Application

_SOURCES = Path(__file__).resolve().parents[2]
_PACKAGE_PAUSE = 0.05
"""Seconds in which a new champion is not noticed: to look is a system call, in which another thread goes first."""
HOST, PORT = "127.0.0.1", 3000

logger = logging.getLogger("serving")

try:
    _workers, _door = workers_from(os.environ), DoorSettings.from_env(os.environ)
    open_cache(
        _door.redis_url
    )  # what cannot be opened is said before a worker fails by it, over and over
    open_cards(_door)
except (ServingError, RecordError) as error:
    sys.exit(f"bellwether: {error}")


@cache
def application() -> Application:
    """Make the application, once in a process."""
    from serving.app import make_app

    return make_app(door=_door)


async def _answer(scope: Scope, receive: Receive, send: Send) -> None:
    await application()(scope, receive, send)


@bentoml.service(
    name="bellwether",
    workers=_workers,
    http={"host": HOST, "port": PORT},
    traffic={"timeout": 30},
    metrics={"enabled": False},
    logging={"access": {"enabled": False}},
    tracing={"excluded_urls": ".*"},
)
@bentoml.asgi_app(
    _answer, path="/"
)  # of an application it knows, it looks at every route each time
class Service:
    """Explained decisions per customer: will they leave, will they pay."""

    def __init__(self) -> None:
        log_lines()
        times.gather(os.environ.get(times.SHARED_FOLDER))
        settings = ServingSettings.from_env(os.environ, _SOURCES)
        url = settings.database_url
        store = None if url is None else RecordStore(url)
        log = settings.predictions
        self.state = AppState(
            shelf=PackageShelf(settings.packages, CATALOGUE, pause=_PACKAGE_PAUSE),
            store=store,
            now=lambda: datetime.now(UTC),
            log=None if log is None else PredictionLog(log, strict=settings.strict),
            shadows=settings.shadows,
        )
        app, door = application(), DoorSettings.from_env(os.environ)
        app.state.serving, app.state.door = self.state, door
        if store is not None:
            app.state.gate = open_gate(settings, door, store.engine, self.state.now)
        warm_pipelines(self.state)
        self.scratch = TemporaryDirectory(prefix="bellwether-snapshots-")
        home = settings.home
        snapshots = Path(self.scratch.name) if home is None else home / "data" / "snapshots"
        self.questions = (
            None
            if url is None
            else Questions(QuestionSettings(database_url=url, snapshots=snapshots))
        )
        app.state.questions = self.questions
        if self.questions is not None and store is not None:
            self.questions.warm(*_open_shops(store))
        self.loader = None
        if self.state.log is not None and store is not None and not settings.works:
            self.loader = Loader(self.state.log.folder, store.engine, settings.shadows)
        self.worker = None
        first = (bentoml.server_context.worker_index or 1) == 1
        if url is not None and settings.works and first:
            self.worker = WorkerProcess(settings, log_lines)
        logger.info("sources from %s", _SOURCES)
        places = ", ".join(str(folder) for folder in settings.packages)
        logger.info("packages from %s", places)
        logger.info(
            "records from %s", "nowhere: answers by values only" if store is None else store.place
        )
        if url is not None and not settings.works:
            logger.info("jobs are done elsewhere: %s=off", WORK_VARIABLE)
        for sentence in obstacles(self.state):
            logger.warning("not ready: %s", sentence)
        for sentence in self.state.shelf.stand_ins():
            logger.warning("%s", sentence)
        logger.info(_openness(door))
        _spare_collector()

    async def __is_ready__(self) -> bool:
        """Say what BentoML's /readyz answers; a sentence where it is no."""
        found = await run_in_threadpool(obstacles, self.state)
        if found:
            raise HTTPException(
                503,
                bytes(problem(503, found[0], None).body).decode(),
                {"content-type": PROBLEM},
            )
        return True

    @bentoml.on_shutdown  # type: ignore[untyped-decorator]
    def close(self) -> None:
        """Give back what was opened."""
        if self.state.log is not None:
            self.state.log.close()
        if self.loader is not None:
            self.loader.close()
        if self.worker is not None:
            self.worker.close()
        self.state.pipelines.close()
        if self.questions is not None:
            self.questions.close()
        self.scratch.cleanup()
        if self.state.store is not None:
            self.state.store.close()
        gc.unfreeze()


def _open_shops(store: RecordStore) -> list[str]:
    """List the shops that are open; none where the store does not answer yet."""
    try:
        found = list_shops(store.engine, SYSTEM)
    except (CommerceError, SQLAlchemyError):
        return []
    return [shop.tenant.slug for shop in found if shop.tenant.closed_at is None]


def _openness(door: DoorSettings) -> str:
    """Say who is let in."""
    if not door.open:
        return f"nobody is let in without a credential; {OPEN_VARIABLE}=demo opens a demo to this machine"
    shops = "any tenant" if "*" in door.open else ", ".join(sorted(door.open))
    return (
        f"open by {OPEN_VARIABLE}: this machine itself may ask about {shops} without a credential"
    )


def _require_usable_store() -> None:
    """End in one sentence where a setting is broken: a worker that raises is started over and over."""
    try:
        settings = ServingSettings.from_env(os.environ, _SOURCES)
        if _door.sentry_dsn:
            report_to_sentry(_door.sentry_dsn)
        if settings.database_url is not None:
            engine = connect(settings.database_url)
            open_gate(settings, _door, engine, lambda: datetime.now(UTC))
            engine.dispose()
            if settings.works:
                outside_of(os.environ, sys.stderr, mail=None)
    except (ServingError, StoreUnusable, RecordError) as error:
        sys.exit(f"bellwether: {error}")


def _spare_collector() -> None:
    """Keep full passes of the garbage collector, the p99 of a small answer, off what is here for good."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


_require_usable_store()
