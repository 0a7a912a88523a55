"""``POST /predict/{model}/batch``: many decisions, streamed in the order of their questions."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import ExitStack
from tempfile import SpooledTemporaryFile, gettempdir
from threading import Semaphore
from typing import Annotated, Any, BinaryIO, cast

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response, StreamingResponse
from pydantic import BaseModel, Field
from starlette.concurrency import run_in_threadpool
from starlette.types import Receive, Scope, Send

from commerce.records.tenants import SHARED
from serving.access.callers import Caller
from serving.errors import BatchesBusy, InvalidRequest, ModelMissing, NoRoom, UnknownFormat
from serving.predict.asking import BATCHES_AT_ONCE, AnyAnswer, AppState
from serving.predict.batches import MOST_ROWS, Batch, BatchRequest, Chunk
from serving.predict.packages import Served
from serving.predict.pipelines.answering import PipelineBatch, pipeline_of
from serving.rest.admission import asking, refuse_missing, require_about
from serving.rest.batch_answers import (
    AnswerWriter,
    ArrayWriter,
    ArrowAnswers,
    LineWriter,
    write_rows,
)
from serving.rest.batch_bodies import (
    ARROW,
    JSON,
    LARGEST_DOCUMENT,
    LINES,
    format_of,
    read_rows,
)
from serving.rest.openapi import batch_examples
from serving.rest.protection import LARGEST_BATCH
from serving.rest.refusals import refusals
from serving.rest.request_log import note_steps
from serving.rest.schemas import LONGEST_NAME, Prediction, ReasonPart
from serving.rest.shown import SECURITY

logger = logging.getLogger(__name__)

SCOPE = "predictions:write"

_IN_MEMORY = 4_000_000
"""Bytes of a body; what is larger goes to a file that nobody else can open."""
_WRITTEN_AT_ONCE = 500_000

router = APIRouter(prefix="/predict", tags=["decisions"])


class RowError(BaseModel):
    """Why a question has no answer, as the route of one question says it."""

    status: int
    detail: str
    field: str | None


class BatchAnswer(Prediction):
    """The answer to one question of a batch."""

    index: int = Field(description="The place of its question, from 0.")
    reasons: list[ReasonPart] = Field(
        [], max_length=4, description="Left out where none were asked for."
    )


class RefusedRow(BaseModel):
    """A question of a batch that has no answer."""

    index: int = Field(description="The place of the question, from 0.")
    error: RowError


_ROW: dict[str, Any] = {"type": "object", "properties": {
    "customer_id": {"type": ["string", "integer"]},
    "as_of": {"type": ["string", "null"]},
    "features": {"type": "object", "description": "By name, as one question has them."},
}}  # fmt: skip
_BODY: dict[str, Any] = {
    "anyOf": [
        {"type": "array", "items": _ROW},
        {
            "type": "object",
            "additionalProperties": False,
            "required": ["rows"],
            "properties": {
                "rows": {"type": "array", "items": _ROW},
                "tenant": {"type": ["string", "null"]},
                "as_of": {"type": ["string", "null"]},
            },
        },
    ]
}
_OTHERWISE: dict[str, Any] = {
    LINES: {"schema": {"type": "string", "description": "JSON, one row a line."}},
    ARROW: {"schema": {"type": "string", "format": "binary"}},
}


_DESCRIPTION = (
    "Answers many questions, in their order. A question that is refused has an `error` with the sentence of `/predict`,"
    f" and the others are answered. At most {MOST_ROWS} questions in {LARGEST_BATCH} bytes, not compressed, of one JSON"
    f" document {LARGEST_DOCUMENT}; lines and record batches are read one after another. The tenant"
    " is said once, as `?tenant=` or beside `rows`. An Arrow stream has one column `customer_id`, or columns named by"
    " what the model reads. Answers come as `Accept` asks: as lines of JSON by default, as one array, or as Arrow."
)


@router.post(
    "/{model}/batch",
    summary="What will these customers do?",
    description=_DESCRIPTION,
    response_model=list[BatchAnswer | RefusedRow],
    responses={**refusals(413, 415, reads=True), 200: {"content": _OTHERWISE}},
    openapi_extra={
        "security": SECURITY,
        "x-scope": SCOPE,
        "requestBody": {
            "required": True,
            "content": {JSON: {"schema": _BODY, "examples": batch_examples()}, **_OTHERWISE},
        },
    },
)
async def predict_batch(
    model: str,
    request: Request,
    caller: Annotated[Caller | None, Depends(asking(SCOPE))],
    tenant: Annotated[
        str | None, Query(max_length=LONGEST_NAME, description="Whose model and customers.")
    ] = None,
    as_of: Annotated[
        str | None, Query(description="Of the questions by customer that say none.")
    ] = None,
    reasons: Annotated[bool, Query(description="Whether answers tell reasons.")] = True,
) -> Response:
    """Answer by a model's package, in chunks: each in a thread, so that other requests are answered meanwhile."""
    state: AppState = request.app.state.serving
    form = _form_of(request)
    if tenant is not None:
        require_about(request, caller, tenant)
    turn = _take_turn(state.batches)
    try:
        body = cast("BinaryIO", turn.enter_context(SpooledTemporaryFile(_IN_MEMORY)))  # noqa: SIM115 - by the turn
        await _receive(request, body)
        rows = await run_in_threadpool(read_rows, body, form)
        tenant, as_of = _once("tenant", tenant, rows.tenant), _once("as_of", as_of, rows.as_of)
        asked = BatchRequest(
            tenant=tenant or SHARED, model=model, as_of=as_of, with_reasons=reasons
        )
        require_about(request, caller, asked.tenant)
        try:
            batch = await run_in_threadpool(_begin, state, asked)
        except ModelMissing:
            refuse_missing(request, state.shelf, asked.tenant, model)
            raise
        served = batch.served if isinstance(batch.served, Served) else None
        kind, writer = _writer(request, with_reasons=reasons)
        parts = _parts(batch, rows.chunks(request, tenant, served), writer, with_reasons=reasons)
        first = await run_in_threadpool(next, parts)  # what is wrong with all of it shows here
    except BaseException:
        turn.close()
        raise
    note_steps(request.scope, (f"rows:{rows.count}", "reasons" if reasons else "no reasons"))
    headers = {"X-Row-Count": str(rows.count), "Vary": "Accept"}
    return _Streamed(turn, _streamed(first, parts), media_type=kind, headers=headers)


