"""Snapshots: named by content, appended to, never half written."""

from __future__ import annotations

import json
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from sqlalchemy import Connection, Engine
from tests.features.copying import (
    DAY,
    in_another_process,
    orders,
    record,
    stored,
    take_and_die,
    take_and_weigh,
)
from tests.tenants import make_tenant

import features.snapshots.snapshot
from commerce.records.database import reading, writing
from commerce.records.stream import iterate
from commerce.records.stream.backfills import backfill
from commerce.records.tenants import Tenant
from features.errors import NoEvents, SnapshotDamaged, SnapshotNotFound
from features.snapshots.snapshot import load_snapshot, take_snapshot


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a few rows fill blocks, batches and buffers."""
    monkeypatch.setattr("features.snapshots.canonical.BLOCK", 16)
    monkeypatch.setattr(features.snapshots.snapshot, "_BATCH", 7)
    monkeypatch.setattr(features.snapshots.snapshot, "_SEGMENT", 25)
    monkeypatch.setattr("features.snapshots.partitions._BUFFERED_ROWS", 20)


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
    for path in snapshot.files:
        months = pq.ParquetFile(path).read(["recorded_at"])["recorded_at"].to_numpy()
        assert {f"month={when}" for when in months.astype("M8[us]").astype("M8[M]")} == {
            path.parent.name
        }
    assert len({path.parent.name for path in snapshot.files}) == 4
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


@pytest.fixture
def ids_read(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The ids of all rows that were read from the record store, as they are read."""
    read: list[int] = []

    def watched(connection: Connection, tenant_id: int, **words: Any) -> Iterator[Any]:
        for batch in iterate(connection, tenant_id, **words):
            read.extend(row[0] for row in batch)
            yield batch

    monkeypatch.setattr(features.snapshots.snapshot, "iterate", watched)
    return read


def test_an_increment_reads_what_is_new_and_one_block_to_see_that_it_fits(
    engine: Engine, acme: Tenant, tmp_path: Path, ids_read: list[int]
) -> None:
    record(engine, acme, 0, 50)
    first = take_snapshot(engine, acme, tmp_path)
    ids_read.clear()
    assert take_snapshot(engine, acme, tmp_path) == first
    assert ids_read == [49, 50]
    record(engine, acme, 50, 14)
    take_snapshot(engine, acme, tmp_path)
    ids_read.clear()
    take_snapshot(engine, acme, tmp_path)
    assert ids_read == [*range(49, 65)]


def test_what_is_backfilled_is_copied_anew_where_it_was_copied_before(
    any_engine: Engine, tmp_path: Path, ids_read: list[int]
) -> None:
    tenant = make_tenant(any_engine)
    record(any_engine, tenant, 0, 60)
    before = take_snapshot(any_engine, tenant, tmp_path)
    record(any_engine, tenant, 100, 2)
    with writing(any_engine) as connection:
        backfill(connection, tenant, [(62, 5 * DAY)])
    ids_read.clear()
    grown = take_snapshot(any_engine, tenant, tmp_path)
    assert min(ids_read) > 16, "an event that was not copied before lets the copy go on"
    assert stored(grown)[-1]["recorded_at"] == 5 * DAY
    with writing(any_engine) as connection:
        backfill(connection, tenant, [(3, 1 * DAY)])
    anew = take_snapshot(any_engine, tenant, tmp_path)
    assert (before.backfills, grown.backfills, anew.backfills) == (0, 1, 2)
    assert len({before.hash, grown.hash, anew.hash}) == 3
    assert [row["recorded_at"] for row in stored(anew)[:4]] == [0, DAY, DAY, 3 * DAY]
    assert [row["recorded_at"] for row in stored(grown)[:4]] == [0, DAY, 2 * DAY, 3 * DAY]
    assert take_snapshot(any_engine, tenant, tmp_path / "whole").hash == anew.hash


