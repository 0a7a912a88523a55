"""The record store of a home, opened with the newest tables."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from workbench.settings import Settings

if TYPE_CHECKING:
    from sqlalchemy import Engine

BRANCHES = ("commerce.records:migrations/versions", "serving:migrations/versions")
"""Every migration branch of the record store: the records, and serving's scores."""


def open_records(settings: Settings) -> Engine:
    """Connect to the record store, bring it to the newest tables, and load the answers that a server gave until now.

    Returns
    -------
    Engine
        A new SQLite file is created where there was none.

    Raises
    ------
    MigrationNeeded
        "record store must stand at c005 to be taken over; got ..."
    """
    from commerce.records.database import connect, migrate

    engine = connect(settings.database_url)
    migrate(engine, BRANCHES)
    if any(settings.predictions.glob("*")):
        from serving.predict.prediction_log.loader import load_log

        load_log(settings.predictions, engine, shadows=settings.shadows)
    return engine


@contextmanager
def try_records(settings: Settings) -> Iterator[Engine]:
    """Connect to the record store for a dry run; one without tables stays so, and an empty one stands in for it.

    Raises
    ------
    MigrationNeeded
        "record store must have the newest tables; ..."
    """
    from sqlalchemy import inspect, make_url

    from commerce.records.database import connect, migrate, require_current

    url = make_url(settings.database_url)
    embedded = url.get_backend_name() == "sqlite"
    if not embedded or Path(url.database or "").is_file():
        engine = connect(settings.database_url)
        if inspect(engine).has_table("alembic_version"):
            require_current(engine, BRANCHES)
            try:
                yield engine
            finally:
                engine.dispose()
            return
        engine.dispose()
    with TemporaryDirectory(prefix="bellwether-") as folder:
        engine = connect(f"sqlite:///{folder}/records.db")
        migrate(engine, BRANCHES)
        try:
            yield engine
        finally:
            engine.dispose()