def _begin(state: AppState, asked: BatchRequest) -> Batch | PipelineBatch:
    """Give what answers a batch, by the kind of the model."""
    pipeline = pipeline_of(state, asked.tenant, asked.model)
    return Batch(state, asked) if pipeline is None else PipelineBatch(state, pipeline)


def _take_turn(turns: Semaphore) -> ExitStack:
    """Be one of the few batches that are answered at once; the others are told to come again."""
    if not turns.acquire(blocking=False):
        raise BatchesBusy(BATCHES_AT_ONCE)
    turn = ExitStack()
    turn.callback(turns.release)
    return turn


class _Streamed(StreamingResponse):
    """A stream that ends a turn, whether or not it was listened to."""

    def __init__(self, turn: ExitStack, *given: Any, **more: Any) -> None:
        super().__init__(*given, **more)
        self._turn = turn

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send all of it."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._turn.close()


def _form_of(request: Request) -> str:
    """Give the format of the body, which must come as it is: what is compressed may be of any size."""
    coding = request.headers.get("content-encoding", "identity").strip().lower()
    if coding != "identity":
        raise UnknownFormat(
            f"body must come as it is; got content-encoding {coding[:100]!r}. Send it uncompressed."
        )
    return format_of(request.headers.get("content-type", ""))


async def _receive(request: Request, file: BinaryIO) -> None:
    """Put the body into a file, on the disk where it is large, so that it takes no memory."""
    waiting = bytearray()
    try:
        async for part in request.stream():
            waiting += part
            if len(waiting) > _WRITTEN_AT_ONCE:
                await run_in_threadpool(file.write, waiting)
                waiting = bytearray()
        await run_in_threadpool(file.write, waiting)
    except OSError as error:
        logger.error("a batch finds no room in %s: %s", gettempdir(), error)
        raise NoRoom((error.strerror or type(error).__name__).lower()) from error


def _once(name: str, asked: str | None, said: str | None) -> str | None:
    """Give what the query or the body says; both must say the same."""
    if asked is not None and said is not None and asked != said:
        raise InvalidRequest(
            f"{name} must be said once; got {asked!r} in the query and {said!r} in the body."
            " Leave either out.",
            field=name,
        )
    return said if asked is None else asked


def _writer(request: Request, *, with_reasons: bool) -> tuple[str, AnswerWriter]:
    """Give the format that is asked for, and what writes it."""
    accepted = request.headers.get("accept", "").lower()
    if ARROW in accepted:
        return ARROW, ArrowAnswers(with_reasons=with_reasons)
    return (
        (JSON, ArrayWriter())
        if JSON in accepted and LINES not in accepted
        else (LINES, LineWriter())
    )


def _parts(
    batch: Batch | PipelineBatch,
    chunks: Iterator[Chunk],
    writer: AnswerWriter,
    *,
    with_reasons: bool,
) -> Iterator[bytes]:
    """Answer chunk by chunk."""
    first = 0
    for found in _answered(batch, chunks):
        yield writer.write(write_rows(first, found, with_reasons=with_reasons))
        first += len(found)
    yield writer.end()


def _answered(
    batch: Batch | PipelineBatch, chunks: Iterator[Chunk]
) -> Iterator[Sequence[AnyAnswer | Exception]]:
    """Give the answers to each chunk; while they are being kept, the next are decided."""
    begun = None
    for chunk in chunks:
        before, begun = begun, batch.begin(chunk)
        if before is not None:
            yield before()
    if begun is not None:
        yield begun()


async def _streamed(first: bytes, parts: Iterator[bytes]) -> AsyncIterator[bytes]:
    """Give one part after the other, each made in a thread."""
    part: bytes | None = first
    while part is not None:
        if part:
            yield part
        part = await run_in_threadpool(next, parts, None)
