"""One process that answers: what it opens, in what order, and gives back.

The hot path is ready first, for it is what callers wait for; the application, whose two hundred routes take a second or
two to make, is made beside it.
"""

from __future__ import annotations

import gc
import logging
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from sqlalchemy.exc import SQLAlchemyError

from commerce.records.actors import SYSTEM
from commerce.records.errors import CommerceError, RecordError, StoreUnusable
from commerce.shops import list_shops
from commerce.ticks import outside_of
from features.catalogue import CATALOGUE
from serving.access.gate import Gate, open_gate
from serving.cache import open_cache
from serving.cards import open_cards
from serving.errors import ServingError
from serving.hot.front import MadeBeside, in_front
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
from serving.rest.problems import PROBLEM, problem
from serving.rest.request_log import log_lines
from serving.settings import OPEN_VARIABLE, WORK_VARIABLE, DoorSettings, ServingSettings

if TYPE_CHECKING:
    from starlette.types import ASGIApp

_SOURCES = Path(__file__).resolve().parents[2]
_PACKAGE_PAUSE = 0.05
"""Seconds in which a new champion is not noticed: to look is a system call, in which another thread goes first."""

logger = logging.getLogger("serving")


class Unopened(Exception):
    """A setting is broken, so that no process with it can answer; says which, in a sentence."""


@dataclass
class Opened:
    """What answers are made of, as the application's state has it."""

    serving: AppState
    door: DoorSettings
    gate: Gate | None


class Server:
    """Opens all that answers are made of.

    Parameters
    ----------
    environ : mapping of str to str
        As `serving.settings` tells.
    first : bool
        Whether it is the process, of several that answer, beside which jobs are done.

    Attributes
    ----------
    front : ASGIApp
        Serves connections.

    Raises
    ------
    Unopened
        Where a setting is broken.
    """

    def __init__(self, environ: Mapping[str, str], *, first: bool) -> None:
        log_lines()
        times.gather(environ.get(times.SHARED_FOLDER))
        try:
            settings = ServingSettings.from_env(environ, _SOURCES)
            door = DoorSettings.from_env(environ)
            _require_usable(settings, door, environ)
            self.opened = _open(settings, door)
        except (ServingError, StoreUnusable, RecordError) as error:
            raise Unopened(str(error)) from error
        state, store, log = self.opened.serving, self.opened.serving.store, self.opened.serving.log
        warm_pipelines(state)
        self.scratch = TemporaryDirectory(prefix="bellwether-snapshots-")
        self.questions = self._open_questions(settings)
        self.loader = None
        if log is not None and store is not None and not settings.works:
            self.loader = Loader(log.folder, store.engine, settings.shadows)
        self.worker = None
        if settings.database_url is not None and settings.works and first:
            self.worker = WorkerProcess(settings, log_lines)
        self._tell(settings, door)
        _spare_collector()
        self.front = in_front(MadeBeside(self._make_app), self.opened)

    def refusal(self) -> tuple[str, dict[str, str]] | None:
        """Say why it cannot be asked now: the body of a refusal, and its headers; None where it can."""
        found = obstacles(self.opened.serving)
        if not found:
            return None
        return bytes(problem(503, found[0], None).body).decode(), {"content-type": PROBLEM}

    def close(self) -> None:
        """Give back what was opened."""
        state = self.opened.serving
        if state.log is not None:
            state.log.close()
        if self.loader is not None:
            self.loader.close()
        if self.worker is not None:
            self.worker.close()
        state.pipelines.close()
        if self.questions is not None:
            self.questions.close()
        self.scratch.cleanup()
        if state.store is not None:
            state.store.close()
        gc.unfreeze()

    def _open_questions(self, settings: ServingSettings) -> Questions | None:
        url, home, store = settings.database_url, settings.home, self.opened.serving.store
        if url is None or store is None:
            return None
        snapshots = Path(self.scratch.name) if home is None else home / "data" / "snapshots"
        questions = Questions(QuestionSettings(database_url=url, snapshots=snapshots))
        questions.warm(*_open_shops(store))
        return questions

    def _make_app(self) -> ASGIApp:
        """Make the application, in a thread beside those that answer."""
        from serving.app import make_app

        app = make_app(self.opened.serving, self.opened.gate, self.opened.door)
        app.state.questions = self.questions
        gc.freeze()
        return app.behind

    def _tell(self, settings: ServingSettings, door: DoorSettings) -> None:
        """Write to the log what is answered from, and what is not as it should be."""
        state = self.opened.serving
        places = ", ".join(str(folder) for folder in settings.packages)
        logger.info("sources from %s", _SOURCES)
        logger.info("packages from %s", places)
        store = "nowhere: answers by values only" if state.store is None else state.store.place
        logger.info("records from %s", store)
        if settings.database_url is not None and not settings.works:
            logger.info("jobs are done elsewhere: %s=off", WORK_VARIABLE)
        for sentence in obstacles(state):
            logger.warning("not ready: %s", sentence)
        for sentence in state.shelf.stand_ins():
            logger.warning("%s", sentence)
        logger.info(_openness(door))


class _ShutOut:
    """Refuses to import pandas, which PyArrow otherwise does wherever it is: half a second, and 60 MB."""

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> None:
        """Find nothing, as of every module."""
        if name == "pandas":
            raise ModuleNotFoundError("pandas must not be imported by what answers", name=name)


def shut_out() -> None:
    """Have this process never import pandas."""
    sys.meta_path.insert(0, _ShutOut())


def _require_usable(
    settings: ServingSettings, door: DoorSettings, environ: Mapping[str, str]
) -> None:
    """Refuse what would only be found out later, by the application or by the process that does jobs."""
    open_cache(door.redis_url)
    open_cards(door)
    if door.sentry_dsn:
        report_to_sentry(door.sentry_dsn)
    if settings.database_url is not None and settings.works:
        outside_of(environ, sys.stderr, mail=None)


def _open(settings: ServingSettings, door: DoorSettings) -> Opened:
    """Open the record store, the door and the prediction log."""
    url, log = settings.database_url, settings.predictions
    store = None if url is None else RecordStore(url)

    def now() -> datetime:
        return datetime.now(UTC)

    return Opened(
        serving=AppState(
            shelf=PackageShelf(settings.packages, CATALOGUE, pause=_PACKAGE_PAUSE),
            store=store,
            now=now,
            log=None if log is None else PredictionLog(log, strict=settings.strict),
            shadows=settings.shadows,
        ),
        door=door,
        gate=None if store is None else open_gate(settings, door, store.engine, now),
    )


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


def _spare_collector() -> None:
    """Keep full passes of the garbage collector, the p99 of a small answer, off what is here for good."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)
