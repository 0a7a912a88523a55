"""Databases of one real PostgreSQL server: copies of a migrated template, used again once they are as it is.

A copy takes a third of a second, because the server first writes all it holds to the disk. Most tests leave some
hundred rows, which are gone in some milliseconds; a database that was altered, or that holds much, is dropped instead.
"""

from __future__ import annotations

from itertools import count

from sqlalchemy import URL, Connection, text
from sqlalchemy.exc import DBAPIError

from commerce.records.database import connect

TEMPLATE = "template_records"

_LIKE = text("""
    WITH ours AS (SELECT oid FROM pg_namespace WHERE nspname = 'public')
    SELECT md5(concat(
        (SELECT string_agg(concat_ws(' ', oid, relname, relnatts, relchecks, reloptions), ',' ORDER BY oid)
         FROM pg_class WHERE relnamespace IN (TABLE ours)),
        (SELECT string_agg(concat_ws(' ', oid, tgenabled), ',' ORDER BY oid) FROM pg_trigger),
        (SELECT string_agg(concat_ws(' ', oid, xmin), ',' ORDER BY oid) FROM pg_proc
         WHERE pronamespace IN (TABLE ours)),
        (SELECT string_agg(concat_ws(' ', oid, convalidated), ',' ORDER BY oid) FROM pg_constraint),
        (SELECT count(*) FROM pg_namespace),
        (SELECT count(*) FROM pg_db_role_setting),
        (SELECT string_agg(each::text, ',' ORDER BY each::text) FROM alembic_version AS each),
        (SELECT string_agg(each::text, ',' ORDER BY each::text) FROM transition AS each)
    ))
""")
"""What a database is like: all but the rows of the tables that migrations leave empty."""

_END_OTHERS = text("""
    SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()
""")

_EMPTY = text("""
    DO $$
    DECLARE
        name text;
        gone bigint;
        total bigint := 0;
    BEGIN
        SET LOCAL session_replication_role = replica;
        FOR name IN
            SELECT format('%I.%I', schemaname, tablename) FROM pg_tables
            WHERE schemaname = 'public' AND tablename NOT IN ('alembic_version', 'transition')
        LOOP
            EXECUTE 'DELETE FROM ' || name;
            GET DIAGNOSTICS gone = ROW_COUNT;
            total := total + gone;
        END LOOP;
        IF total > 5000 THEN
            RAISE 'a database of % rows is sooner copied anew', total;
        END IF;
        PERFORM setval(format('%I.%I', schemaname, sequencename)::regclass, start_value, false)
        FROM pg_sequences WHERE last_value IS NOT NULL;
    END $$
""")
"""What refuses a deletion, or follows from one, is passed over."""


class Databases:
    """Copies of the template `TEMPLATE` of a server.

    Parameters
    ----------
    server : URL
        Of a database of the server that is none of the copies.
    """

    def __init__(self, server: URL) -> None:
        self._server = server
        self._admin = connect(_written(server))
        self._numbers = count(1)
        self._free: list[str] = []
        self._like: str | None = None

    def take(self) -> str:
        """Give the address of a database as the template is."""
        if not self._free:
            name = f"records_{next(self._numbers)}"
            self._command(f"CREATE DATABASE {name} TEMPLATE {TEMPLATE} STRATEGY FILE_COPY")
            self._free.append(name)
        return _written(self._server.set(database=self._free.pop()))

    def give_back(self, url: URL) -> None:
        """Make a database as the template is, or drop it."""
        name = url.database
        assert name is not None
        engine = connect(_written(url))
        try:
            with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                is_free = self._emptied(connection)
        finally:
            engine.dispose()
        if is_free:
            self._free.append(name)
        else:
            self._command(f"DROP DATABASE {name} WITH (FORCE)")

    def close(self) -> None:
        """Let go of the server."""
        self._admin.dispose()

    def _emptied(self, connection: Connection) -> bool:
        connection.execute(_END_OTHERS)
        if connection.scalar(_LIKE) != self._template_like():
            return False
        try:
            connection.execute(_EMPTY)
        except DBAPIError:  # it holds much
            return False
        return True

    def _template_like(self) -> str:
        if self._like is None:
            engine = connect(_written(self._server.set(database=TEMPLATE)))
            with engine.connect() as connection:
                self._like = str(connection.scalar(_LIKE))
            engine.dispose()
        return self._like

    def _command(self, command: str) -> None:
        with self._admin.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text(command))


def _written(url: URL) -> str:
    return url.render_as_string(hide_password=False)
