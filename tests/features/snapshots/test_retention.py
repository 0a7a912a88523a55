"""Which snapshots stay, which go, and files merged under an unchanged hash."""

from __future__ import annotations

import os
import shutil
import signal
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine
from tests.features.copying import (
    compact_and_die,
    in_another_process,
    prune_and_die,
    record,
    shrink,
    stored,
)

import features.snapshots.canonical
import features.snapshots.partitions
import features.snapshots.snapshot
from commerce.records.tenants import Tenant
from features.errors import SnapshotNotFound
from features.snapshots.retention import GRACE, compact, list_snapshots, prune
from features.snapshots.snapshot import Snapshot, load_snapshot, take_snapshot

TODAY = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def taken(restored: None, engine: Engine, acme: Tenant, tmp_path: Path) -> list[Snapshot]:
    """Four snapshots of one stream, oldest first, taken a day after another; the last one today."""
    shrink()
    found = []
    for place, (first, count) in enumerate(((0, 20), (20, 20), (40, 20), (60, 20))):
        record(engine, acme, first, count)
        snapshot = take_snapshot(engine, acme, folder_of(tmp_path))
        instant = (TODAY - timedelta(days=3 - place)).timestamp()
        for path in (*snapshot.files, manifest_of(tmp_path, snapshot)):
            if path.stat().st_mtime > TODAY.timestamp():
                os.utime(path, (instant, instant))
        found.append(snapshot)
    return found


