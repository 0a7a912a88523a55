"""A Parquet copy of a tenant's stream: appended to, named by its content, never half written.

A snapshot is a manifest that lists files. Taking one again reads only events with higher ids than the last
one's; the hash is that of the canonical rows, however often and wherever it was cut. Every million events
what was copied is put on record, so that a copy killed midway goes on from there.

It holds every event committed when it is taken, also where a transaction with lower ids is still open: what
that one brings is found by counting, the next time, and put beside what is there; nothing is held back, so
that a snapshot and the records say the same at that instant. That none of it counts *before* that instant is
seen to by `commerce.records.tenants.observe`.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from sqlalchemy import Connection, Engine

from commerce.records.database import reading
from commerce.records.stream import ANNULLED, StreamState, count_after, iterate, stream_state
from commerce.records.stream.backfills import moved_since
from commerce.records.tenants import Tenant
from features.errors import NoEvents, SnapshotNotFound
from features.snapshots.canonical import MARKS, CanonicalHash, Chain, to_table
from features.snapshots.manifests import Manifest, SnapshotFolder
from features.snapshots.partitions import Part, Partitions, ids_in

Progress = Callable[[int, int], None]
"""Called with the events done and the events in all."""

_BATCH = 20_000
_SEGMENT = 1_000_000


@dataclass(frozen=True, kw_only=True)
class Snapshot:
    """A tenant's stream as it stood when the snapshot was taken."""

    tenant: str
    """Its slug."""
    hash: str
    """32 hex digits over the canonical rows."""
    files: tuple[Path, ...]
    """The Parquet files, partitioned by the month of ``recorded_at``."""
    events: int
    last_id: int
    """The highest event id."""
    first_occurred: int
    last_recorded: int
    """`first_occurred`, `last_recorded`: epoch microseconds; the span of the stream."""
    backfills: int = 0
    """The last backfill that it knows: a replay of what was computed from it looks at no later one."""

    def manifest(self, folder: Path) -> Path:
        """Tell which file is there as long as this snapshot is, whatever becomes of its files."""
        return SnapshotFolder(folder / self.tenant).manifest_path(self.hash)


def take_snapshot(
    engine: Engine, tenant: Tenant, folder: Path, *, progress: Progress | None = None
) -> Snapshot:
    """Copy what is new in a tenant's stream.

    Parameters
    ----------
    folder : Path
        Where snapshots of all tenants lie; each has a folder of its own.
    progress : callable, optional
        Called after each batch with the events done and the events to do.

    Raises
    ------
    NoEvents
        "tenant ... must have events; got none. ..."
    """
    files = SnapshotFolder(folder / tenant.slug)
    with files.alone(), reading(engine) as connection:
        state = stream_state(connection, tenant.id)
        if not state.events:
            raise NoEvents(
                f"tenant {tenant.slug} must have events; got none."
                " Import or simulate its records first."
            )
        start = _where_to_start(connection, tenant, files)
        if start.is_current and start.events == state.events:
            return load_snapshot(folder, tenant.slug)
        _copy(connection, tenant, files, start, state, progress)
        return load_snapshot(folder, tenant.slug)


def annulment_instants(snapshot: Snapshot, *, before: int) -> list[int]:
    """List the instants before a given one at which it was known that events count no more, the earliest first."""
    known = [np.empty(0, np.int64)]
    for rows in _batches(snapshot, ["type", "recorded_at", "occurred_at"]):
        gone = rows.filter(pc.field("type") == ANNULLED)
        known.append(np.maximum(gone["recorded_at"], gone["occurred_at"]))
    return [int(instant) for instant in np.unique(np.concatenate(known)) if instant < before]


def recorded_types(snapshot: Snapshot, *, before: int | None = None) -> set[str]:
    """Give the types of event that a snapshot holds.

    Parameters
    ----------
    before : int, epoch microseconds, optional
        Only those recorded before it.
    """
    found: set[str] = set()
    for rows in _batches(snapshot, ["type", "recorded_at"]):
        admitted = rows if before is None else rows.filter(pc.field("recorded_at") < before)
        found.update(map(str, admitted["type"].unique().to_pylist()))
    return found


def _batches(snapshot: Snapshot, columns: list[str]) -> Iterator[pa.RecordBatch]:
    """Read some columns, `type` among them, on one thread.

    It is as quick as on several, of each of which Arrow's allocator would keep what was let go: 200 MB after a
    training.
    """
    for path in snapshot.files:
        with pq.ParquetFile(path, read_dictionary=["type"]) as file:
            yield from file.iter_batches(columns=columns, use_threads=False)


