"""DuckDB, which is at home here: a database in memory, and Parquet files as a table of it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import duckdb

Database = duckdb.DuckDBPyConnection
"""A database in memory; ``with`` closes it."""


def open_database() -> Database:
    """Open an empty database, for one thread at a time, or others by cursors of their own."""
    database = duckdb.connect(":memory:")
    # In a kernel without ipywidgets turning the bar off fails where it is not on.
    shown = database.execute("SELECT current_setting('enable_progress_bar')").fetchall()
    if shown == [(True,)]:
        database.execute("SET enable_progress_bar = false")
    # Nothing relies on the order of rows, and keeping it costs time and memory.
    database.execute("SET preserve_insertion_order = false")
    return database


def show_files(database: Database, name: str, files: Iterable[Path]) -> None:
    """Let a view of some name show the rows of Parquet files."""
    paths = [str(path) for path in files]
    database.read_parquet(paths, hive_partitioning=False).create_view(name)
