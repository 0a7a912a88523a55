"""Arrow streams: numbers as a table, records one by one, and nothing that grows when it is read."""

from __future__ import annotations

import json
import subprocess
import sys
from io import BytesIO
from tempfile import NamedTemporaryFile
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from tabular.arrow import ArrowStream, ArrowWriter
from tabular.errors import TableError


def stream(columns: dict[str, Any], **options: Any) -> BytesIO:
    """Write a table in batches of two rows."""
    table = pa.table(columns)
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema, options=pa.ipc.IpcWriteOptions(**options)) as made:
        made.write_table(table, max_chunksize=2)
    return BytesIO(sink.getvalue().to_pybytes())


def test_numbers_of_every_kind_are_read_as_a_table() -> None:
    found = ArrowStream(
        stream(
            {
                "whole": pa.array([1, None, 3], pa.int16()),
                "half": pa.array([0.5, 1.5, None], pa.float32()),
                "big": pa.array([2**63, 1, 2], pa.uint64()),
                "none": pa.nulls(3),
            }
        )
    )
    table = np.concatenate(list(found.tables(10)))
    expected = [[1, 0.5, 2.0**63, np.nan], [np.nan, 1.5, 1, np.nan], [3, np.nan, 2, np.nan]]
    np.testing.assert_array_equal(table, expected)
    assert (found.rows, found.names) == (3, ("whole", "half", "big", "none"))
    assert all(map(found.is_number, found.names))


@pytest.mark.parametrize("at_once", [1, 2, 5, 100])
def test_numbers_are_the_same_however_many_are_read_at_once(at_once: int) -> None:
    numbers = [None if place % 3 == 0 else place / 7 for place in range(23)]
    table = pa.table({"some": pa.array(numbers, pa.float64()), "all": pa.array(range(23))})
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as made:
        made.write_table(table.slice(4), max_chunksize=9)  # what begins in the middle of a byte
    found = ArrowStream(BytesIO(sink.getvalue().to_pybytes()))
    expected = np.array(
        [[np.nan if number is None else number, place] for place, number in enumerate(numbers)]
    )
    read = list(found.tables(at_once))
    assert {len(each) for each in read} <= set(range(1, at_once + 1))
    np.testing.assert_array_equal(np.concatenate(read), expected[4:])


def test_reading_numbers_imports_no_pandas() -> None:
    program = """
import sys
from tabular.arrow import ArrowStream
found = ArrowStream(open(sys.argv[1], "rb"))
print(list(found.tables(5))[0].tolist(), "pandas" in sys.modules)
"""
    with NamedTemporaryFile() as file:
        file.write(stream({"a": [1.5, None], "b": [1, 2]}).getvalue())
        file.flush()
        done = subprocess.run(
            [sys.executable, "-c", program, file.name], capture_output=True, check=True
        )
    assert done.stdout.split()[-1] == b"False"


def test_records_come_so_many_at_once() -> None:
    found = ArrowStream(stream({"id": ["a", None, "c"]}))
    assert list(found.records(1)) == [[{"id": "a"}], [{"id": None}], [{"id": "c"}]]
    assert not found.is_number("id")
    assert found.kind("id") == "string"


@pytest.mark.parametrize("codec", ["zstd", "lz4"])
@pytest.mark.parametrize(
    "column", [[1.0] * 999, pa.array(["a word of many"] * 99).dictionary_encode()]
)
def test_compressed_buffers_are_not_taken(codec: str, column: Any) -> None:
    with pytest.raises(TableError, match="must hold plain buffers; got compressed ones"):
        ArrowStream(stream({"x": column}, compression=codec))
    assert ArrowStream(stream({"x": column})).rows == len(column)


def test_what_is_no_stream_is_refused() -> None:
    whole = stream({"x": ["one", "two", "three"]}).getvalue()
    for length in (0, 3, 40, len(whole) - 60):
        with pytest.raises(TableError, match="must be a whole Arrow IPC stream"):
            ArrowStream(BytesIO(whole[:length]))
    broken = whole.replace(np.array([0, 3, 6], np.int32).tobytes(), b"\xff" * 12)
    assert broken != whole
    with pytest.raises(TableError, match="must be a whole Arrow IPC stream"):
        ArrowStream(BytesIO(broken))


def test_a_batch_that_would_fill_memory_is_refused_before_it_is_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("tabular.arrow.MOST_AT_ONCE", 1_000)
    sink = pa.BufferOutputStream()
    table = pa.table({"x": [1.0] * 999})
    with pa.ipc.new_stream(sink, table.schema) as made:
        made.write_table(table)
    with pytest.raises(TableError, match=r"must hold at most 1000 bytes; got \d+. Write the table"):
        ArrowStream(BytesIO(sink.getvalue().to_pybytes()))
    assert ArrowStream(stream({"x": [1.0] * 999})).rows == 999


def test_rows_are_written_a_batch_at_a_time() -> None:
    writer = ArrowWriter(lambda arrow: arrow.schema([("x", arrow.int64())]))
    parts = [writer.write([{"x": 1}, {"x": None}]), writer.write([{"x": 3}]), writer.end()]
    read = pa.ipc.open_stream(b"".join(parts))
    assert [batch.to_pylist() for batch in read] == [[{"x": 1}, {"x": None}], [{"x": 3}]]


def test_pyarrow_is_imported_only_where_there_is_a_stream() -> None:
    code = (
        "import json, sys, tabular.arrow, serving.rest.batches;"
        " print(json.dumps('pyarrow' in sys.modules))"
    )
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stdout
    assert json.loads(shown) is False
