"""Snapshots of a few rows, built without a record store."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from tests.features.streams import Row, snapshot_of

from features.snapshots.snapshot import Snapshot


@pytest.fixture
def snapshot(tmp_path: Path) -> Callable[[Sequence[Row]], Snapshot]:
    """Make a snapshot of rows."""
    return lambda rows: snapshot_of(rows, tmp_path / "events.parquet")
