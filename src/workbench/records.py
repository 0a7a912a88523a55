"""The record store of a home, opened with the newest tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.settings import Settings

if TYPE_CHECKING:
    from sqlalchemy import Engine

BRANCHES = ("commerce.records:migrations/versions", "serving:migrations/versions")
"""Every migration branch of the record store: the records, and serving's scores."""


def open_records(settings: Settings) -> Engine:
    """Connect to the record store and bring it to the newest tables.

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
    return engine
