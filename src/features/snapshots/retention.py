"""Which snapshots are kept, and how many small files become few large ones.

Both hold the tenant's folder, so nothing is copied meanwhile, and both can be killed at any point: a manifest
goes before the files only it refers to, and what is left of either is cleared by the next. A file that a
reader may have open stays for a day after nothing refers to it any more.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from features.errors import SnapshotNotFound
from features.snapshots.canonical import SCHEMA
from features.snapshots.manifests import Manifest, SnapshotFolder
from features.snapshots.partitions import Part, Partitions

GRACE = timedelta(days=1)
"""How long a file stays that was replaced by a larger one."""

CURRENT = "it is the current one"

_BATCH_ROWS = 65_536


@dataclass(frozen=True, kw_only=True)
class StoredSnapshot:
    """A snapshot as it lies on disk."""

    hash: str
    taken_at: datetime
    """When its manifest was written."""
    events: int
    files: int
    bytes: int
    shared_files: int
    """Files that other snapshots refer to as well."""
    own_bytes: int
    """What would be free without it."""
    first_occurred: int
    last_recorded: int
    """`first_occurred`, `last_recorded`: epoch microseconds; the span of the stream."""
    current: bool


@dataclass(frozen=True, kw_only=True)
class Pruning:
    """What pruning does, or would do."""

    removed: tuple[StoredSnapshot, ...]
    """Newest first."""
    kept: Mapping[str, str]
    """Why each of the others stays, by its hash."""
    files: int
    bytes: int
    """`files`, `bytes`: what goes with them: files that nothing kept refers to."""


@dataclass(frozen=True, kw_only=True)
class Compaction:
    """What compacting did."""

    hash: str
    files_before: int
    files_after: int


def list_snapshots(folder: Path, tenant: str) -> tuple[StoredSnapshot, ...]:
    """List a tenant's snapshots, newest first.

    Parameters
    ----------
    folder : Path
        Where snapshots of all tenants lie.

    Raises
    ------
    SnapshotNotFound
        "snapshots of ... must have been taken; got none in ..."
    """
    return _stored(_opened(folder, tenant))


def prune(
    folder: Path,
    tenant: str,
    *,
    now: datetime,
    keep: int = 1,
    older_than: timedelta | None = None,
    in_use: Mapping[str, str] | None = None,
    dry_run: bool = False,
) -> Pruning:
    """Remove old snapshots, and the files that only they refer to.

    Parameters
    ----------
    now : datetime
        Aware.
    keep : int, >= 1
        As many of the newest stay.
    older_than : timedelta, optional
        Only those taken longer ago go; however long ago by default.
    in_use : mapping of str to str, optional
        Hashes of snapshots that something was made from, and what: they stay.
    dry_run : bool
        Only tell.

    Raises
    ------
    SnapshotNotFound
        "snapshots of ... must have been taken; got none in ..."
    """
    files, uses = _opened(folder, tenant), in_use or {}
    with files.alone():
        removed, kept = [], {}
        for place, snapshot in enumerate(_stored(files)):
            reasons = {
                CURRENT: snapshot.current,
                f"it is one of the {keep} newest": place < keep,
                "it is not that old": older_than is not None
                and now - snapshot.taken_at <= older_than,
                uses.get(snapshot.hash, ""): snapshot.hash in uses,
            }
            why = next((words for words, holds in reasons.items() if holds), None)
            if why is None:
                removed.append(snapshot)
            else:
                kept[snapshot.hash] = why
        unneeded = _unneeded(files, {snapshot.hash for snapshot in removed}, now)
        size = sum(path.stat().st_size for path in unneeded)
        if not dry_run:
            for snapshot in removed:
                files.manifest_path(snapshot.hash).unlink()
            for path in unneeded:
                path.unlink()
    return Pruning(removed=tuple(removed), kept=kept, files=len(unneeded), bytes=size)


def compact(folder: Path, tenant: str) -> Compaction:
    """Merge the files of the current snapshot into one per month; its rows and its hash stay.

    Older snapshots keep their files. Those that nothing refers to any more are removed by :func:`prune`, a
    day later.

    Raises
    ------
    SnapshotNotFound
        "snapshots of ... must have been taken; got none in ..."
    SnapshotDamaged
        "snapshot ... must have all its files as they were written; got ..."
    """
    files = _opened(folder, tenant)
    with files.alone():
        manifest = files.current()
        assert manifest is not None, "an opened folder has a current snapshot"
        files.require_whole(manifest)
        months: dict[str, list[Part]] = {}
        for part in manifest.parts:
            months.setdefault(part.month, []).append(part)
        for month, parts in sorted(months.items()):
            if len(parts) > 1:
                manifest = _merged(files, manifest, month, parts)
        before = sum(map(len, months.values()))
    return Compaction(hash=manifest.hash, files_before=before, files_after=len(manifest.parts))


def _opened(folder: Path, tenant: str) -> SnapshotFolder:
    files = SnapshotFolder(folder / tenant)
    if files.current() is None:
        raise SnapshotNotFound(
            f"snapshots of {tenant} must have been taken; got none in {files.root}."
            " Build the features first."
        )
    return files


def _stored(files: SnapshotFolder) -> tuple[StoredSnapshot, ...]:
    current = files.current()
    manifests = files.manifests()
    references = Counter(part.path for _, manifest in manifests for part in manifest.parts)
    return tuple(
        StoredSnapshot(
            hash=manifest.hash,
            taken_at=taken_at,
            events=manifest.events,
            files=len(manifest.parts),
            bytes=sum(part.bytes for part in manifest.parts),
            shared_files=sum(references[part.path] > 1 for part in manifest.parts),
            own_bytes=sum(part.bytes for part in manifest.parts if references[part.path] == 1),
            first_occurred=manifest.first_occurred,
            last_recorded=manifest.last_recorded,
            current=current is not None and manifest.hash == current.hash,
        )
        for taken_at, manifest in manifests
    )


def _unneeded(files: SnapshotFolder, removed: set[str], now: datetime) -> list[Path]:
    """Find files of removed snapshots, and those nobody refers to since a day, that no other refers to."""
    manifests = [manifest for _, manifest in files.manifests()]
    unfinished = files.unfinished()
    going = {
        files.root / part.path
        for manifest in manifests
        if manifest.hash in removed
        for part in manifest.parts
    }
    needed = {
        files.root / part.path
        for manifest in (*manifests, *([] if unfinished is None else [unfinished]))
        if manifest.hash not in removed
        for part in manifest.parts
    }
    lying = set((files.root / "events").rglob("*.parquet"))
    stale = {
        path for path in lying if now.timestamp() - path.stat().st_mtime > GRACE.total_seconds()
    }
    return sorted(((going & lying) | stale) - needed)


def _merged(files: SnapshotFolder, manifest: Manifest, month: str, parts: list[Part]) -> Manifest:
    """Write one month's rows into one file, and let the snapshot name it in place of the others."""
    replaced = {part.path for part in parts}
    with files.incoming() as folder:
        merged = Partitions(folder)
        for part in sorted(parts, key=lambda part: part.last_id):
            for batch in pq.ParquetFile(files.root / part.path).iter_batches(_BATCH_ROWS):
                merged.add(pa.Table.from_batches([batch], schema=SCHEMA))
        added = merged.close(f"{manifest.hash[:8]}-{len(parts)}")
        kept = [part for part in manifest.parts if part.path not in replaced]
        compacted = replace(
            manifest, parts=tuple(sorted((*kept, *added.values()), key=lambda part: part.path))
        )
        for path in replaced:
            (files.root / path).touch()
        files.commit(folder, compacted, added)
    return compacted