def load_snapshot(folder: Path, tenant: str, hash: str | None = None) -> Snapshot:  # noqa: A002
    """Open a snapshot taken before.

    Parameters
    ----------
    folder : Path
        As given to :func:`take_snapshot`.
    hash : str, optional
        Which one; the latest by default.

    Raises
    ------
    SnapshotNotFound
        "snapshot ... must have been taken; got none in ..."
    SnapshotDamaged
        "snapshot ... must have all its files as they were written; got ..."
    """
    files = SnapshotFolder(folder / tenant)
    manifest = files.current() if hash is None else files.manifest(hash)
    if manifest is None:
        raise SnapshotNotFound(
            f"snapshot {hash or 'of ' + tenant} must have been taken; got none in {files.root}."
            " Build the features first."
        )
    files.require_whole(manifest)
    return Snapshot(
        tenant=manifest.tenant,
        hash=manifest.hash,
        files=tuple(files.root / part.path for part in manifest.parts),
        events=manifest.events,
        last_id=manifest.last_id,
        first_occurred=manifest.first_occurred,
        last_recorded=manifest.last_recorded,
        backfills=manifest.backfills,
    )


@dataclass(frozen=True, kw_only=True)
class _Start:
    """What is copied already, and the mark behind which the records are to be read again."""

    parts: tuple[Part, ...] = ()
    events: int = 0
    marks: tuple[Chain, ...] = (Chain(),)
    held: npt.NDArray[np.int64] = field(default_factory=lambda: np.empty(0, np.int64))
    is_current: bool = False

    def hash(self) -> CanonicalHash:
        """Take up the hash at the last mark."""
        return CanonicalHash(chain=self.marks[-1], marks=deque(self.marks, maxlen=MARKS))

    def has(self, rows: pa.Table) -> npt.NDArray[np.bool_]:
        """Tell which rows, in the order of their ids, are copied already."""
        ids = np.asarray(rows.column("id"))
        near = slice(np.searchsorted(self.held, ids[0]), np.searchsorted(self.held, ids[-1]) + 1)
        return np.isin(ids, self.held[near])


def _where_to_start(connection: Connection, tenant: Tenant, files: SnapshotFolder) -> _Start:
    """Go on from what stopped on the way, else from the latest snapshot, else from nothing."""
    for known in (files.unfinished(), files.current()):
        start = None if known is None else _behind(connection, tenant, files, known)
        if start is not None:
            return start
    return _Start()


def _behind(
    connection: Connection, tenant: Tenant, files: SnapshotFolder, known: Manifest
) -> _Start | None:
    """Find the last mark below which nothing was added, if what was copied behind it is still on record.

    Where a backfill since then names an event that may be copied already, the copy is not gone on from.
    At least one block is read again and compared: files of another record store's tenant of the same name
    are not gone on from.
    """
    files.require_whole(known)
    if moved_since(connection, tenant.id, known.backfills, up_to_id=known.last_id):
        return None
    events = count_after(connection, tenant.id, 0)
    marks = [mark for mark in known.marks if mark.events < known.events]
    while (
        marks and events - count_after(connection, tenant.id, marks[-1].last_id) != marks[-1].events
    ):
        marks.pop()
    if not marks:
        return None
    start = _Start(
        parts=known.parts,
        events=known.events,
        marks=tuple(marks),
        held=ids_in(files.root, known.parts, after_id=marks[-1].last_id),
        is_current=known.complete,
    )
    again = start.hash()
    for rows in iterate(
        connection,
        tenant.id,
        after_id=marks[-1].last_id,
        up_to_id=known.last_id,
        batch=_BATCH,
    ):
        table = to_table(rows)
        again.add(table.filter(pa.array(start.has(table))))
    return start if again.hexdigest() == known.hash else None


def _copy(
    connection: Connection,
    tenant: Tenant,
    files: SnapshotFolder,
    start: _Start,
    state: StreamState,
    progress: Progress | None,
) -> None:
    """Write what is new beside what is there, and put it on record as it goes."""
    canonical, parts, done = start.hash(), start.parts, start.events
    batches = iterate(connection, tenant.id, after_id=start.marks[-1].last_id, batch=_BATCH)
    complete, last_id = False, 0
    while not complete:
        with files.incoming() as folder:
            fresh = Partitions(folder)
            for rows in batches:
                table = to_table(rows)
                last_id = rows[-1][0]
                canonical.add(table)
                fresh.add(table.filter(pa.array(~start.has(table))))
                if progress is not None:
                    progress(done + fresh.rows, state.events)
                if fresh.rows >= _SEGMENT:
                    break
            else:
                complete = True
            done += fresh.rows
            content_hash = canonical.hexdigest()
            added = fresh.close(content_hash[:8])
            parts = (*parts, *added.values())
            manifest = Manifest(
                tenant=tenant.slug,
                hash=content_hash,
                events=done,
                last_id=last_id,
                first_occurred=state.first_occurred or 0,
                last_recorded=state.last_recorded or 0,
                backfills=state.backfills,
                marks=tuple(canonical.marks),
                parts=parts,
                complete=complete,
            )
            files.commit(folder, manifest, added)
