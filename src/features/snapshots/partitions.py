"""Rows of the stream written as one Parquet file per month, in bounded memory."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from features.snapshots.canonical import SCHEMA

_BUFFERED_ROWS = 200_000
_GROUP_ROWS = 122_880


@dataclass(frozen=True, kw_only=True)
class Part:
    """One file of a snapshot."""

    path: str
    """Below the tenant's folder: ``events/month=2026-01/<first id>-<last id>-<hash>.parquet``."""
    events: int
    bytes: int

    @property
    def month(self) -> str:
        """When its rows were recorded: "2026-01"."""
        return Path(self.path).parent.name.removeprefix("month=")

    @property
    def last_id(self) -> int:
        """The highest event id in it."""
        return int(Path(self.path).name.split("-")[1])


@dataclass
class Partitions:
    """Files being written in a folder, one per month."""

    folder: Path
    """Where; each file goes by its month until :meth:`close` tells its final name."""
    rows: int = 0
    _buffers: dict[str, list[pa.Table]] = field(default_factory=dict)
    _writers: dict[str, pq.ParquetWriter] = field(default_factory=dict)
    _spans: dict[str, tuple[int, int, int]] = field(default_factory=dict)

    def add(self, rows: pa.Table) -> None:
        """Sort rows into their months, and write out the fullest when too many wait."""
        if not rows.num_rows:
            return
        self.rows += rows.num_rows
        instants = np.asarray(rows.column("recorded_at")).astype("datetime64[us]")
        months = instants.astype("datetime64[M]")
        for found in np.unique(months):
            month, chosen = str(found), rows.filter(pa.array(months == found))
            self._buffers.setdefault(month, []).append(chosen)
            ids = np.asarray(chosen.column("id"))
            first, last, count = self._spans.get(month, (ids.min(), 0, 0))
            self._spans[month] = (
                min(first, ids.min()),
                max(last, ids.max()),
                count + chosen.num_rows,
            )
        while sum(map(_rows_in, self._buffers.values())) > _BUFFERED_ROWS:
            self._write(max(self._buffers, key=lambda month: _rows_in(self._buffers[month])))

    def close(self, suffix: str) -> dict[Path, Part]:
        """Complete every file, and tell what it is to be called."""
        for month in list(self._buffers):
            self._write(month)
        parts = {}
        for month, writer in sorted(self._writers.items()):
            writer.close()
            first, last, count = self._spans[month]
            path = self.folder / f"{month}.parquet"
            name = f"events/month={month}/{first}-{last}-{suffix}.parquet"
            parts[path] = Part(path=name, events=count, bytes=path.stat().st_size)
        return parts

    def _write(self, month: str) -> None:
        if month not in self._writers:
            self._writers[month] = pq.ParquetWriter(
                self.folder / f"{month}.parquet", SCHEMA, compression="zstd", compression_level=1
            )
        waiting = pa.concat_tables(self._buffers.pop(month))
        self._writers[month].write_table(waiting, row_group_size=_GROUP_ROWS)


def ids_in(
    root: Path, parts: Iterable[Part], *, after_id: int
) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Read which event ids beyond a given one files hold, in rising order.

    Returns
    -------
    int64 array of shape (n_events,)
    """
    found = [np.empty(0, np.int64)]
    for part in parts:
        if part.last_id > after_id:
            ids = np.asarray(pq.ParquetFile(root / part.path).read(["id"]).column("id"))
            found.append(ids[ids > after_id])
    return np.sort(np.concatenate(found))


def _rows_in(tables: list[pa.Table]) -> int:
    return sum(table.num_rows for table in tables)
