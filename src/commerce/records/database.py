"""One record store, on SQLite by default and on PostgreSQL by ``DATABASE_URL``.

Guarantees: SQLite runs in WAL mode with foreign keys on, and a writing transaction takes its lock at BEGIN
(a plain BEGIN fails with "database is locked" under contention); a transaction either commits whole or
leaves nothing.
"""

from __future__ import annotations

import importlib.resources
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Dialect, Engine, create_engine, event, inspect, text

from commerce.records.documents import write_document
from commerce.records.errors import MigrationNeeded, RecordError, StoreUnusable
from commerce.records.store_url import make_file, store_url, unreachable

if TYPE_CHECKING:
    from alembic.script import ScriptDirectory

COMMERCE = "commerce.records:migrations/versions"
"""Where the record store's own migrations lie, as ``package:path``."""

_BUSY_MILLISECONDS = 60_000
_CHECKPOINT_PAGES = 4_000
"""SQLite copies its log into the file every so often, 16 MB here: a checkout writes some fifty pages, the same
ones over and over, and one copy serves many."""


def connect(url: str) -> Engine:
    """Open a record store; a new SQLite file is its owner's alone.

    Parameters
    ----------
    url : str
        ``sqlite:///path`` or ``postgresql://user@host/name``.

    Returns
    -------
    Engine

    Raises
    ------
    StoreUnusable
        "DATABASE_URL must name SQLite or PostgreSQL; got ..." (a password in it is not shown); whenever a connection
        is made, "DATABASE_URL must lead to a database that answers; got ..."
    """
    parsed = store_url(url)
    backend = parsed.get_backend_name()
    if backend == "sqlite" and parsed.database and parsed.database != ":memory:":
        make_file(Path(parsed.database))
    try:
        engine = create_engine(
            parsed,
            pool_pre_ping=backend == "postgresql",
            json_serializer=write_document,
        )
    except ModuleNotFoundError as error:
        raise StoreUnusable(
            f"name a database whose driver is installed; got {backend} without {error.name}."
            f" Install it: pip install {error.name}."
        ) from error
    event.listen(engine, "do_connect", partial(_connect, engine))
    if backend == "sqlite":
        _turns[engine] = threading.Lock()
        event.listen(engine, "begin", _begin_sqlite)
    return engine


def _connect(
    engine: Engine, dialect: Dialect, record: Any, where: Sequence[Any], how: dict[str, Any]
) -> Any:
    """Make a connection, or say in a sentence why there is none."""
    errors = dialect.loaded_dbapi.Error
    try:
        connection = dialect.connect(*where, **how)
        if dialect.name == "sqlite":
            _configure_sqlite(connection)
    except errors as error:
        raise unreachable(engine.url, str(error)) from error
    return connection


def _configure_sqlite(connection: Any) -> None:
    """Set what SQLite forgets with every connection, and leave BEGIN to us."""
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in (
        f"busy_timeout = {_BUSY_MILLISECONDS}",
        "journal_mode = WAL",
        "synchronous = NORMAL",
        f"wal_autocheckpoint = {_CHECKPOINT_PAGES}",
        "foreign_keys = ON",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    """Begin at once for writing, deferred for reading; not at all where each statement stands for itself."""
    options = connection.get_execution_options()
    if options.get("isolation_level") != "AUTOCOMMIT":
        connection.exec_driver_sql("BEGIN IMMEDIATE" if options.get("writes") else "BEGIN")


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """Open a transaction that writes; it commits at the end of the block or leaves nothing.

    SQLite lets one write at a time, and has the others look again after a nap; threads of this process
    therefore queue here, and only other processes nap.
    """
    with _turn(engine), engine.connect() as plain:
        connection = plain.execution_options(writes=True)
        with connection.begin():
            yield connection


_turns: WeakKeyDictionary[Engine, threading.Lock] = WeakKeyDictionary()
"""Whose turn it is to write, for each SQLite engine."""


@contextmanager
def _turn(engine: Engine) -> Iterator[None]:
    """Wait for one's turn to write, as long as SQLite itself would."""
    lock = _turns.get(engine)
    if lock is None:
        yield
        return
    if not lock.acquire(timeout=_BUSY_MILLISECONDS / 1000):
        raise TimeoutError(
            "record store must be free for writing within a minute; got another writer all along."
            " End the long transaction, or do not open a second one inside the first."
        )
    try:
        yield
    finally:
        lock.release()


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """Open a transaction that reads one consistent state of the records."""
    with engine.connect() as connection, connection.begin():
        if engine.dialect.name == "postgresql":
            connection.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY"))
        yield connection


def lookout(engine: Engine) -> Connection:
    """Open a connection that only reads, each statement what is committed when it begins; who asks for it closes it."""
    connection = engine.connect().execution_options(isolation_level="AUTOCOMMIT")
    connection.detach()  # what is set here is nobody else's
    connection.begin()
    only = "PRAGMA query_only = ON"
    if engine.dialect.name == "postgresql":
        only = "SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY"
    connection.exec_driver_sql(only)
    return connection


def _location(branch: str) -> Path:
    """Find a migration folder given as ``package:path``."""
    package, _, path = branch.partition(":")
    return Path(str(importlib.resources.files(package))) / path


def _script(*branches: str) -> ScriptDirectory:
    """Read the revisions of some branches from their files."""
    from alembic.script import ScriptDirectory

    return ScriptDirectory.from_config(_alembic_config(branches))


def _alembic_config(branches: Sequence[str]) -> Any:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_location(COMMERCE).parent))
    config.set_main_option("path_separator", "newline")
    config.set_main_option(
        "version_locations", "\n".join(str(_location(branch)) for branch in branches)
    )
    return config


