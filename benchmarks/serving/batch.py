"""A batch of many rows: how fast it is answered, and how much memory the server takes meanwhile."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path
from typing import Any

import httpx
import pyarrow as pa
from benchmarks.serving.servers import Server

FORM = "application/vnd.apache.arrow.stream"
_ROWS_AT_ONCE = 5_000
_LOOK_SECONDS = 0.02


@dataclass(frozen=True)
class BatchSpeed:
    """Rows per second from the first byte sent to the last one read; the server's largest memory meanwhile, in MB."""

    rate: float
    megabytes: float


def write_batch(questions: list[dict[str, Any]], rows: int, file: Path) -> Path:
    """Write questions by values, over and over, as an Arrow stream."""
    features = [each["features"] for each in questions]
    schema = pa.schema([(name, pa.float64()) for name in features[0]])
    columns = {name: [row[name] for row in features] for name in features[0]}
    some = pa.RecordBatch.from_pydict(columns, schema=schema)
    with pa.OSFile(str(file), "wb") as sink, pa.ipc.new_stream(sink, schema) as writer:
        for first in range(0, rows, _ROWS_AT_ONCE):
            count = min(_ROWS_AT_ONCE, rows - first)
            repeated = pa.Table.from_batches(islice(cycle([some]), -(-count // some.num_rows)))
            writer.write_table(repeated.slice(0, count).combine_chunks())
    return file


def ask_batch(server: Server, path: str, file: Path, rows: int) -> BatchSpeed:
    """Send a batch without reasons and read all of its answers.

    Raises
    ------
    RuntimeError
        "every row must be answered; got ..."
    """
    most, done = [server.megabytes()], threading.Event()

    def look() -> None:
        while not done.wait(_LOOK_SECONDS):
            most[0] = max(most[0], server.megabytes())

    looking = threading.Thread(target=look)
    looking.start()
    began, answered = time.perf_counter(), 0
    try:
        with (
            file.open("rb") as body,
            httpx.stream(
                "POST",
                f"http://127.0.0.1:{server.port}{path}/batch",
                params={"tenant": "demo", "reasons": "false"},
                content=_parts(body),
                headers={"content-type": FORM, "host": "localhost"},
                timeout=600,
            ) as response,
        ):
            for part in response.iter_bytes():
                answered += part.count(b'"request_id"')
                if b'"error"' in part or response.status_code != 200:
                    raise RuntimeError(f"every row must be answered; got {part[:300]!r}")
        seconds = time.perf_counter() - began
    finally:
        done.set()
        looking.join()
    if answered < 0.999 * rows:  # a name may be cut in two by the parts
        raise RuntimeError(f"every row must be answered; got {answered} of {rows}")
    return BatchSpeed(rows / seconds, most[0])


def _parts(body: Any) -> Iterator[bytes]:
    while part := body.read(1 << 20):
        yield part