@pytest.fixture
def restored(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give the sizes of blocks and batches back afterwards."""
    monkeypatch.setattr(features.snapshots.canonical, "BLOCK", features.snapshots.canonical.BLOCK)
    monkeypatch.setattr(features.snapshots.snapshot, "_BATCH", features.snapshots.snapshot._BATCH)
    monkeypatch.setattr(
        features.snapshots.snapshot, "_SEGMENT", features.snapshots.snapshot._SEGMENT
    )
    monkeypatch.setattr(
        features.snapshots.partitions,
        "_BUFFERED_ROWS",
        features.snapshots.partitions._BUFFERED_ROWS,
    )


def folder_of(tmp_path: Path) -> Path:
    return tmp_path / "snapshots"


def manifest_of(tmp_path: Path, snapshot: Snapshot) -> Path:
    return folder_of(tmp_path) / "acme" / "manifests" / f"{snapshot.hash}.json"


def lying(folder: Path) -> set[Path]:
    return {path for path in folder.rglob("*") if path.is_file() and path.name != "lock"}


def test_the_list_says_what_each_snapshot_holds_and_what_it_costs(
    taken: list[Snapshot], tmp_path: Path
) -> None:
    found = list_snapshots(folder_of(tmp_path), "acme")
    assert [one.hash for one in found] == [snapshot.hash for snapshot in reversed(taken)]
    assert [one.events for one in found] == [80, 60, 40, 20]
    assert [one.taken_at for one in found] == [TODAY - timedelta(days=days) for days in range(4)]
    assert [one.current for one in found] == [True, False, False, False]
    assert [one.shared_files for one in found] == [
        len(taken[place].files) for place in (2, 2, 1, 0)
    ]
    assert found[0].bytes == sum(path.stat().st_size for path in taken[3].files)
    assert found[0].own_bytes == sum(
        path.stat().st_size for path in set(taken[3].files) - set(taken[2].files)
    )


def test_pruning_keeps_the_newest_and_every_file_they_need(
    taken: list[Snapshot], tmp_path: Path
) -> None:
    rows = stored(taken[2])
    done = prune(folder_of(tmp_path), "acme", now=TODAY, keep=2)
    assert [one.hash for one in done.removed] == [taken[1].hash, taken[0].hash]
    assert done.files == 0
    assert stored(load_snapshot(folder_of(tmp_path), "acme", taken[2].hash)) == rows
    with pytest.raises(SnapshotNotFound):
        load_snapshot(folder_of(tmp_path), "acme", taken[1].hash)


def test_pruning_spares_what_is_young_what_is_current_and_what_is_in_use(
    taken: list[Snapshot], tmp_path: Path
) -> None:
    done = prune(
        folder_of(tmp_path),
        "acme",
        now=TODAY,
        older_than=timedelta(days=1),
        in_use={taken[0].hash: "models acme.churn/1"},
    )
    assert [one.hash for one in done.removed] == [taken[1].hash]
    assert done.kept == {
        taken[3].hash: "it is the current one",
        taken[2].hash: "it is not that old",
        taken[0].hash: "models acme.churn/1",
    }


def test_a_dry_run_tells_the_same_and_removes_nothing(
    taken: list[Snapshot], tmp_path: Path
) -> None:
    folder = folder_of(tmp_path)
    compact(folder, "acme")
    before = lying(folder)
    later = datetime.now(UTC) + 2 * GRACE
    told = prune(folder, "acme", now=later, dry_run=True)
    assert lying(folder) == before
    assert told == prune(folder, "acme", now=later)
    assert told.files == len(taken[3].files)
    assert told.bytes > 0
    assert lying(folder) == {
        *load_snapshot(folder, "acme").files,
        manifest_of(tmp_path, taken[3]),
        folder / "acme" / "current.json",
    }


def test_compacting_leaves_one_file_per_month_the_same_rows_and_the_same_hash(
    taken: list[Snapshot], engine: Engine, acme: Tenant, tmp_path: Path
) -> None:
    folder = folder_of(tmp_path)
    rows, when = stored(taken[3]), list_snapshots(folder, "acme")[0].taken_at
    done = compact(folder, "acme")
    merged = load_snapshot(folder, "acme")
    assert (merged.hash, stored(merged)) == (taken[3].hash, rows)
    assert (done.files_before, done.files_after) == (len(taken[3].files), 3)
    assert len({path.parent for path in merged.files}) == len(merged.files) == 3
    assert list_snapshots(folder, "acme")[0].taken_at == when
    assert take_snapshot(engine, acme, folder) == merged
    assert stored(load_snapshot(folder, "acme", taken[1].hash)) == stored(taken[1])
    record(engine, acme, 80, 7)
    whole = take_snapshot(engine, acme, tmp_path / "whole")
    assert take_snapshot(engine, acme, folder).hash == whole.hash
    assert compact(folder, "acme").files_after == 3


def test_files_that_were_merged_stay_for_readers_until_a_day_has_passed(
    taken: list[Snapshot], tmp_path: Path
) -> None:
    folder = folder_of(tmp_path)
    rows = stored(taken[3])
    compact(folder, "acme")
    now = datetime.now(UTC)
    assert prune(folder, "acme", now=now, older_than=timedelta(days=99_999)).files == 0
    assert stored(taken[3]) == rows
    for snapshot in taken[:3]:
        manifest_of(tmp_path, snapshot).unlink()
    assert prune(folder, "acme", now=now + GRACE / 2).files == 0
    assert prune(folder, "acme", now=now + 2 * GRACE).files == len(taken[3].files)


@pytest.mark.slow
def test_killed_anywhere_compacting_again_ends_the_same(
    taken: list[Snapshot], tmp_path: Path
) -> None:
    rows, folder, points = stored(taken[3]), tmp_path / "killed", 0
    while True:
        shutil.copytree(folder_of(tmp_path), folder)
        points += 1
        code = in_another_process(compact_and_die, folder, points)
        assert code in (0, -signal.SIGKILL)
        for one in list_snapshots(folder, "acme"):
            assert len(stored(load_snapshot(folder, "acme", one.hash))) == one.events
        assert compact(folder, "acme").files_after == 3
        assert stored(load_snapshot(folder, "acme")) == rows
        prune(folder, "acme", now=datetime.now(UTC) + 2 * GRACE)
        assert lying(folder / "acme" / "events") == {*load_snapshot(folder, "acme").files}
        assert not list((folder / "acme").glob("incoming-*"))
        if code == 0:
            break
        shutil.rmtree(folder)
    assert points > 20


def test_killed_anywhere_pruning_again_ends_the_same(taken: list[Snapshot], tmp_path: Path) -> None:
    compact(folder_of(tmp_path), "acme")
    later = datetime.now(UTC) + 2 * GRACE
    folder, points = tmp_path / "killed", 0
    while True:
        shutil.copytree(folder_of(tmp_path), folder)
        points += 1
        code = in_another_process(prune_and_die, folder, later, points)
        assert code in (0, -signal.SIGKILL)
        for one in list_snapshots(folder, "acme"):
            load_snapshot(folder, "acme", one.hash)
        prune(folder, "acme", now=later)
        assert lying(folder / "acme" / "events") == {*load_snapshot(folder, "acme").files}
        assert [one.hash for one in list_snapshots(folder, "acme")] == [taken[3].hash]
        if code == 0:
            break
        shutil.rmtree(folder)
    assert points > 10


def test_pruning_waits_for_a_copy_being_taken_and_takes_nothing_from_it(
    taken: list[Snapshot], engine: Engine, acme: Tenant, tmp_path: Path
) -> None:
    folder = folder_of(tmp_path)
    record(engine, acme, 80, 40)
    pruned = threading.Thread(
        target=prune, args=(folder, "acme"), kwargs={"now": datetime.now(UTC) + 2 * GRACE}
    )
    waited = []

    def begin(done: int, _: int) -> None:
        if not pruned.ident:
            pruned.start()
        pruned.join(0.05)
        waited.append(pruned.is_alive())

    copied = take_snapshot(engine, acme, folder, progress=begin)
    pruned.join()
    assert len(waited) > 5
    assert all(waited)
    assert [one.hash for one in list_snapshots(folder, "acme")] == [copied.hash]
    assert len(stored(load_snapshot(folder, "acme"))) == 120


def test_where_nothing_was_taken_there_is_nothing_to_list_or_prune(tmp_path: Path) -> None:
    for ask in (list_snapshots, compact):
        with pytest.raises(SnapshotNotFound, match="snapshots of acme must have been taken"):
            ask(tmp_path, "acme")
    with pytest.raises(SnapshotNotFound, match="snapshots of acme must have been taken"):
        prune(tmp_path, "acme", now=TODAY)
    assert not list(tmp_path.iterdir())
