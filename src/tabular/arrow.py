"""Arrow IPC streams, read from a file and written in record batches; PyArrow is imported only when there is one."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator, Mapping, Sequence
from io import SEEK_END, BytesIO, RawIOBase
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from tabular.errors import TableError

if TYPE_CHECKING:
    import pyarrow as pa

MOST_AT_ONCE = 64_000_000
"""Bytes of a record batch."""

_RECORD_BATCH, _DICTIONARY_BATCH = 3, 2
"""Kinds of messages, by their number in the format."""


class ArrowStream:
    """The record batches of a file, of which one is in memory at a time.

    Parameters
    ----------
    file : binary file
        An Arrow IPC stream, its buffers not compressed: so that it takes no more memory than it has bytes. It is
        read to its end at once, and again whenever rows are asked for.

    Raises
    ------
    TableError
        "body must be an Arrow IPC stream; got ...", "body must hold plain buffers; got compressed ones. ...",
        "record batch must hold at most ... bytes; got ..."
    """

    def __init__(self, file: BinaryIO) -> None:
        import pyarrow as pa

        self._file = file
        try:
            if any(_is_compressed(metadata) for metadata in _messages(self._begun())):
                raise TableError(
                    "body must hold plain buffers; got compressed ones. Write it without compression."
                )
            rows = 0
            with pa.ipc.open_stream(self._begun()) as reader:
                for batch in reader:
                    batch.validate(full=True)
                    rows += batch.num_rows
                self._schema = reader.schema
        except (pa.ArrowException, OSError, struct.error, ValueError) as error:
            if isinstance(error, TableError):
                raise
            shown = str(error).splitlines() or [type(error).__name__]
            raise TableError(
                f"body must be a whole Arrow IPC stream; got one that cannot be read: {shown[0][:200]}"
            ) from error
        self.names: tuple[str, ...] = tuple(self._schema.names)
        self.rows: int = rows

    def is_number(self, name: str) -> bool:
        """Whether a column holds numbers; one of nothing but nulls does."""
        from pyarrow import types

        kind = self._schema.field(name).type
        return types.is_integer(kind) or types.is_floating(kind) or types.is_null(kind)

    def kind(self, name: str) -> str:
        """Name the type of a column as Arrow does."""
        return str(self._schema.field(name).type)

    def tables(self, at_once: int) -> Iterator[NDArray[np.float64]]:
        """Give the numbers of all columns, so many rows at once, shape (n_rows, n_columns); NaN where one is null."""
        for batch in self._slices(at_once):
            columns = np.empty((batch.num_columns, batch.num_rows))
            for place, column in enumerate(batch.columns):
                columns[place] = _numbers(column)
            yield columns.T

    def records(self, at_once: int) -> Iterator[list[dict[str, Any]]]:
        """Give rows as mappings from column to value, None where null, so many at once."""
        for batch in self._slices(at_once):
            yield batch.to_pylist()

    def _slices(self, at_once: int) -> Iterator[pa.RecordBatch]:
        import pyarrow as pa

        with pa.ipc.open_stream(self._begun()) as reader:
            for batch in reader:
                for first in range(0, batch.num_rows, at_once):
                    yield batch.slice(first, at_once)

    def _begun(self) -> pa.PythonFile:
        import pyarrow as pa

        return pa.PythonFile(_Window(self._file), mode="r")


class ArrowWriter:
    """Writes rows as an Arrow IPC stream, one record batch for each call.

    Parameters
    ----------
    schema : callable
        Given the module ``pyarrow``, gives the schema of the rows.
    """

    def __init__(self, schema: Callable[[Any], pa.Schema]) -> None:
        import pyarrow as pa

        self._schema = schema(pa)
        self._sink = BytesIO()
        self._writer = pa.ipc.new_stream(self._sink, self._schema)

    def write(self, rows: Sequence[Mapping[str, Any]]) -> bytes:
        """Give the bytes of a record batch, the head of the stream before the first."""
        import pyarrow as pa

        self._writer.write_batch(pa.RecordBatch.from_pylist(list(rows), schema=self._schema))
        return self._taken()

    def end(self) -> bytes:
        """Give the bytes that end the stream."""
        self._writer.close()
        return self._taken()

    def _taken(self) -> bytes:
        """Take what was written away; messages begin at multiples of eight bytes, wherever the file begins."""
        data = self._sink.getvalue()
        self._sink.seek(0)
        self._sink.truncate()
        return data


def _numbers(column: pa.Array[Any]) -> NDArray[np.float64]:
    """Give a column's numbers, NaN where null; from its buffers, for Arrow's own conversion imports pandas."""
    import pyarrow as pa

    if pa.types.is_null(column.type) or not len(column):
        return np.full(len(column), np.nan)
    if not pa.types.is_float64(column.type):
        column = column.cast(pa.float64(), safe=False)  # beyond 2**53, to the nearest
    valid, data = column.buffers()
    first, end = column.offset, column.offset + len(column)
    assert data is not None
    numbers = np.frombuffer(memoryview(data), dtype=np.float64, count=end)[first:]
    if not column.null_count or valid is None:
        return numbers
    bits = np.unpackbits(np.frombuffer(memoryview(valid), dtype=np.uint8), bitorder="little")
    return np.where(bits[first:end] == 1, numbers, np.nan)


class _Window(RawIOBase):
    """A file from its beginning, of which so much is read at once; it stays open when who reads it is done.

    Arrow asks for all of a record batch at once, as many bytes as the stream says that it has.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file, self._left = file, file.seek(0, SEEK_END)
        file.seek(0)

    def readable(self) -> bool:
        """It can be read."""
        return True

    def read(self, size: int = -1) -> bytes:
        """Give so many bytes, fewer at the end."""
        wanted = self._left if size < 0 else min(size, self._left)
        if wanted > MOST_AT_ONCE:
            raise TableError(
                f"record batch must hold at most {MOST_AT_ONCE} bytes; got {wanted}. Write the table in smaller ones."
            )
        found = self._file.read(wanted)
        self._left -= len(found)
        return found


def _messages(file: pa.PythonFile) -> Iterator[bytes]:
    """Give the metadata of each message of a stream."""
    import pyarrow as pa

    for message in pa.ipc.MessageReader.open_stream(file):
        yield message.metadata.to_pybytes()


def _is_compressed(metadata: bytes) -> bool:
    """Whether a message says that its buffers are compressed: the last field of a record batch, in a flatbuffer."""
    message = struct.unpack_from("<I", metadata, 0)[0]
    kind = _field(metadata, message, 1)
    header = _field(metadata, message, 2)
    if kind is None or header is None:
        return False
    number = metadata[kind]
    table = header + struct.unpack_from("<I", metadata, header)[0]
    if number == _DICTIONARY_BATCH:
        data = _field(metadata, table, 1)
        if data is None:
            return False
        table = data + struct.unpack_from("<I", metadata, data)[0]
    elif number != _RECORD_BATCH:
        return False
    return _field(metadata, table, 3) is not None


def _field(metadata: bytes, table: int, place: int) -> int | None:
    """Find where a field of a table of a flatbuffer is; None where it is left out."""
    fields = table - struct.unpack_from("<i", metadata, table)[0]
    size = struct.unpack_from("<H", metadata, fields)[0]
    if 4 + 2 * place >= size:
        return None
    offset = struct.unpack_from("<H", metadata, fields + 4 + 2 * place)[0]
    return table + offset if offset else None
