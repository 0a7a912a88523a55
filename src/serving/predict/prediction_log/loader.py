"""Loading the log into the record store. Done twice, or by two at once, it comes to the same: an answer is one row."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator, Sequence
from contextlib import suppress
from itertools import islice
from pathlib import Path
from typing import BinaryIO
from uuid import UUID

from msgspec.structs import replace
from sqlalchemy import Connection, Engine, select
from sqlalchemy.exc import DBAPIError

from commerce.records import schema
from commerce.records.database import writing
from commerce.records.errors import StoreUnusable
from commerce.records.tenants import list_tenants
from serving.predict.prediction_log.entries import Logged, read_entries
from serving.predict.prediction_log.segments import list_segments, read_frames, take
from serving.predict.scores import record_scores
from serving.predict.shadowing import await_shadows

logger = logging.getLogger(__name__)

EVERY = 0.5
"""Seconds between two looks of who loads all the time."""
_AT_ONCE = 500


def load_log(
    folder: Path, engine: Engine, *, shadows: Path | None = None, growing: bool = True
) -> int:
    """Load the answers that are in the log, and remove the segments that are complete.

    Parameters
    ----------
    folder : Path
        Of `serving.predict.prediction_log.writer.PredictionLog`; may not be there.
    engine : Engine
        The record store, with serving's tables.
    shadows : Path, optional
        Where versions lie that shadow others: what is loaded, they are to be asked, too.
    growing : bool, default True
        Whether to load what a server is still appending to, too, so that every answer that was given is there.

    Returns
    -------
    int
        How many answers were new there.
    """
    loaded = 0
    for path in list_segments(folder):
        file = take(path)
        if file is not None:
            with file:
                loaded += _load(file, engine, shadows)
                _put_away(path, file)
        elif growing:
            with suppress(FileNotFoundError), path.open("rb") as file:  # else another one loaded it
                loaded += _load(file, engine, shadows)
    return loaded


class Loader:
    """A thread that loads, every moment, what is complete; closing it loads the rest.

    Parameters
    ----------
    folder : Path
    engine : Engine
    shadows : Path, optional
        As `load_log` takes them.
    """

    def __init__(self, folder: Path, engine: Engine, shadows: Path | None = None) -> None:
        self._folder, self._engine, self._shadows = folder, engine, shadows
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="prediction-loader", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Load what is there, and stop."""
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        unwell = stopping = False
        while not stopping:
            stopping = self._stop.wait(EVERY)
            try:
                load_log(self._folder, self._engine, shadows=self._shadows, growing=False)
                unwell = False
            except (DBAPIError, StoreUnusable, TimeoutError) as error:
                if not unwell:
                    logger.warning(
                        "answers wait in the prediction log: the record store does not answer (%s)",
                        type(error).__name__,
                    )
                unwell = True


def _put_away(path: Path, file: BinaryIO) -> None:
    """Remove a segment that was loaded whole; one with more in it than could be read is kept under another name."""
    if file.read(1):
        aside = path.with_suffix(".torn")
        path.rename(aside)
        logger.warning("the end of %s cannot be read: nobody was answered by it", aside)
    else:
        path.unlink()


def _load(file: BinaryIO, engine: Engine, shadows: Path | None) -> int:
    loaded = 0
    for some in _pages(read_entries(read_frames(file))):
        with writing(engine) as connection:
            kept = _placed(connection, some)
            loaded += record_scores(connection, [row for _, row in kept])
            if shadows is not None:
                await_shadows(connection, shadows, kept)
    return loaded


def _placed(connection: Connection, logged: Sequence[Logged]) -> list[Logged]:
    """Give the answers whose tenant and customer are still there; who was removed left no answers behind."""
    tenants = {tenant.slug: tenant.id for tenant in list_tenants(connection)}
    known = [
        Logged(tenant, replace(row, tenant_id=tenants[tenant]))
        for tenant, row in logged
        if tenant in tenants
    ]
    asked = {row.customer_id for _, row in known if row.customer_id is not None}
    customer = schema.customer
    there: set[tuple[int, UUID]] = {
        (row.tenant_id, row.id)
        for row in connection.execute(
            select(customer.c.tenant_id, customer.c.id).where(customer.c.id.in_(asked))
        )
    }
    kept = [
        each
        for each in known
        if each.row.customer_id is None or (each.row.tenant_id, each.row.customer_id) in there
    ]
    if len(kept) < len(logged):
        logger.warning("%d answers were about who was removed", len(logged) - len(kept))
    return kept


def _pages(entries: Iterator[Logged]) -> Iterator[list[Logged]]:
    while some := list(islice(entries, _AT_ONCE)):
        yield some
