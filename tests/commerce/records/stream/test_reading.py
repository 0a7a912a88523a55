"""Reading the stream: in the order of ids, between two of them, the same on every database."""

from __future__ import annotations

import uuid

from sqlalchemy import Connection, Engine, text
from tests.tenants import NOW, make_tenant

from commerce.records.database import reading, writing
from commerce.records.instants import to_micros
from commerce.records.stream import FEATURE_COLUMNS, NewEvent, append, count_after, iterate
from commerce.records.stream.backfills import backfill
from commerce.records.stream.reading import stream_version
from commerce.records.tenants import Tenant, hold_clock


def test_rows_come_in_batches_between_two_ids_and_alike_on_every_database(
    any_engine: Engine,
) -> None:
    tenant, other = make_tenant(any_engine), make_tenant(any_engine, "other")
    events = [
        NewEvent(
            type="points.earned",
            occurred_at=number,
            recorded_at=number,
            source_key=f"points-{number}",
            seller_id=uuid.UUID(int=number) if number % 2 else None,
            value=number,
        )
        for number in range(10)
    ]
    with writing(any_engine) as connection:
        first, *_ = append(connection, tenant, events[:4], ingested_at=0)
        append(connection, other, events[:3], ingested_at=0)
        *_, last = append(connection, tenant, events[4:], ingested_at=0)
    with reading(any_engine) as connection:
        batches = list(iterate(connection, tenant.id, after_id=first, up_to_id=last - 1, batch=3))
        assert [len(batch) for batch in batches] == [3, 3, 2]
        rows = [dict(zip(FEATURE_COLUMNS, row, strict=True)) for batch in batches for row in batch]
        assert [row["value"] for row in rows] == [*range(1, 9)]
        assert [row["seller_id"] for row in rows[:2]] == ["0" * 31 + "1", None]
        assert all(type(row) is tuple for batch in batches for row in batch)
        assert count_after(connection, tenant.id, first) == 9
        assert count_after(connection, other.id, 0) == 3


def earned(connection: Connection, tenant: Tenant, key: str) -> int:
    """Append an event."""
    at = to_micros(NOW)
    events = [
        NewEvent(type="points.earned", occurred_at=at, recorded_at=at, source_key=key, value=1)
    ]
    (number,) = append(connection, tenant, events, ingested_at=at)
    return number


def version(engine: Engine, tenant: Tenant) -> tuple[int, int, str]:
    """The stream's version as whoever comes next sees it."""
    with reading(engine) as connection:
        return stream_version(connection, tenant.id)


def test_the_version_changes_with_every_event_and_backfill_and_with_nothing_else(
    any_engine: Engine,
) -> None:
    tenant, other = make_tenant(any_engine), make_tenant(any_engine, "other")
    seen = [version(any_engine, tenant)]
    with writing(any_engine) as connection:
        number = earned(connection, tenant, "first")
    seen.append(version(any_engine, tenant))
    with writing(any_engine) as connection:
        earned(connection, other, "theirs")
    assert version(any_engine, tenant) == seen[-1]
    with writing(any_engine) as connection:
        backfill(connection, hold_clock(connection, tenant, alone=True), [(number, to_micros(NOW))])
    seen.append(version(any_engine, tenant))
    assert len(set(seen)) == len(seen)


def test_the_version_changes_with_an_event_that_is_committed_late_under_a_low_number(
    postgres_engine: Engine,
) -> None:
    tenant = make_tenant(postgres_engine)
    numbered = text("SELECT pg_current_xact_id()")
    for quick_is_first in (False, True):
        with writing(postgres_engine) as slow, writing(postgres_engine) as quick:
            for each in (quick, slow) if quick_is_first else (slow, quick):
                each.execute(numbered)
            low = earned(slow, tenant, f"slow {quick_is_first}")
            assert low < earned(quick, tenant, f"quick {quick_is_first}")
            quick.commit()
            before = version(postgres_engine, tenant)
        after = version(postgres_engine, tenant)
        assert (before[:2], before != after) == (after[:2], True)
