"""A stream of any length with the simulator's mix: the customers of one simulated year, many times over.

Copies of a customer keep what belongs together (orders, their payments, their parcels) and begin on a day of
their own within a year, so the stream spans two years. It is written as a snapshot is: one Parquet file per month of
``recorded_at``, ids in the order of recording. Only one month is in memory at a time.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from sqlalchemy import Engine

from commerce.records.database import reading
from commerce.records.instants import to_micros
from commerce.records.stream import iterate
from commerce.records.tenants import find_tenant
from features.declaring.clocks import DAY
from features.snapshots.canonical import SCHEMA, to_table
from features.snapshots.snapshot import Snapshot
from simulation import SimulationOptions, simulate

Integers = npt.NDArray[np.int64]

TENANT = "bench"
YEAR = 365 * DAY
_compute: Any = pc
END = datetime(2026, 1, 1, tzinfo=UTC)
_SEED = 7
_MONTHS = [str(month) for month in np.arange(np.datetime64("2024-01"), np.datetime64("2026-02"))]
_LIMITS = [to_micros(datetime.fromisoformat(f"{month}-01T00:00Z")) for month in _MONTHS]


@dataclass(frozen=True, kw_only=True)
class Stream:
    """A generated snapshot.

    Parameters
    ----------
    snapshot : Snapshot
    customers : int
    cutoffs : tuple of int, epoch microseconds
        The first of each of the last twelve months.
    """

    snapshot: Snapshot
    customers: int
    cutoffs: tuple[int, ...]


def simulated_year(engine: Engine, customers: int = 1000) -> pa.Table:
    """Simulate a shop's year; give its events as rows of a snapshot, in the order of ``recorded_at``.

    Parameters
    ----------
    engine : Engine
        An empty record store.
    customers : int, default 1000
        How many ever register: about 58 events each.

    Returns
    -------
    pyarrow Table with the columns of ``features.snapshots.canonical.SCHEMA``
    """
    options = SimulationOptions(customers=customers, days=365, seed=_SEED)
    with tempfile.TemporaryDirectory() as truth:
        simulate(engine, TENANT, options, now=END, truth_folder=Path(truth))
    with reading(engine) as connection:
        batches = iterate(connection, find_tenant(connection, TENANT).id)
        year = pa.concat_tables([to_table(rows) for rows in batches])
    return year.sort_by([("recorded_at", "ascending"), ("id", "ascending")])


def write_stream(year: pa.Table, copies: int, folder: Path) -> Stream:
    """Write a snapshot of so many copies of a simulated year.

    Parameters
    ----------
    year : pyarrow Table
        As :func:`simulated_year` gives it.
    copies : int
        How often each customer appears, under an id of its own each time.
    folder : Path
        For the files ``month=YYYY-MM/events.parquet``.

    Returns
    -------
    Stream
    """
    people = year["customer_id"].combine_chunks().dictionary_encode()
    codes = np.asarray(people.indices.fill_null(len(people.dictionary)))
    recorded = np.asarray(year["recorded_at"])
    earlier = np.random.default_rng(_SEED).integers(0, YEAR, (copies, len(people.dictionary) + 1))
    files: list[Path] = []
    events = 0
    for month, (low, high) in zip(_MONTHS[:-1], pairwise(_LIMITS), strict=True):
        chosen, copied, shifts = [], [], []
        for copy, shift in enumerate(earlier):
            instants = recorded - shift[codes]
            places = np.flatnonzero((low <= instants) & (instants < high))
            chosen.append(places)
            copied.append(np.full(len(places), copy))
            shifts.append(shift[codes[places]])
        if not any(map(len, chosen)):
            continue
        table = _copied(year, *map(np.concatenate, (chosen, copied, shifts)), first_id=events + 1)
        events += table.num_rows
        files.append(folder / f"month={month}" / f"1-{events}.parquet")
        files[-1].parent.mkdir(parents=True)
        pq.write_table(
            table, files[-1], compression="zstd", compression_level=1, row_group_size=122_880
        )
    snapshot = Snapshot(
        tenant=TENANT,
        hash="0" * 32,
        files=tuple(files),
        events=events,
        last_id=events,
        first_occurred=_LIMITS[0],
        last_recorded=_LIMITS[-1] - 1,
    )
    customers = copies * len(people.dictionary)
    return Stream(snapshot=snapshot, customers=customers, cutoffs=tuple(_LIMITS[-12:]))


def _copied(
    year: pa.Table, places: Integers, copies: Integers, shifts: Integers, *, first_id: int
) -> pa.Table:
    """Rows of copies, their instants moved back, in the order in which they were recorded."""
    order = np.argsort(np.asarray(year["recorded_at"])[places] - shifts, kind="stable")
    places, copies, shifts = places[order], copies[order], shifts[order]
    rows = year.take(places)
    mark = np.array([f"{copy:08x}" for copy in range(copies.max() + 1)])[copies]
    columns: dict[str, Any] = {name: rows[name] for name in SCHEMA.names}
    columns["id"] = np.arange(first_id, first_id + len(places))
    for name in ("occurred_at", "recorded_at", "due_at"):
        columns[name] = _compute.subtract(rows[name], shifts)
    for name in ("customer_id", "aggregate_id"):
        first = _compute.utf8_slice_codeunits(rows[name], 0, 24)
        columns[name] = _compute.binary_join_element_wise(first, pa.array(mark), "")
    return pa.table(columns, schema=SCHEMA)
