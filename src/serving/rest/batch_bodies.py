"""What a batch of questions is sent as: JSON, one JSON question a line, or an Arrow stream; read a chunk at a time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, BinaryIO

import msgspec
import numpy as np
from fastapi import Request
from numpy.typing import NDArray

from commerce.records.tenants import SHARED
from features.declaring.declaration import Catalogue
from serving.errors import InvalidRequest, TooLarge, UnknownFormat, Unreadable
from serving.predict.asking import ValuesRequest
from serving.predict.batches import AT_ONCE, MOST_ROWS, Chunk
from serving.predict.packages import Served
from serving.rest.batch_questions import QuestionReader, one_by_one
from tabular.errors import TableError, did_you_mean

JSON, LINES, ARROW = (
    "application/json",
    "application/x-ndjson",
    "application/vnd.apache.arrow.stream",
)
"""The formats, by the names they have in headers."""

LARGEST_DOCUMENT = 64_000_000
"""Bytes of a JSON document, which is in memory as a whole; lines and record batches are not."""
LONGEST_LINE = 1_000_000
"""Bytes, as many as the body of one question may have."""

_ABOUT_CUSTOMERS = frozenset({"customer_id", "as_of"})

Floats = NDArray[np.float64]


class _Head(msgspec.Struct, forbid_unknown_fields=True):
    rows: list[msgspec.Raw]
    tenant: str | None = None
    as_of: str | None = None


_read_array = msgspec.json.Decoder(list[msgspec.Raw]).decode
_read_head = msgspec.json.Decoder(_Head).decode


def format_of(kind: str) -> str:
    """Give the format that a Content-Type names.

    Raises
    ------
    UnknownFormat
        "content-type must be ...; got ..."
    """
    found = kind.partition(";")[0].strip().lower()
    if found not in (JSON, LINES, ARROW):
        raise UnknownFormat(
            f"content-type must be {JSON}, {LINES} or {ARROW}; got {found[:100] or 'none'!r}."
            " Send the header of what the body is.",
            field=None,
        )
    return found


@dataclass(frozen=True)
class JsonRows:
    """Questions in one document.

    Attributes
    ----------
    rows : sequence of bytes-like
        Each the JSON of one question.
    tenant, as_of : str or None
        What the body says once for all of them.
    """

    rows: Sequence[msgspec.Raw]
    tenant: str | None = None
    as_of: str | None = None

    @property
    def count(self) -> int:
        """How many there are."""
        return len(self.rows)

    def chunks(
        self, request: Request, tenant: str | None, served: Served | None
    ) -> Iterator[Chunk]:
        """Read the questions; see `read_rows`."""
        reader = QuestionReader(request, tenant, served)
        for first in range(0, len(self.rows), AT_ONCE):
            yield reader.read(self.rows[first : first + AT_ONCE])


@dataclass(frozen=True)
class LineRows:
    """Questions in a file, the JSON of one in each line that holds anything."""

    file: BinaryIO
    count: int
    tenant: None = None
    as_of: None = None

    def chunks(
        self, request: Request, tenant: str | None, served: Served | None
    ) -> Iterator[Chunk]:
        """Read the questions; see `read_rows`."""
        reader, lines = QuestionReader(request, tenant, served), _lines(self.file)
        while some := list(islice(lines, AT_ONCE)):
            yield reader.read(some)


@dataclass(frozen=True)
class ArrowRows:
    """Questions in an Arrow stream: one column ``customer_id``, or the columns that a model reads."""

    stream: Any
    """`tabular.arrow.ArrowStream`."""
    tenant: None = None
    as_of: None = None

    @property
    def count(self) -> int:
        """How many there are."""
        return int(self.stream.rows)

    def chunks(
        self, request: Request, tenant: str | None, served: Served | None
    ) -> Iterator[Chunk]:
        """Read the questions; see `read_rows`."""
        names = self.stream.names
        if len(set(names)) < len(names):
            twice = next(name for name in names if names.count(name) > 1)
            raise InvalidRequest(
                f"columns must be named once each; got {twice!r} twice. Leave one out.", field=twice
            )
        reader = QuestionReader(request, tenant, served)
        if "customer_id" in names and _ABOUT_CUSTOMERS.issuperset(names):
            for records in self.stream.records(AT_ONCE):
                yield one_by_one([reader.validate(_without_nulls(each)) for each in records])
        elif served is None or served.package.fields is not None:
            for records in self.stream.records(AT_ONCE):
                yield one_by_one([reader.validate({"features": each}) for each in records])
        else:
            _check_columns(self.stream, served.outputs)
            yield from self._tables(tenant or SHARED, served.outputs.names)

    def _tables(self, tenant: str, outputs: tuple[str, ...]) -> Iterator[Chunk]:
        names = self.stream.names
        order = [names.index(name) for name in outputs if name in names]
        for table in self.stream.tables(AT_ONCE):

            def look(place: int, table: Floats = table) -> ValuesRequest:
                values = map(_plain, table[place].tolist())
                return ValuesRequest(tenant=tenant, features=dict(zip(names, values, strict=True)))

            if len(order) == len(outputs):
                rows = np.ascontiguousarray(table[:, order])  # each is kept as it lies
                yield Chunk(questions=[None] * len(table), table=rows, look=look)
            else:
                yield one_by_one([look(place) for place in range(len(table))])


Rows = JsonRows | LineRows | ArrowRows


def read_rows(file: BinaryIO, form: str) -> Rows:
    """Find the questions in a body; each is read later, with its chunk.

    Parameters
    ----------
    file : binary file
        All of the body; it is read as long as chunks are.
    form : str
        As `format_of` gives it.

    Raises
    ------
    Unreadable
        "body must be ...; got ..."
    TooLarge
        "body must hold at most 100000 rows; got ...", "line must hold at most ...", "body must hold at most ...
        bytes of one JSON document; got ..."
    """
    if form == LINES:
        found: Rows = LineRows(file, sum(1 for _ in _lines(file)))
    elif form == JSON:
        file.seek(0)
        found = _read_json(file.read(LARGEST_DOCUMENT + 1))
    else:
        from tabular.arrow import ArrowStream

        try:
            found = ArrowRows(ArrowStream(file))
        except TableError as error:
            raise Unreadable(str(error)) from error
    if found.count > MOST_ROWS:
        raise TooLarge(
            f"body must hold at most {MOST_ROWS} rows; got {found.count}. Send it in parts."
        )
    return found


def _lines(file: BinaryIO) -> Iterator[bytes]:
    """Give the lines of a file that hold anything."""
    file.seek(0)
    while line := file.readline(LONGEST_LINE + 1):
        if len(line) > LONGEST_LINE:
            raise TooLarge(
                f"line must hold at most {LONGEST_LINE} bytes; got more. Put one question in each line."
            )
        if found := line.strip():
            yield found


def _read_json(body: bytes) -> JsonRows:
    if len(body) > LARGEST_DOCUMENT:
        raise TooLarge(
            f"body must hold at most {LARGEST_DOCUMENT} bytes of one JSON document; got more. Send a question a line,"
            f" as {LINES}."
        )
    try:
        if body[:100].lstrip()[:1] == b"[":
            return JsonRows(_read_array(body))
        head = _read_head(body)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
        said = str(error).replace("`", "'")
        raise Unreadable(
            f"body must be a JSON array of questions, or an object with rows; got something else ({said})."
            f' Send {{"tenant": "demo", "rows": [{{"customer_id": "17"}}, ...]}}.'
        ) from error
    return JsonRows(head.rows, head.tenant, head.as_of)


def _check_columns(stream: Any, outputs: Catalogue) -> None:
    known = set(outputs.names)
    for name in stream.names:
        if name not in known:
            raise InvalidRequest(
                f"features must be named as the model's inputs are; got {name!r}."
                f" {did_you_mean(name, known)}",
                field=f"features.{name}",
            )
        if not stream.is_number(name):
            raise InvalidRequest(
                f"features.{name} must be a column of numbers; got one of {stream.kind(name)}. Cast it.",
                field=f"features.{name}",
            )


def _without_nulls(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if value is not None or name != "as_of"}


def _plain(value: float) -> float | int | None:
    if value != value:
        return None
    return int(value) if value.is_integer() else value
