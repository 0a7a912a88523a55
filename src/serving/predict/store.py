"""The record store as a server uses it: one short writing transaction per answer.

An answer reads the records and is kept in the same writing transaction, so that no event can slip in between
what was read and what was recorded: that is what makes it come out the same when it is replayed.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, event, select
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError, ProgrammingError

from commerce.records import database, schema
from commerce.records.errors import StoreUnusable
from serving.errors import StoreUnavailable
from serving.schema import score

_BUSY_MILLISECONDS = 5_000
"""How long a request waits for another process that writes, on SQLite."""


class RecordStore:
    """A record store behind a server.

    Parameters
    ----------
    url : str
        As `commerce.records.database.connect` takes it.
    """

    def __init__(self, url: str) -> None:
        self.engine = database.connect(url)
        self.engine.hide_parameters = True  # errors are logged; values are personal
        self._file: Path | None = None
        self._turns: AbstractContextManager[Any] = nullcontext()
        if self.engine.dialect.name == "sqlite":
            self._file = Path(self.engine.url.database or "")
            self._turns = threading.Lock()  # waiting here is fair; SQLite's own waiting sleeps
            event.listen(self.engine, "connect", _wait_briefly)

    @property
    def place(self) -> str:
        """Where the store is, without a password."""
        return self.engine.url.render_as_string(hide_password=True)

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Open the transaction of one answer; it commits at the end of the block or leaves nothing.

        Raises
        ------
        StoreUnavailable
            "record store must answer; got ..."
        """
        with self._turns, self.answering(), database.writing(self.engine) as connection:
            yield connection

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Open a transaction that only reads."""
        with self.answering(), database.reading(self.engine) as connection:
            yield connection

    def check(self) -> None:
        """Raise `StoreUnavailable` unless the store answers and has the tables answers need."""
        with self.reading() as connection:
            connection.execute(select(schema.tenant.c.id).limit(1))
            connection.execute(select(score.c.request_id).limit(1))

    def close(self) -> None:
        """Close every connection."""
        self.engine.dispose()

    def _require_file(self) -> None:
        if self._file is not None and not self._file.is_file():
            raise StoreUnavailable(self.place, "no such file")

    @contextmanager
    def answering(self) -> Iterator[None]:
        """Say what the database's driver raises as `StoreUnavailable`."""
        self._require_file()
        try:
            yield
        except StoreUnusable as error:
            raise StoreUnavailable(self.place, repr(error.found)) from error
        except (OperationalError, InterfaceError, ProgrammingError) as error:
            raise StoreUnavailable(self.place, _in_short(error)) from error


def _wait_briefly(connection: Any, record: Any) -> None:
    connection.execute(f"PRAGMA busy_timeout = {_BUSY_MILLISECONDS}")


def _in_short(error: DBAPIError) -> str:
    """Give the driver's first line: it names the fault, not the values."""
    lines = str(error.orig).strip().splitlines()
    return repr(lines[0] if lines else type(error).__name__)
