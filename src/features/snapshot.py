"""A Parquet copy of a tenant's stream: appended to, named by its content, never half written.

A snapshot is a manifest that lists files. Files are written aside and renamed when complete, the
manifest last, so whatever is found under its final name is whole. Taking a snapshot again reads only
events with higher ids than the last one; the hash is that of the canonical rows, however often and
wherever it was cut.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from sqlalchemy import Connection, Engine

from commerce.database import reading
from commerce.stream import StreamState, iterate, stream_state
from commerce.tenants import Tenant
from features.canonical import SCHEMA, CanonicalHash, Chain, to_table
from features.errors import NoEvents, SnapshotDamaged, SnapshotNotFound

Progress = Callable[[int, int], None]
"""Called with the events done and the events in all."""

_BATCH = 50_000
_BUFFERED_ROWS = 400_000
_GROUP_ROWS = 122_880


@dataclass(frozen=True, kw_only=True)
class Snapshot:
    """A tenant's stream as it stood when the snapshot was taken.

    Parameters
    ----------
    tenant : str
        Its slug.
    hash : str
        32 hex digits over the canonical rows.
    files : tuple of Path
        The Parquet files, partitioned by the month of ``recorded_at``.
    events : int
        Rows in all.
    last_id : int
        The highest event id.
    first_occurred, last_recorded : int, epoch microseconds
        The span of the stream.
    """

    tenant: str
    hash: str
    files: tuple[Path, ...]
    events: int
    last_id: int
    first_occurred: int
    last_recorded: int


def take_snapshot(
    engine: Engine, tenant: Tenant, folder: Path, *, progress: Progress | None = None
) -> Snapshot:
    """Copy what is new in a tenant's stream.

    Parameters
    ----------
    engine : Engine
        The record store.
    tenant : Tenant
    folder : Path
        Where snapshots of all tenants lie; each has a folder of its own.
    progress : callable, optional
        Called after each batch with the events done and the events to do.

    Returns
    -------
    Snapshot

    Raises
    ------
    NoEvents
        "tenant ... must have events; got none. ..."
    """
    root = folder / tenant.slug
    root.mkdir(parents=True, exist_ok=True)
    with _alone(root), reading(engine) as connection:
        state = stream_state(connection, tenant.id)
        if not state.events:
            raise NoEvents(
                f"tenant {tenant.slug} must have events; got none."
                " Import or simulate its records first."
            )
        previous = _current(root)
        if previous is not None and _is_same(previous, state):
            return _load(root, previous)
        taken = _append(connection, tenant, root, previous, state, progress)
        if taken["events"] != state.events:
            # A transaction with lower ids committed after the last snapshot: copy everything anew.
            taken = _append(connection, tenant, root, None, state, progress)
        _write_text(root / "manifests" / f"{taken['hash']}.json", json.dumps(taken, indent=1))
        _write_text(root / "current.json", json.dumps({"hash": taken["hash"]}))
        return _load(root, taken)


def load_snapshot(folder: Path, tenant: str, hash: str | None = None) -> Snapshot:  # noqa: A002
    """Open a snapshot taken before.

    Parameters
    ----------
    folder : Path
        As given to :func:`take_snapshot`.
    tenant : str
        The tenant's slug.
    hash : str, optional
        Which one; the latest by default.

    Raises
    ------
    SnapshotNotFound
        "snapshot ... must have been taken; got none in ..."
    SnapshotDamaged
        "snapshot ... must have all its files as they were written; got ..."
    """
    root = folder / tenant
    manifest = _current(root) if hash is None else _read(root / "manifests" / f"{hash}.json")
    if manifest is None:
        raise SnapshotNotFound(
            f"snapshot {hash or 'of ' + tenant} must have been taken; got none in {root}."
            " Build the features first."
        )
    return _load(root, manifest)


def _is_same(manifest: dict[str, Any], state: StreamState) -> bool:
    return bool(manifest["events"] == state.events and manifest["last_id"] == state.last_id)


def _append(
    connection: Connection,
    tenant: Tenant,
    root: Path,
    previous: dict[str, Any] | None,
    state: StreamState,
    progress: Progress | None,
) -> dict[str, Any]:
    """Write what is new beside what is there, and give the manifest of both."""
    known = previous or {"chain": asdict(Chain()), "last_id": 0, "events": 0, "files": []}
    canonical = CanonicalHash(chain=Chain(**known["chain"]))
    done: int = known["events"]
    parts = _Parts(root / f"incoming-{uuid.uuid4().hex}")
    try:
        for rows in iterate(connection, tenant.id, after_id=canonical.chain.last_id, batch=_BATCH):
            table = to_table(rows)
            canonical.add(table)
            fresh = table.slice(sum(row[0] <= known["last_id"] for row in rows))
            parts.add(fresh)
            done += fresh.num_rows
            if progress is not None:
                progress(done, state.events)
        content_hash = canonical.hexdigest()
        added = parts.publish(root, content_hash[:8])
    finally:
        shutil.rmtree(parts.folder, ignore_errors=True)
    return {
        "format": 1,
        "tenant": tenant.slug,
        "hash": content_hash,
        "events": done,
        "last_id": state.last_id,
        "first_occurred": state.first_occurred,
        "last_recorded": state.last_recorded,
        "chain": asdict(canonical.chain),
        "files": [*known["files"], *added],
    }


@dataclass
class _Parts:
    """Files being written, one per month, in bounded memory."""

    folder: Path
    buffers: dict[str, list[pa.Table]] = field(default_factory=dict)
    writers: dict[str, pq.ParquetWriter] = field(default_factory=dict)
    spans: dict[str, tuple[int, int, int]] = field(default_factory=dict)

    def add(self, rows: pa.Table) -> None:
        """Sort rows into their months, and write out the fullest when too many wait."""
        if not rows.num_rows:
            return
        instants = np.asarray(rows.column("recorded_at")).astype("datetime64[us]")
        months = instants.astype("datetime64[M]")
        for month in np.unique(months):
            chosen = rows.filter(pa.array(months == month))
            self.buffers.setdefault(str(month), []).append(chosen)
            ids = chosen.column("id")
            first, _, count = self.spans.get(str(month), (ids[0].as_py(), 0, 0))
            self.spans[str(month)] = (first, ids[-1].as_py(), count + chosen.num_rows)
        while sum(map(_rows_in, self.buffers.values())) > _BUFFERED_ROWS:
            self._write(max(self.buffers, key=lambda month: _rows_in(self.buffers[month])))

    def publish(self, root: Path, suffix: str) -> list[dict[str, Any]]:
        """Complete every file and move it to its final name."""
        for month in list(self.buffers):
            self._write(month)
        files = []
        for month, writer in sorted(self.writers.items()):
            writer.close()
            first, last, count = self.spans[month]
            name = f"events/month={month}/{first}-{last}-{suffix}.parquet"
            _move(self.folder / f"{month}.parquet", root / name)
            size = (root / name).stat().st_size
            files.append({"path": name, "events": count, "bytes": size})
        return files

    def _write(self, month: str) -> None:
        if month not in self.writers:
            self.folder.mkdir(exist_ok=True)
            self.writers[month] = pq.ParquetWriter(
                self.folder / f"{month}.parquet", SCHEMA, compression="zstd", compression_level=1
            )
        waiting = pa.concat_tables(self.buffers.pop(month))
        self.writers[month].write_table(waiting, row_group_size=_GROUP_ROWS)


def _rows_in(tables: list[pa.Table]) -> int:
    return sum(table.num_rows for table in tables)


def _current(root: Path) -> dict[str, Any] | None:
    """Read the manifest of the latest snapshot, if there is one."""
    pointer = _read(root / "current.json")
    return None if pointer is None else _read(root / "manifests" / f"{pointer['hash']}.json")


def _load(root: Path, manifest: dict[str, Any]) -> Snapshot:
    """Check that every file is there, and whole."""
    for entry in manifest["files"]:
        path = root / entry["path"]
        size = path.stat().st_size if path.exists() else None
        if size != entry["bytes"]:
            raise SnapshotDamaged(
                f"snapshot {manifest['hash']} must have all its files as they were written;"
                f" got {path} of {size} bytes instead of {entry['bytes']}."
                f" Remove {root} and take it anew."
            )
    return Snapshot(
        files=tuple(root / entry["path"] for entry in manifest["files"]),
        **{
            name: manifest[name]
            for name in ("tenant", "hash", "events", "last_id", "first_occurred", "last_recorded")
        },
    )


@contextmanager
def _alone(root: Path) -> Iterator[None]:
    """Hold the tenant's snapshot folder, and clear what a killed process left unfinished."""
    with (root / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        for left in root.glob("incoming-*"):
            shutil.rmtree(left)
        yield


def _read(path: Path) -> dict[str, Any] | None:
    if not path.exists():
        return None
    manifest: dict[str, Any] = json.loads(path.read_text())
    return manifest


def _write_text(path: Path, text: str) -> None:
    """Write a file under another name and rename it when it is on disk."""
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(f"{path.name}.{uuid.uuid4().hex}")
    aside.write_text(text)
    _move(aside, path)


def _move(source: Path, target: Path) -> None:
    """Rename a complete file, once its content is on disk."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with source.open("rb") as complete:
        os.fsync(complete.fileno())
    source.replace(target)
