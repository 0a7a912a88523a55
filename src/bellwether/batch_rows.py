"""The answers of a part of a batch as their bytes come, each in its place."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import httpx
import msgspec

from bellwether.answers import BatchAnswer, BatchRow, RefusedRow
from bellwether.batch_parts import Part
from bellwether.errors import BrokenOff
from bellwether.exchange import unreadable

_read_answer = msgspec.json.Decoder(BatchAnswer).decode
_read_refused = msgspec.json.Decoder(RefusedRow).decode


class RowReader:
    """Reads the lines that the server answers a part with, and puts between them what was not sent.

    Parameters
    ----------
    part : Part

    Attributes
    ----------
    came : int
        Answers of the server so far.
    """

    def __init__(self, part: Part) -> None:
        self._part, self._place, self._rest = part, part.first, b""
        self.came = 0

    def read(self, chunk: bytes) -> Iterator[BatchRow]:
        """Give the answers that end in some bytes.

        Parameters
        ----------
        chunk : bytes
            Those that follow the ones before.

        Yields
        ------
        BatchAnswer or RefusedRow

        Raises
        ------
        Unreadable
            "answer must be of the declared shape; got another: ..."
        """
        *lines, self._rest = (self._rest + chunk).split(b"\n")
        for line in lines:
            row = _row(line)
            if row.index != self.came or self.came == self._part.sent:
                raise unreadable(f"row {row.index} where row {self.came} was to come")
            self.came += 1
            yield from self._not_sent()
            place, self._place = self._place, self._place + 1
            yield row if row.index == place else replace(row, index=place)

    def end(self) -> Iterator[BatchRow]:
        """Give what was not sent after the last answer.

        Yields
        ------
        RefusedRow

        Raises
        ------
        BrokenOff
            "answers must come for all 5 questions of a request; got 2 before ..."
        Unreadable
            "answer must be of the declared shape; got another: ..."
        """
        if self._rest and not self.came:
            raise unreadable("no line that ends")
        if self._rest or self.came < self._part.sent:
            raise self._broken("the answer ended")
        yield from self._not_sent()

    def before_the_first(self, error: httpx.RequestError) -> httpx.RequestError:
        """Give an error of the connection that came before any answer did.

        Parameters
        ----------
        error : httpx.RequestError

        Returns
        -------
        httpx.RequestError
            The same; the part may be sent again.

        Raises
        ------
        BrokenOff
            Where answers came before it.
        """
        if self.came:
            why = str(error).rstrip(".") or type(error).__name__
            raise self._broken(f"the connection failed: {why}") from error
        return error

    def _broken(self, why: str) -> BrokenOff:
        return BrokenOff(
            f"answers must come for all {self._part.sent} questions of a request; got {self.came} before {why}."
            f" Ask again from place {self._place} on.",
            self._place,
        )

    def _not_sent(self) -> Iterator[RefusedRow]:
        """Give the questions that were not sent and whose turn it is."""
        while (refused := self._part.refused.get(self._place)) is not None:
            self._place += 1
            yield refused


def _row(line: bytes) -> BatchRow:
    try:
        return _read_answer(line)
    except msgspec.ValidationError as error:
        try:
            return _read_refused(line)
        except msgspec.ValidationError:
            raise unreadable(error) from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise unreadable(error) from error
