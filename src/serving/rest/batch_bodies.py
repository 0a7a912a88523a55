"""What a batch of questions is sent as: JSON, one JSON question a line, or an Arrow stream; read a chunk at a time."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from typing import Any

import msgspec
import numpy as np
from fastapi import Request
from numpy.typing import NDArray
from pydantic import TypeAdapter, ValidationError

from commerce.records.tenants import SHARED
from features.declaring.declaration import Catalogue
from serving.errors import InvalidRequest, TooLarge, UnknownFormat, Unreadable
from serving.predict.asking import ValuesRequest
from serving.predict.batches import AT_ONCE, MOST_ROWS, Chunk, Question
from serving.predict.packages import Served
from serving.rest.refusals import EXAMPLE, explain_invalid
from serving.rest.schemas import ByCustomer, ByValues, PredictionBody
from tabular.errors import TableError, did_you_mean

JSON, LINES, ARROW = (
    "application/json",
    "application/x-ndjson",
    "application/vnd.apache.arrow.stream",
)
"""The formats, by the names they have in headers."""

_ABOUT_CUSTOMERS = frozenset({"customer_id", "as_of"})
_NO_TABLE = np.empty((0, 0))

Floats = NDArray[np.float64]


class _Head(msgspec.Struct, forbid_unknown_fields=True):
    rows: list[msgspec.Raw]
    tenant: str | None = None
    as_of: str | None = None


class _Customer(msgspec.Struct, forbid_unknown_fields=True):
    customer_id: str
    as_of: str | None = None


_read_array = msgspec.json.Decoder(list[msgspec.Raw]).decode
_read_head = msgspec.json.Decoder(_Head).decode
_read_customer = msgspec.json.Decoder(_Customer).decode
_question: TypeAdapter[ByCustomer | ByValues] = TypeAdapter(PredictionBody)


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
    """Questions in JSON.

    Attributes
    ----------
    rows : sequence of bytes-like
        Each the JSON of one question.
    tenant, as_of : str or None
        What the body says once for all of them.
    """

    rows: Sequence[msgspec.Raw | memoryview]
    tenant: str | None = None
    as_of: str | None = None

    def chunks(
        self, request: Request, tenant: str | None, served: Served | None
    ) -> Iterator[Chunk]:
        """Read the questions; see `read_rows`."""
        reader = _RowReader(request, tenant, served)
        for first in range(0, len(self.rows), AT_ONCE):
            yield reader.read(self.rows[first : first + AT_ONCE])


@dataclass(frozen=True)
class ArrowRows:
    """Questions in an Arrow stream: one column ``customer_id``, or the columns that a model reads."""

    stream: Any
    """`tabular.arrow.ArrowStream`."""
    tenant: None = None
    as_of: None = None

    @property
    def rows(self) -> range:
        """The places of the questions."""
        return range(self.stream.rows)

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
        reader = _RowReader(request, tenant, served)
        if "customer_id" in names and _ABOUT_CUSTOMERS.issuperset(names):
            for records in self.stream.records(AT_ONCE):
                yield _one_by_one([reader.validate(_without_nulls(each)) for each in records])
        elif served is None or served.package.fields is not None:
            for records in self.stream.records(AT_ONCE):
                yield _one_by_one([reader.validate({"features": each}) for each in records])
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
                yield Chunk(questions=[None] * len(table), table=table[:, order], look=look)
            else:
                yield _one_by_one([look(place) for place in range(len(table))])


def _one_by_one(questions: Sequence[Question]) -> Chunk:
    return Chunk(questions=questions, table=_NO_TABLE, look=questions.__getitem__)


Rows = JsonRows | ArrowRows


def read_rows(body: bytearray, form: str) -> Rows:
    """Find the questions in a body; each is read later, with its chunk.

    Raises
    ------
    InvalidRequest
        "body must be ...; got ..."
    TooLarge
        "body must hold at most 100000 rows; got ..."
    """
    if form == LINES:
        found: Rows = JsonRows(list(_lines(body)))
    elif form == JSON:
        found = _read_json(body)
    else:
        from tabular.arrow import ArrowStream

        try:
            found = ArrowRows(ArrowStream(body))
        except TableError as error:
            raise Unreadable(str(error)) from error
    if len(found.rows) > MOST_ROWS:
        raise TooLarge(
            f"body must hold at most {MOST_ROWS} rows; got {len(found.rows)}. Send it in parts."
        )
    return found


def _lines(body: bytearray) -> Iterator[memoryview]:
    """Give the lines of a body that hold anything, without copying it."""
    whole, start = memoryview(body), 0
    while start < len(body):
        end = body.find(b"\n", start)
        end = len(body) if end < 0 else end
        line = whole[start:end]
        if end - start > 2 or bytes(line).strip():
            yield line
        start = end + 1


def _read_json(body: bytearray) -> JsonRows:
    try:
        if bytes(body[:100]).lstrip()[:1] == b"[":
            return JsonRows(_read_array(body))
        head = _read_head(body)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
        said = str(error).replace("`", "'")
        raise Unreadable(
            f"body must be a JSON array of questions, or an object with rows; got something else ({said})."
            f' Send {{"tenant": "demo", "rows": [{{"customer_id": "17"}}, ...]}}.'
        ) from error
    return JsonRows(head.rows, head.tenant, head.as_of)


class _RowReader:
    """Reads questions: as rows of a table where they are whole and plain, else as the route of one question does."""

    def __init__(self, request: Request, tenant: str | None, served: Served | None) -> None:
        self._request, self._tenant = request, tenant
        self._width = 0
        if served is not None and served.package.fields is None:
            self._width = len(served.outputs)
            self._read_values = _decoder(served.outputs)

    def read(self, rows: Sequence[msgspec.Raw | memoryview]) -> Chunk:
        """Read some questions."""
        questions: list[Question | None] = []
        whole: list[tuple[float | None, ...]] = []
        for row in rows:
            if self._width:
                try:
                    whole.append(msgspec.structs.astuple(self._read_values(row).features))
                    questions.append(None)
                    continue
                except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
                    pass  # a closer look
            questions.append(self._look(row))
        flat = np.fromiter(
            chain.from_iterable(whole), dtype=np.float64, count=len(whole) * self._width
        )
        return Chunk(
            questions=questions,
            table=flat.reshape(len(whole), self._width),
            look=lambda place: self._look(rows[place]),
        )

    def _look(self, row: msgspec.Raw | memoryview) -> Question:
        if self._tenant is not None:
            try:
                plain = _read_customer(row)
            except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
                pass
            else:
                return self.validate(msgspec.structs.asdict(plain))
        try:
            found = json.loads(bytes(row))
        except (ValueError, RecursionError) as error:
            said = error.msg if isinstance(error, json.JSONDecodeError) else type(error).__name__
            return Unreadable(f"row must be JSON in UTF-8; got {said}. Send {EXAMPLE}.")
        return self.validate(found)

    def validate(self, row: object) -> Question:
        """Read a question as the route of one question does, but for the tenant."""
        if not isinstance(row, dict):
            shown = "a list" if isinstance(row, list) else repr(row)[:60]
            return InvalidRequest(f"row must be a JSON object; got {shown}. Send {EXAMPLE}.")
        if "tenant" in row:
            return InvalidRequest(
                "tenant must be said once for all rows; got one in a row. Send it as ?tenant=.",
                field="tenant",
            )
        known = row if self._tenant is None else {"tenant": self._tenant, **row}
        try:
            return _question.validate_python(known).to_request()
        except ValidationError as error:
            first: Mapping[str, Any] = dict(error.errors(include_url=False)[0])
            placed = {**first, "loc": ("body", *first["loc"])}
            sentence, field = explain_invalid(placed, self._request)
            return InvalidRequest(sentence, field=field)


@lru_cache(maxsize=64)
def _decoder(outputs: Catalogue) -> Any:
    """Give what reads a question by the values of all outputs."""
    features = msgspec.defstruct(
        "Features", [(name, float | None) for name in outputs.names], forbid_unknown_fields=True
    )
    question = msgspec.defstruct("Values", [("features", features)], forbid_unknown_fields=True)
    return msgspec.json.Decoder(question).decode


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
