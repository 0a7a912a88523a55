"""Reading the stream: in the order of ids, between two of them, the same on every database."""

from __future__ import annotations

import uuid

from sqlalchemy import Engine
from tests.tenants import make_tenant

from commerce.records.database import reading, writing
from commerce.records.stream import FEATURE_COLUMNS, NewEvent, append, count_after, iterate


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
