"""The probes. BentoML answers both itself, in the same words, before a mounted application sees them.

They stand here so that the document holds them and the application also works without BentoML.
"""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import PlainTextResponse, Response
from starlette.concurrency import run_in_threadpool

from serving.predict.readiness import obstacles
from serving.rest.refusals import refuse
from serving.rest.schemas import Refusal

router = APIRouter(tags=["health"])


@router.get(
    "/livez",
    summary="Is the server running?",
    response_class=PlainTextResponse,
    responses={200: {"content": {"text/plain": {"example": "\n"}}}},
)
async def livez() -> Response:
    """Answer as long as the process does."""
    return PlainTextResponse("\n")


@router.get(
    "/readyz",
    summary="Can the server answer questions?",
    response_class=PlainTextResponse,
    responses={
        200: {"content": {"text/plain": {"example": "\n"}}},
        503: {"model": Refusal, "description": "The first obstacle, in a sentence."},
    },
)
async def readyz(request: Request) -> Response:
    """Check the packages and the record store; a line for each model whose newest package cannot answer."""
    found = await run_in_threadpool(obstacles, request.app.state.serving)
    if found:
        return refuse(request, 503, found[0])
    said = await run_in_threadpool(request.app.state.serving.shelf.stand_ins)
    return PlainTextResponse("\n".join(said) + "\n")