def test_what_full_disks_interrupt_is_gone_on_with(
    engine: Engine, acme: Tenant, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    record(engine, acme, 0, 10)
    before = take_snapshot(engine, acme, tmp_path)
    record(engine, acme, 10, 60)

    def full(path: Path) -> None:
        raise OSError("no space left on device")

    with monkeypatch.context() as broken:
        broken.setattr("features.snapshots.manifests.settle", full)
        with pytest.raises(OSError, match="no space"):
            take_snapshot(engine, acme, tmp_path)
    assert load_snapshot(tmp_path, "acme") == before
    assert sorted(tmp_path.rglob("*.parquet")) == sorted(before.files)
    assert take_snapshot(engine, acme, tmp_path).events == 70


def test_killed_anywhere_a_copy_taken_again_is_whole_and_leaves_nothing_behind(
    engine: Engine, acme: Tenant, tmp_path: Path
) -> None:
    record(engine, acme, 0, 10)
    begun = tmp_path / "begun"
    take_snapshot(engine, acme, begun)
    record(engine, acme, 10, 35)
    whole = take_snapshot(engine, acme, tmp_path / "whole")
    folder, points, resumed = tmp_path / "killed", 0, 0
    while True:
        shutil.copytree(begun, folder)
        points += 1
        code = in_another_process(take_and_die, engine.url.render_as_string(), folder, points)
        assert code in (0, -signal.SIGKILL)
        assert load_snapshot(folder, "acme").events in (10, 45)
        resumed += (folder / "acme" / "unfinished.json").exists()
        again = take_snapshot(engine, acme, folder)
        assert (again.hash, stored(again)) == (whole.hash, stored(whole))
        assert {path for path in folder.rglob("*") if path.is_file()} == {
            *again.files,
            *load_snapshot(folder, "acme", load_snapshot(begun, "acme").hash).files,
            *(folder / "acme" / name for name in ("lock", "current.json")),
            *(folder / "acme" / "manifests").glob("*.json"),
        }
        assert len(list((folder / "acme" / "manifests").iterdir())) == 2
        if code == 0:
            break
        shutil.rmtree(folder)
    assert points > 50
    assert resumed > 10


def test_a_copy_killed_midway_does_not_copy_again_what_it_had_put_on_record(
    engine: Engine, acme: Tenant, tmp_path: Path, ids_read: list[int]
) -> None:
    record(engine, acme, 0, 100)

    def stop(done: int, _: int) -> None:
        if done > 75:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        take_snapshot(engine, acme, tmp_path, progress=stop)
    ids_read.clear()
    assert take_snapshot(engine, acme, tmp_path).events == 100
    assert min(ids_read) == 49
    assert not (tmp_path / "acme" / "unfinished.json").exists()


def test_a_copy_taken_before_there_were_marks_is_gone_on_from(
    engine: Engine, acme: Tenant, tmp_path: Path, ids_read: list[int]
) -> None:
    record(engine, acme, 0, 40)
    taken = take_snapshot(engine, acme, tmp_path)
    path = taken.manifest(tmp_path)
    manifest = json.loads(path.read_text())
    manifest["chain"], manifest["files"] = manifest.pop("marks")[-1], manifest.pop("parts")
    del manifest["complete"]
    path.write_text(json.dumps(manifest))
    record(engine, acme, 40, 5)
    ids_read.clear()
    again = take_snapshot(engine, acme, tmp_path)
    assert ids_read == [*range(33, 41), *range(33, 46)]
    assert set(taken.files) < set(again.files)
    assert again.hash == take_snapshot(engine, acme, tmp_path / "whole").hash


@pytest.mark.parametrize("behind", [2, 30, 70])
def test_what_a_transaction_left_open_commits_later_is_not_missed(
    postgres_engine: Engine, tmp_path: Path, behind: int, ids_read: list[int]
) -> None:
    tenant = make_tenant(postgres_engine)
    record(postgres_engine, tenant, 0, 10)
    with postgres_engine.connect() as slow, slow.begin() as transaction:
        orders(slow, tenant, 200, 3)
        record(postgres_engine, tenant, 10, behind)
        early = take_snapshot(postgres_engine, tenant, tmp_path / "increments")
        assert early.events == 10 + behind
        transaction.commit()
    record(postgres_engine, tenant, 300, 1)
    ids_read.clear()
    late = take_snapshot(postgres_engine, tenant, tmp_path / "increments")
    assert min(ids_read) == 1
    whole = take_snapshot(postgres_engine, tenant, tmp_path / "whole")
    assert (late.hash, stored(late)) == (whole.hash, stored(whole))
    assert [row["occurred_at"] // DAY for row in stored(late)] == [
        *range(10),
        *range(200, 203),
        *range(10, 10 + behind),
        300,
    ]
    assert set(early.files) < set(late.files)
    assert stored(load_snapshot(tmp_path / "increments", "acme", early.hash)) == stored(early)


def test_what_lies_before_an_open_transaction_is_not_read_again(
    postgres_engine: Engine, tmp_path: Path, ids_read: list[int]
) -> None:
    tenant = make_tenant(postgres_engine)
    record(postgres_engine, tenant, 0, 50)
    with postgres_engine.connect() as slow, slow.begin() as transaction:
        orders(slow, tenant, 200, 1)
        record(postgres_engine, tenant, 50, 40)
        take_snapshot(postgres_engine, tenant, tmp_path)
        transaction.commit()
    ids_read.clear()
    assert take_snapshot(postgres_engine, tenant, tmp_path).events == 91
    assert min(ids_read) == 49


def test_files_of_another_store_s_tenant_of_the_same_name_are_not_gone_on_from(
    engine: Engine, acme: Tenant, postgres_engine: Engine, tmp_path: Path
) -> None:
    other = make_tenant(postgres_engine)
    record(engine, acme, 0, 40)
    record(postgres_engine, other, 1, 40)
    taken = take_snapshot(engine, acme, tmp_path)
    anew = take_snapshot(postgres_engine, other, tmp_path)
    assert (taken.events, taken.last_id) == (anew.events, anew.last_id)
    assert [row["occurred_at"] // DAY for row in stored(anew)] == [*range(1, 41)]
    assert anew == load_snapshot(tmp_path, "acme")


@pytest.mark.slow
def test_many_events_are_copied_in_little_memory(each_engine: Engine, tmp_path: Path) -> None:
    tenant = make_tenant(each_engine)
    for first in range(0, 120_000, 20_000):
        record(each_engine, tenant, first, 20_000)
    url, weight = each_engine.url.render_as_string(hide_password=False), tmp_path / "weight"
    assert in_another_process(take_and_weigh, url, tmp_path / "snapshots", weight) == 0
    assert load_snapshot(tmp_path / "snapshots", "acme").events == 120_000
    assert int(weight.read_text()) < 70_000_000


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
