"""Filling the tables of a mart: from the files of a snapshot, or from rows that came in since."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from datetime import UTC, date, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, select

from analytics import mart_sql
from commerce.records import schema
from commerce.records.instants import DAY, from_micros, midnight, to_micros
from commerce.records.sql import hexadecimal, pages
from features.evaluating.database import Database, open_database, show_files
from features.snapshots.snapshot import Snapshot

_HEX = re.compile(r"[0-9a-f]{32}")
_COLUMNS_OF_LINKS = {
    name: (schema.metadata.tables[name].c.id, schema.metadata.tables[name].c.order_id)
    for name in mart_sql.LINKED
}


def mart_of(
    snapshot: Snapshot | None, zone: ZoneInfo, find_links: Callable[[Database], None]
) -> Database:
    """Fill the tables of a mart from a snapshot.

    Parameters
    ----------
    snapshot : Snapshot or None
        None for an empty mart.
    find_links : callable
        Writes down which order the records are of that `mart_sql.LINKED` names.
    """
    database = open_database()
    for statement in mart_sql.TABLES:
        database.execute(statement)
    if snapshot is not None:
        show_files(database, "arrived", snapshot.files)
        find_links(database)
        fill(database, zone)
        database.execute("DROP VIEW arrived")
    for statement in mart_sql.VIEWS:
        database.execute(statement)
    return database


def fill(database: Database, zone: ZoneInfo) -> None:
    """Sort the rows of ``arrived`` into the tables of the mart."""
    database.execute("SET VARIABLE first_id = (SELECT min(id) FROM arrived)")
    database.execute(mart_sql.STREAM)
    _extend_calendar(database, zone)
    for statement in (*mart_sql.NUMBERS, *mart_sql.FILLING):
        database.execute(statement).fetchall()
    database.execute("DROP VIEW fresh")


def _extend_calendar(database: Database, zone: ZoneInfo) -> None:
    """Write down when the days begin, in the tenant's zone, on which something happened."""
    found = database.execute(f"SELECT DISTINCT occurred_at // {DAY} FROM arrived").fetchall()
    days: set[date] = set()
    for (number,) in found:
        began = from_micros(number * DAY).astimezone(UTC)
        days |= {
            instant.astimezone(zone).date()
            for instant in (began, began + timedelta(days=1, microseconds=-1))
        }
    # A day that a zone left out begins when the next one does, and has no instant of its own.
    starts = {day: to_micros(midnight(day, zone)) for day in sorted(days)}
    ends = {day: to_micros(midnight(day + timedelta(days=1), zone)) for day in days}
    real = [day for day in starts if starts[day] < ends[day]]
    database.execute(
        "INSERT INTO calendar SELECT * FROM (SELECT unnest(?::BIGINT[]) AS start, unnest(?::DATE[]) AS day)"
        " WHERE day NOT IN (SELECT day FROM calendar)",
        [[starts[day] for day in real], real],
    )


def find_links(database: Database, connection: Connection, tenant_id: int) -> None:
    """Ask the record store which order the refunded payments, credited invoices and returns are of."""
    for name, types in mart_sql.LINKED.items():
        found = database.execute(
            "SELECT DISTINCT aggregate_id FROM arrived WHERE list_contains(?, type) AND aggregate_id NOT IN"
            " (SELECT record FROM link)",
            [list(types)],
        ).fetchall()
        wanted = sorted(key for (key,) in found if _HEX.fullmatch(key))
        record, order = _COLUMNS_OF_LINKS[name]
        for page in pages(wanted):
            ids = [UUID(key) for key in page]
            query = select(hexadecimal(record), hexadecimal(order)).where(
                record.table.c.tenant_id == tenant_id, record.in_(ids), order.is_not(None)
            )
            keep_links(database, [(key, sale) for key, sale in connection.execute(query)])


def keep_links(database: Database, links: Collection[tuple[str, str]]) -> None:
    """Write down which order records are of, each named by 32 hexadecimal digits."""
    if links:
        records, sales = (list(column) for column in zip(*links, strict=True))
        database.execute(
            "INSERT INTO link SELECT unnest(?::VARCHAR[]), unnest(?::VARCHAR[])", [records, sales]
        )
