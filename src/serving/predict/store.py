"""The record store as a server uses it: connections that only read and stay open, and short transactions.

An answer about a customer writes only where the tenant must be observed first: see
`serving.predict.by_customer.see_customer`.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import Connection, event, select
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError, ProgrammingError

from commerce.records import database, schema
from commerce.records.errors import StoreUnusable
from commerce.records.lookup import look_up
from commerce.records.tenants import find_tenant
from serving.errors import StoreUnavailable
from serving.schema import score

logger = logging.getLogger(__name__)

Found = TypeVar("Found")

_CLOCK_SECONDS = 1.0
"""For how long a tenant's clock counts as read, for answers that say nothing of its records."""

_BUSY_MILLISECONDS = 5_000
"""How long a request waits for another process that writes, on SQLite."""


class _Clock(NamedTuple):
    read_at: float
    stands_at: datetime | None
    """None where it is the wall's."""


class RecordStore:
    """A record store behind a server.

    Parameters
    ----------
    url : str
        As `commerce.records.database.connect` takes it.
    elapsed : callable
        Gives seconds that never go back.
    """

    def __init__(self, url: str, *, elapsed: Callable[[], float] = time.monotonic) -> None:
        self.engine = database.connect(url)
        self.engine.hide_parameters = True  # errors are logged; values are personal
        self._file: Path | None = None
        self._turns: AbstractContextManager[Any] = nullcontext()
        self._idle: list[Connection] = []
        self._idle_at: int | None = None
        self._said = ""
        self._elapsed, self._clocks = elapsed, dict[str, _Clock]()
        if self.engine.dialect.name == "sqlite":
            self._file = Path(self.engine.url.database or "")
            self._turns = threading.Lock()  # waiting here is fair; SQLite's own waiting sleeps
            event.listen(self.engine, "connect", _wait_briefly)

    @property
    def is_near(self) -> bool:
        """Whether reading takes no way over a network: then it takes less than handing it to a thread."""
        return self._file is not None

    @property
    def place(self) -> str:
        """Where the store is, without a password."""
        return self.engine.url.render_as_string(hide_password=True)

    def look(self, read: Callable[[Connection], Found]) -> Found:
        """Read through a connection that is kept open; once more where it was lost in between.

        Parameters
        ----------
        read : callable
            Takes a connection on which each statement sees what is committed when it begins.

        Raises
        ------
        StoreUnavailable
            "record store must answer; got ..."
        """
        with self.answering():
            try:
                return self._through_idle(read)
            except DBAPIError as error:
                if not error.connection_invalidated:
                    raise
                self._close_idle()
            return self._through_idle(read)

    def _through_idle(self, read: Callable[[Connection], Found]) -> Found:
        """Read through a connection that nobody reads through now, or a new one."""
        place = None if self._file is None else self._file.stat().st_ino
        if self._idle_at != place:  # another file lies there by now
            self._close_idle()
            self._idle_at = place
        try:
            lookout = self._idle.pop()
        except IndexError:
            lookout = database.lookout(self.engine)
        try:
            found = read(lookout)
        except DBAPIError:
            lookout.close()
            raise
        except BaseException:
            self._idle.append(lookout)
            raise
        self._idle.append(lookout)
        return found

    def _close_idle(self) -> None:
        while self._idle:
            self._idle.pop().close()

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

    def clock(self, slug: str, now: datetime) -> datetime:
        """Tell what time it is for a tenant, given the wall's; as it was a second ago, or when the store last answered.

        Raises
        ------
        TenantNotFound
            "tenant must be known; got ..."
        """
        known = self._clocks.get(slug)
        if known is not None and self._elapsed() - known.read_at < _CLOCK_SECONDS:
            return known.stands_at or now
        try:
            found = self.look(lambda connection: look_up(connection, slug, ""))
            if found is None:
                with self.reading() as connection:
                    find_tenant(connection, slug)
        except StoreUnavailable:
            return known.stands_at or now if known is not None else now
        stands_at = None if found is None else found.stands_at
        self._clocks[slug] = _Clock(self._elapsed(), stands_at)
        return stands_at or now

    def check(self) -> None:
        """Raise `StoreUnavailable` unless the store answers and has the tables answers need."""
        with self.reading() as connection:
            connection.execute(select(schema.tenant.c.id).limit(1))
            connection.execute(select(score.c.request_id).limit(1))

    def close(self) -> None:
        """Close every connection; nothing is being read any more."""
        self._close_idle()
        self.engine.dispose()

    def _require_file(self) -> None:
        if self._file is not None and not self._file.is_file():
            raise self._unavailable("no such file", "no such file")

    @contextmanager
    def answering(self) -> Iterator[None]:
        """Say what the database's driver raises as `StoreUnavailable`."""
        self._require_file()
        try:
            yield
            self._said = ""
        except StoreUnusable as error:
            raise self._unavailable("none that can be reached", repr(error.found)) from error
        except (OperationalError, InterfaceError, ProgrammingError) as error:
            found = _in_short(error)
            told = found if self._file is not None else f"a fault ({type(error.orig).__name__})"
            raise self._unavailable(told, found) from error

    def _unavailable(self, told: str, found: str) -> StoreUnavailable:
        """Log what was found and where, once until it is otherwise; a client is told less."""
        if found != self._said:
            logger.warning("record store %s does not answer: %s", self.place, found)
        self._said = found
        return StoreUnavailable(told)


def _wait_briefly(connection: Any, record: Any) -> None:
    connection.execute(f"PRAGMA busy_timeout = {_BUSY_MILLISECONDS}")


def _in_short(error: DBAPIError) -> str:
    """Give the driver's first line: it names the fault, not the values."""
    lines = str(error.orig).strip().splitlines()
    return repr(lines[0] if lines else type(error).__name__)
