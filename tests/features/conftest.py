"""Small streams and snapshots, built without a record store."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from commerce.stream import FEATURE_COLUMNS
from features.canonical import to_table
from features.snapshot import Snapshot

Row = tuple[Any, ...]


def event(id: int, type: str, customer: str, occurred_at: int, **columns: Any) -> Row:  # noqa: A002
    """One event row; recorded when it occurred unless told otherwise."""
    values = {
        "id": id,
        "type": type,
        "customer_id": customer,
        "occurred_at": occurred_at,
        "recorded_at": occurred_at,
        **columns,
    }
    return tuple(values.get(name) for name in FEATURE_COLUMNS)


def snapshot_of(rows: Sequence[Row], path: Path) -> Snapshot:
    """Write rows to one Parquet file and call it a snapshot."""
    pq.write_table(to_table(rows), path)
    return Snapshot(
        tenant="acme",
        hash="0" * 32,
        files=(path,),
        events=len(rows),
        last_id=max((row[0] for row in rows), default=0),
        first_occurred=min((row[7] for row in rows), default=0),
        last_recorded=max((row[8] for row in rows), default=0),
    )


@pytest.fixture
def snapshot(tmp_path: Path) -> Callable[[Sequence[Row]], Snapshot]:
    """Make a snapshot of rows."""
    return lambda rows: snapshot_of(rows, tmp_path / "events.parquet")
