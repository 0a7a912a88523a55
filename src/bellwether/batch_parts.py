"""What a batch is sent as: a request after the other, each as large as the server takes, written to a file first.

From the file a request can be sent a second time, which an iterator could not; and one that comes slowly does not keep
the server waiting, which gives a body two minutes.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Generator, Iterator
from tempfile import SpooledTemporaryFile
from typing import IO

from bellwether.answers import RefusedRow, RowError
from bellwether.batches import Batch

MOST_QUESTIONS = 100_000
"""Of a request."""
LARGEST_BODY = 512_000_000
"""Bytes of a request."""

_IN_MEMORY = 4_000_000
"""Bytes; more goes to a file that nobody else can open."""
_READ_AT_ONCE = 65_536
_AT_ONCE = 1_000
"""Questions that are written before others may have their turn; they take some milliseconds."""


class Part:
    """The questions of one request; iterating it gives its body, as often as that is sent.

    Parameters
    ----------
    file : binary file
        Which is emptied, and read as long as the part is sent.
    first : int
        The place of its first question among those of the batch.

    Attributes
    ----------
    sent : int
        Questions that are sent.
    size : int
        Bytes of the body.
    refused : dict of int to RefusedRow
        Those that cannot be sent, by their place.
    """

    def __init__(self, file: IO[bytes], first: int) -> None:
        self._file, self.first = file, first
        self.sent = self.size = 0
        self.refused: dict[int, RefusedRow] = {}
        file.seek(0)
        file.truncate()

    def __len__(self) -> int:
        """Count its questions."""
        return self.sent + len(self.refused)

    def __iter__(self) -> Iterator[bytes]:
        """Give the body from its beginning."""
        self._file.seek(0)
        while read := self._file.read(_READ_AT_ONCE):
            yield read

    def has_room(self, line: bytes | RowError) -> bool:
        """Whether another question may be added.

        Parameters
        ----------
        line : bytes or RowError
            As of `Batch.lines`.

        Returns
        -------
        bool
        """
        size = len(line) if isinstance(line, bytes) else 0
        return len(self) < MOST_QUESTIONS and self.size + size <= LARGEST_BODY

    def add(self, line: bytes | RowError) -> None:
        """Add a question.

        Parameters
        ----------
        line : bytes or RowError
            As of `Batch.lines`.
        """
        if isinstance(line, bytes):
            self._file.write(line)
            self.sent += 1
            self.size += len(line)
        else:
            index = self.first + len(self)
            self.refused[index] = RefusedRow(index=index, error=line)


class Awaited:
    """The body of a part, for a client that is awaited.

    Parameters
    ----------
    part : Part
    """

    def __init__(self, part: Part) -> None:
        self._part = part

    async def __aiter__(self) -> AsyncIterator[bytes]:
        """Give the body from its beginning."""
        for read in self._part:
            yield read


def cut(batch: Batch) -> Generator[Part | None, None, None]:
    """Write the questions of a batch, and give a part whenever it is full.

    Parameters
    ----------
    batch : Batch

    Yields
    ------
    Part or None
        A part is to be sent before the next is asked for; None, where others may have their turn.
    """
    with SpooledTemporaryFile(_IN_MEMORY) as file:
        part = Part(file, 0)
        for place, line in enumerate(batch.lines()):
            if not part.has_room(line):
                yield part
                part = Part(file, place)
            part.add(line)
            if place % _AT_ONCE == 0:
                yield None
        if part:
            yield part
