"""Parquet files as rows of text cells; PyArrow is imported only when one is read."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tabular.errors import TableError

if TYPE_CHECKING:
    import pyarrow.parquet as pq

_BATCH = 8192


def _open(path: Path) -> pq.ParquetFile:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        return pq.ParquetFile(path)
    except (pa.ArrowInvalid, OSError) as error:
        raise TableError(
            f"file must be a whole Parquet file; got {path.name!r} ({error}). Fetch it again."
        ) from error


def parquet_columns(path: Path) -> tuple[str, ...]:
    """Give the names of a file's columns."""
    with _open(path) as file:
        return tuple(file.schema_arrow.names)


def parquet_row_count(path: Path) -> int:
    """Give the number of a file's rows."""
    with _open(path) as file:
        return int(file.metadata.num_rows)


def parquet_rows(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Give each row's place, from 1, and its cells as text."""
    import pyarrow as pa
    import pyarrow.compute as pc

    number = 0
    with _open(path) as file:
        for batch in file.iter_batches(batch_size=_BATCH):
            columns = []
            for given in batch.columns:
                column = given
                if pa.types.is_timestamp(given.type) and given.type.unit == "ns":
                    column = pc.cast(given, pa.timestamp("us", tz=given.type.tz), safe=False)
                columns.append([cell_text(value) for value in column.to_pylist()])
            for cells in zip(*columns, strict=True):
                number += 1
                yield number, list(cells)


def cell_text(value: Any) -> str:
    """Write a typed value as a cell: nothing as empty, a whole float without its ``.0``.

    Examples
    --------
    >>> [cell_text(value) for value in (None, 17850.0, 2.55, Decimal("1.10"), datetime(2011, 1, 2, 8), True)]
    ['', '17850', '2.55', '1.10', '2011-01-02T08:00:00', 'true']
    """
    if isinstance(value, str):
        return value
    if value is None or value != value:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 2**53 else repr(value)
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return str(value)