def _applied(connection: Connection) -> set[str]:
    """Read which migrations a database has seen; empty for a new one."""
    if not inspect(connection).has_table("alembic_version"):
        return set()
    return set(connection.scalars(text("SELECT version_num FROM alembic_version")))


def is_current(engine: Engine, branches: Sequence[str] = (COMMERCE,)) -> bool:
    """Tell whether a database has the newest tables of every branch."""
    with engine.connect() as connection:
        return set(_script(*branches).get_heads()) <= _applied(connection)


def migrate(engine: Engine, branches: Sequence[str] = (COMMERCE,)) -> None:
    """Bring a database to the newest tables; does nothing where it has them.

    A new one is made from the tables as they are today, by the first revision of each branch; the later ones change
    those that were made before.

    Parameters
    ----------
    engine : Engine
        From `connect`.
    branches : sequence of str, default the record store's own
        Migration folders as ``package:path``, the record store's first.

    Raises
    ------
    MigrationNeeded
        "record store must stand at c005 to be taken over; got ..." (one made by an early version of its tables).
    """
    if is_current(engine, branches):
        return
    from alembic import command

    from commerce.records.migrations.bridge import bring_over

    config = _alembic_config(branches)
    with _remodelling(engine) as connection:
        bring_over(connection)
        config.attributes["connection"] = connection
        applied = _applied(connection)
        for branch in branches:
            script = _script(branch)
            if applied.isdisjoint(each.revision for each in script.walk_revisions()):
                command.upgrade(config, str(script.get_base()))
                command.stamp(config, str(script.get_current_head()))
            else:
                command.upgrade(config, str(script.get_current_head()))


@contextmanager
def _remodelling(engine: Engine) -> Iterator[Connection]:
    """Open the one transaction in which tables change.

    SQLite changes a table by copying it: references are not followed meanwhile, and all checked in the end.
    """
    with engine.connect() as plain:
        connection = plain.execution_options(writes=True)
        if engine.dialect.name == "postgresql":
            with connection.begin():
                connection.execute(text("SELECT pg_advisory_xact_lock(7302)"))
                yield connection
            return
        driver: Any = connection.connection.dbapi_connection
        driver.execute("PRAGMA foreign_keys = OFF")
        try:
            with connection.begin():
                yield connection
                broken = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
                if broken is not None:
                    raise RecordError(
                        f"references must hold after a migration; got a row of {broken[0]!r} without its"
                        f" {broken[2]!r}. Nothing was changed: repair the row first."
                    )
        finally:
            driver.execute("PRAGMA foreign_keys = ON")


def require_current(engine: Engine, branches: Sequence[str] = (COMMERCE,)) -> None:
    """Refuse a database that lacks the newest tables.

    Raises
    ------
    MigrationNeeded
        "record store must have the newest tables; ..."
    """
    if not is_current(engine, branches):
        raise MigrationNeeded(
            "record store must have the newest tables; got an older or empty database."
            " Run any `bellwether` command that writes, such as `bellwether tenants`, once."
        )
