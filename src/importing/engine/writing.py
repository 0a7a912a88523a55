"""Writing an import for one tenant, a transaction at a time, or all of it in one that is taken back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime
from functools import cached_property
from typing import Self

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import IntegrityError

from commerce.records.database import writing
from commerce.records.instants import to_micros
from commerce.records.tenants import clock, find_tenant, hold_clock
from importing.engine.late import Late
from importing.engine.logbook import SourceFile, begin, finish, note, unfinished
from importing.engine.session import ImportSession
from importing.engine.tenancy import TenantPlan, open_tenant
from importing.errors import SourceError


class Writer:
    """Writes for one tenant, a transaction at a time; a context manager.

    Parameters
    ----------
    plan : TenantPlan
        The tenant is made before the first transaction where it is new.
    file : SourceFile
        What comes in.
    dry_run : bool, default False
        Whether all of it is one transaction, which is taken back at the end.
    backfills : bool, default False
        As of `ImportSession`.

    Attributes
    ----------
    written : Counter
        Customers, orders, events and lines that are committed.
    late : Late
        What of it came in behind something that was computed.
    """

    def __init__(
        self,
        engine: Engine,
        plan: TenantPlan,
        file: SourceFile,
        *,
        now: datetime,
        dry_run: bool = False,
        backfills: bool = False,
    ) -> None:
        self._engine = engine
        self._plan = plan
        self._file = file
        self._number: int | None = None
        self._now = now
        self._dry_run = dry_run
        self._kept_open = ExitStack()
        self._backfills = backfills
        self.written: Counter[str] = Counter()
        self.late = Late()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if "_only" in self.__dict__ and (transaction := self._only.get_transaction()) is not None:
            transaction.rollback()
        self._kept_open.close()

    @cached_property
    def _only(self) -> Connection:
        """The one transaction of a dry run."""
        return self._kept_open.enter_context(writing(self._engine))

    @contextmanager
    def _transaction(self) -> Iterator[Connection]:
        if self._dry_run:
            yield self._only
        else:
            with writing(self._engine) as connection:
                yield connection

    @cached_property
    def _clock(self) -> datetime:
        """The tenant's clock before the import."""
        with self._transaction() as connection:
            tenant = open_tenant(connection, self._plan, now=self._now)
            return clock(connection, tenant, now=self._now)

    @contextmanager
    def session(self) -> Iterator[ImportSession]:
        """Open one transaction; what it wrote counts once it is committed.

        Until then nothing is computed as of an instant that would need the rows written here.

        Raises
        ------
        SourceError
            "import must be the only one that writes tenant ...; ..."
        """
        before, slug = self._clock, self._plan.slug
        try:
            with self._transaction() as connection:
                tenant = find_tenant(connection, slug)
                tenant = hold_clock(connection, tenant, alone=self._backfills)
                session = ImportSession(
                    connection,
                    tenant,
                    before,
                    to_micros(self._now),
                    self._plan.undone,
                    backfills=self._backfills,
                )
                yield session
                ids, number = session.flush(), self._number
                if ids or session.written.total():  # else all of it is known already
                    number = number or begin(connection, tenant, self._file, now=self._now)
                    note(connection, tenant, number, ids, session.written)
        except IntegrityError as error:
            raise SourceError(
                f"import must be the only one that writes tenant {slug!r}; another wrote the same"
                " records meanwhile. Run it again: what is in already counts as duplicate."
            ) from error
        self._number = number
        self.written.update(session.written)
        self.late = self.late.and_of(session.late)

    def finish(self, *, read: int, rejected: int) -> None:
        """Note that all of the file was read and written; the first of these may have been done before a kill."""
        if self._dry_run or (self._number is None and self._plan.tenant is None):
            return
        with writing(self._engine) as connection:
            tenant = find_tenant(connection, self._plan.slug)
            number = self._number or unfinished(connection, tenant, self._file)
            if number is not None:
                finish(connection, tenant, number, read=read, rejected=rejected, now=self._now)
