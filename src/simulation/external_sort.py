"""Simulated records on their way to the record store, in bounded memory.

Customers are simulated one after the other, but their events must be appended in the order in which they
were recorded. Each chunk of customers is put down sorted; in the end all chunks are merged.
"""

from __future__ import annotations

import marshal
from collections.abc import Iterator
from heapq import merge
from pathlib import Path

from simulation.records import Row

_PAGE = 4_000


class ExternalSort:
    """Chunks of rows in a folder of their own.

    Parameters
    ----------
    folder : Path
        An empty folder that goes when the simulation is over.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._pages: list[list[int]] = []

    def put(self, events: list[Row], tables: dict[str, list[Row]]) -> None:
        """Put a chunk down: events by recording, customer and sequence, and rows by table."""
        events.sort()
        chunk = len(self._pages)
        pages = [
            marshal.dumps(events[start : start + _PAGE]) for start in range(0, len(events), _PAGE)
        ]
        self._path("events", chunk).write_bytes(b"".join(pages))
        self._path("tables", chunk).write_bytes(marshal.dumps(tables))
        self._pages.append([len(page) for page in pages])

    def tables(self) -> Iterator[dict[str, list[Row]]]:
        """Take the rows by table, chunk by chunk."""
        for chunk in range(len(self._pages)):
            yield marshal.loads(self._path("tables", chunk).read_bytes())  # noqa: S302 - our own

    def events(self) -> Iterator[Row]:
        """Take all events in the order they were recorded."""
        return merge(*map(self._events, range(len(self._pages))))

    def _events(self, chunk: int) -> Iterator[Row]:
        with self._path("events", chunk).open("rb") as file:
            for size in self._pages[chunk]:
                yield from marshal.loads(file.read(size))  # noqa: S302 - our own

    def _path(self, kind: str, chunk: int) -> Path:
        return self._folder / f"{kind}-{chunk}"
