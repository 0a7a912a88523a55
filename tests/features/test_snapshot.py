"""Snapshots: named by content, appended to, never half written."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from sqlalchemy import Connection, Engine
from tests.conftest import make_tenant

import features.snapshot
from commerce.database import reading, writing
from commerce.stream import NewEvent, StreamState, append, iterate
from commerce.tenants import Tenant
from features.errors import NoEvents, SnapshotDamaged, SnapshotNotFound
from features.snapshot import Snapshot, load_snapshot, take_snapshot

DAY = 86_400_000_000


def record(engine: Engine, tenant: Tenant, first: int, count: int) -> None:
    """Append anonymous orders, one per day."""
    with writing(engine) as connection:
        append(
            connection,
            tenant,
            [
                NewEvent(
                    type="order.placed",
                    occurred_at=number * DAY,
                    recorded_at=number * DAY,
                    source_key=f"order-{number}",
                    product_id=None,
                    seller_id=uuid.UUID(int=number),
                    amount_minor=100 + number,
                    base_minor=100 + number,
                    currency="EUR",
                    category="Bücher" if number % 3 else None,
                )
                for number in range(first, first + count)
            ],
            ingested_at=DAY,
        )


def stored(snapshot: Snapshot) -> list[dict[str, Any]]:
    rows = [row for path in snapshot.files for row in pq.ParquetFile(path).read().to_pylist()]
    return sorted(rows, key=lambda row: int(row["id"]))


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a few rows fill blocks, batches and buffers."""
    monkeypatch.setattr("features.canonical.BLOCK", 16)
    monkeypatch.setattr(features.snapshot, "_BATCH", 7)
    monkeypatch.setattr(features.snapshot, "_BUFFERED_ROWS", 20)


def test_a_snapshot_holds_every_row_in_the_month_it_was_recorded(
    any_engine: Engine, tmp_path: Path
) -> None:
    tenant, other = make_tenant(any_engine), make_tenant(any_engine, "other")
    record(any_engine, tenant, 0, 100)
    record(any_engine, other, 0, 5)
    snapshot = take_snapshot(any_engine, tenant, tmp_path)
    with reading(any_engine) as connection:
        rows = [row for batch in iterate(connection, tenant.id) for row in batch]
    assert [tuple(row.values()) for row in stored(snapshot)] == rows
    assert [path.parent.name for path in snapshot.files] == [
        "month=1970-01",
        "month=1970-02",
        "month=1970-03",
        "month=1970-04",
    ]
    assert (snapshot.events, snapshot.last_id) == (100, rows[-1][0])
    assert (snapshot.first_occurred, snapshot.last_recorded) == (0, 99 * DAY)


def test_increments_and_a_copy_in_one_go_have_the_same_hash(
    engine: Engine, acme: Tenant, tmp_path: Path
) -> None:
    hashes = []
    for first, count in ((0, 5), (5, 40), (45, 1), (46, 18)):
        record(engine, acme, first, count)
        hashes.append(take_snapshot(engine, acme, tmp_path / "increments").hash)
    whole = take_snapshot(engine, acme, tmp_path / "whole")
    assert hashes[-1] == whole.hash
    assert len(set(hashes)) == 4
    latest = load_snapshot(tmp_path / "increments", "acme")
    assert stored(latest) == stored(whole)
    assert len(stored(load_snapshot(tmp_path / "increments", "acme", hashes[0]))) == 5


def test_an_increment_reads_only_what_is_new_and_the_open_block(
    engine: Engine, acme: Tenant, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    record(engine, acme, 0, 50)
    take_snapshot(engine, acme, tmp_path)
    read: list[int] = []

    def watched(connection: Connection, tenant_id: int, **words: int) -> Iterator[Any]:
        for batch in iterate(connection, tenant_id, **words):
            read.append(len(batch))
            yield batch

    monkeypatch.setattr(features.snapshot, "iterate", watched)
    take_snapshot(engine, acme, tmp_path)
    assert read == []
    record(engine, acme, 50, 1)
    take_snapshot(engine, acme, tmp_path)
    assert sum(read) == 3


def test_a_crash_midway_leaves_the_last_snapshot_and_nothing_half_written(
    engine: Engine, acme: Tenant, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    record(engine, acme, 0, 10)
    before = take_snapshot(engine, acme, tmp_path)
    record(engine, acme, 10, 60)

    def full(source: Path, target: Path) -> None:
        raise OSError("no space left on device")

    with monkeypatch.context() as broken:
        broken.setattr(features.snapshot, "_move", full)
        with pytest.raises(OSError, match="no space"):
            take_snapshot(engine, acme, tmp_path)
    assert load_snapshot(tmp_path, "acme") == before
    assert sorted(path for path in tmp_path.rglob("*.parquet")) == sorted(before.files)
    assert take_snapshot(engine, acme, tmp_path).events == 70


def test_what_a_killed_process_left_is_cleared(
    engine: Engine, acme: Tenant, tmp_path: Path
) -> None:
    left = tmp_path / "acme" / "incoming-0" / "1970-01.parquet"
    left.parent.mkdir(parents=True)
    left.write_bytes(b"half")
    record(engine, acme, 0, 3)
    take_snapshot(engine, acme, tmp_path)
    assert not left.parent.exists()


def test_rows_that_committed_behind_the_last_snapshot_are_not_missed(
    engine: Engine, acme: Tenant, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    record(engine, acme, 0, 30)

    def without_the_tenth(connection: Connection, tenant_id: int, **words: int) -> Iterator[Any]:
        for batch in iterate(connection, tenant_id, **words):
            yield [row for row in batch if row[7] != 10 * DAY]

    with monkeypatch.context() as early:
        early.setattr(features.snapshot, "iterate", without_the_tenth)
        early.setattr(
            features.snapshot,
            "stream_state",
            lambda *_: StreamState(events=29, last_id=30, first_occurred=0, last_recorded=29 * DAY),
        )
        take_snapshot(engine, acme, tmp_path)
    record(engine, acme, 30, 1)
    assert [row["occurred_at"] // DAY for row in stored(take_snapshot(engine, acme, tmp_path))] == [
        *range(31)
    ]


def test_a_shortened_file_is_refused(engine: Engine, acme: Tenant, tmp_path: Path) -> None:
    record(engine, acme, 0, 3)
    snapshot = take_snapshot(engine, acme, tmp_path)
    snapshot.files[0].write_bytes(b"PAR1")
    with pytest.raises(SnapshotDamaged, match="must have all its files"):
        load_snapshot(tmp_path, "acme")


def test_a_tenant_without_events_has_no_snapshot(
    engine: Engine, acme: Tenant, tmp_path: Path
) -> None:
    with pytest.raises(NoEvents, match="tenant acme must have events"):
        take_snapshot(engine, acme, tmp_path)
    with pytest.raises(SnapshotNotFound, match="must have been taken"):
        load_snapshot(tmp_path, "acme")


def test_progress_ends_at_the_number_of_events(
    engine: Engine, acme: Tenant, tmp_path: Path
) -> None:
    record(engine, acme, 0, 20)
    told: list[tuple[int, int]] = []
    take_snapshot(engine, acme, tmp_path, progress=lambda done, todo: told.append((done, todo)))
    assert told[-1] == (20, 20)
