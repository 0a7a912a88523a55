"""Orders to copy, and copies taken in a process of their own: killed at a point, or weighed."""

from __future__ import annotations

import multiprocessing
import os
import resource
import signal
import sys
import uuid
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
from sqlalchemy import Connection, Engine

import features.snapshots.canonical
import features.snapshots.partitions
import features.snapshots.snapshot
from commerce.records.database import connect, reading, writing
from commerce.records.stream import NewEvent, append
from commerce.records.tenants import Tenant, find_tenant
from features.snapshots.retention import compact, prune

DAY = 86_400_000_000

TOUCHES = {"open", "os.rename", "os.remove", "os.rmdir", "os.mkdir"}
"""What a process does to files, as Python tells its auditors before it does it."""


def record(engine: Engine, tenant: Tenant, first: int, count: int) -> None:
    """Append anonymous orders, one per day."""
    with writing(engine) as connection:
        orders(connection, tenant, first, count)


def orders(connection: Connection, tenant: Tenant, first: int, count: int) -> None:
    """Append orders in an open transaction; days repeat after ten years."""
    append(
        connection,
        tenant,
        [
            NewEvent(
                type="order.placed",
                occurred_at=number % 3_652 * DAY,
                recorded_at=number % 3_652 * DAY,
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


def stored(snapshot: features.snapshots.snapshot.Snapshot) -> list[dict[str, Any]]:
    """Read every row of a snapshot, in the order of their ids."""
    rows = [row for path in snapshot.files for row in pq.ParquetFile(path).read().to_pylist()]
    return sorted(rows, key=lambda row: int(row["id"]))


def in_another_process(target: Callable[..., None], *arguments: Any) -> int:
    """Run a function in a process of its own, and give its exit code."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.features.copying"])
    process = context.Process(target=target, args=arguments)
    process.start()
    process.join()
    assert process.exitcode is not None
    return process.exitcode


def shrink(block: int = 16, batch: int = 5, buffered: int = 10, segment: int = 12) -> None:
    """Let a few rows fill blocks, batches, buffers and segments."""
    features.snapshots.canonical.BLOCK = block
    features.snapshots.snapshot._BATCH = batch
    features.snapshots.partitions._BUFFERED_ROWS = buffered
    features.snapshots.snapshot._SEGMENT = segment


def die_at(point: int, folder: Path) -> None:
    """Let this process be killed just before the given touch of a file in a folder."""
    touched = 0

    def watch(event: str, arguments: tuple[Any, ...]) -> None:
        nonlocal touched
        if event in TOUCHES and str(arguments[0]).startswith(str(folder)):
            touched += 1
            if touched == point:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(watch)


def take_and_die(url: str, folder: Path, point: int) -> None:
    """Take a snapshot of acme, unless killed before."""
    shrink()
    engine = connect(url)
    with reading(engine) as connection:
        tenant = find_tenant(connection, "acme")
    die_at(point, folder)
    features.snapshots.snapshot.take_snapshot(engine, tenant, folder)


def take_and_weigh(url: str, folder: Path, result: Path) -> None:
    """Take a snapshot of acme, and write down by how many bytes this process had to grow."""
    shrink(block=1_024, batch=2_000, buffered=10_000, segment=1_000_000)
    engine = connect(url)
    with reading(engine) as connection:
        tenant = find_tenant(connection, "acme")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    features.snapshots.snapshot.take_snapshot(engine, tenant, folder)
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    result.write_text(str(grown * 1_024))


def compact_and_die(folder: Path, point: int) -> None:
    """Compact acme's current snapshot, unless killed before."""
    shrink()
    die_at(point, folder)
    compact(folder, "acme")


def prune_and_die(folder: Path, now: datetime, point: int) -> None:
    """Leave acme its current snapshot only, unless killed before."""
    die_at(point, folder)
    prune(folder, "acme", now=now)
