"""The Bento: BentoML serves the application of `serving.app`; nothing is decided here.

Binds to 127.0.0.1 until there are credentials. Tracing, access log and metrics are off: the first two cost
more than an answer does, and BentoML's metrics count by raw path. `serving.rest.request_log` logs instead.
"""

from __future__ import annotations

import gc
import json
import logging
import os
import sys
from datetime import UTC, datetime
from pathlib import Path

import bentoml
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from commerce.records.database import connect
from commerce.records.errors import StoreUnusable
from features.catalogue import CATALOGUE
from serving.app import make_app
from serving.errors import ServingError
from serving.pages.site import OPENNESS
from serving.predict.answers import AppState
from serving.predict.packages import PackageShelf
from serving.predict.readiness import obstacles
from serving.predict.store import RecordStore
from serving.settings import ServingSettings

_SOURCES = Path(__file__).resolve().parents[2]
HOST, PORT = "127.0.0.1", 3000

logger = logging.getLogger("serving")

app = make_app()


@bentoml.service(
    name="bellwether",
    workers=1,
    http={"host": HOST, "port": PORT},
    traffic={"timeout": 30},
    metrics={"enabled": False},
    logging={"access": {"enabled": False}},
    tracing={"excluded_urls": ".*"},
)
@bentoml.asgi_app(app, path="/")
class Service:
    """Explained decisions per customer: will they leave, will they pay."""

    def __init__(self) -> None:
        _log_plainly()
        settings = ServingSettings.from_env(os.environ, _SOURCES)
        url = settings.database_url
        store = None if url is None else RecordStore(url)
        self.state = AppState(
            shelf=PackageShelf(settings.packages, CATALOGUE),
            store=store,
            now=lambda: datetime.now(UTC),
        )
        app.state.serving = self.state
        logger.info("sources from %s", _SOURCES)
        places = ", ".join(str(folder) for folder in settings.packages)
        logger.info("packages from %s", places)
        logger.info(
            "records from %s", "nowhere: answers by values only" if store is None else store.place
        )
        for sentence in obstacles(self.state):
            logger.warning("not ready: %s", sentence)
        logger.info(OPENNESS)
        _spare_collector()

    async def __is_ready__(self) -> bool:
        """Say what BentoML's /readyz answers; a sentence where it is no."""
        found = await run_in_threadpool(obstacles, self.state)
        if found:
            raise HTTPException(
                503,
                json.dumps({"error": found[0], "field": None, "request_id": None}),
                {"content-type": "application/json"},
            )
        return True

    @bentoml.on_shutdown  # type: ignore[untyped-decorator]
    def close(self) -> None:
        """Give back what was opened."""
        if self.state.store is not None:
            self.state.store.close()
        gc.unfreeze()


def _require_usable_store() -> None:
    """End in one sentence where the record store's URL is broken: a worker that raises is started over and over."""
    try:
        url = ServingSettings.from_env(os.environ, _SOURCES).database_url
        if url is not None:
            connect(url).dispose()
    except (ServingError, StoreUnusable) as error:
        sys.exit(f"bellwether: {error}")


def _log_plainly() -> None:
    """Give the package's loggers one plain line each on standard output."""
    if not logger.handlers:
        handler = logging.StreamHandler(sys.stdout)
        handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
        logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    logger.propagate = False


def _spare_collector() -> None:
    """Keep full passes of the garbage collector, the p99 of a small answer, off what is here for good."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


_require_usable_store()
