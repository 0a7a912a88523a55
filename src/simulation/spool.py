"""Simulated records on their way to the record store, in bounded memory.

Customers are simulated one after the other, but their events must be appended in the order in which they
were recorded. Each chunk of customers is put down sorted; in the end all chunks are merged.
"""

from __future__ import annotations

import pickle
from collections.abc import Iterator
from heapq import merge
from pathlib import Path
from typing import Any

_PAGE = 4_000

Row = tuple[Any, ...]


class Spool:
    """Chunks of rows in a folder of their own.

    Parameters
    ----------
    folder : Path
        An empty folder that goes when the simulation is over.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._chunks = 0

    def put(self, events: list[Row], tables: dict[str, list[Row]]) -> None:
        """Put a chunk down: events, sorted here, and rows by table."""
        events.sort(key=_recorded_order)
        with self._path("events", self._chunks).open("wb") as file:
            for start in range(0, len(events), _PAGE):
                pickle.dump(events[start : start + _PAGE], file, protocol=5)
        with self._path("tables", self._chunks).open("wb") as file:
            pickle.dump(tables, file, protocol=5)
        self._chunks += 1

    def tables(self) -> Iterator[dict[str, list[Row]]]:
        """Take the rows by table, chunk by chunk."""
        for chunk in range(self._chunks):
            with self._path("tables", chunk).open("rb") as file:
                yield pickle.load(file)  # noqa: S301 - written by this process a moment ago

    def events(self) -> Iterator[Row]:
        """Take all events in the order they were recorded."""
        return merge(*(self._pages(chunk) for chunk in range(self._chunks)), key=_recorded_order)

    def _pages(self, chunk: int) -> Iterator[Row]:
        with self._path("events", chunk).open("rb") as file:
            while True:
                try:
                    page = pickle.load(file)  # noqa: S301 - written by this process a moment ago
                except EOFError:
                    return
                yield from page

    def _path(self, kind: str, chunk: int) -> Path:
        return self._folder / f"{kind}-{chunk}.pickle"


def _recorded_order(row: Row) -> tuple[int, int, int]:
    """Order by instant of recording, then customer, then the customer's own sequence."""
    return row[0], row[1], row[2]
