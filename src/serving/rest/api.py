"""The HTTP API: thin routes over `predictions`, one shape of refusal, its own OpenAPI document."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Body, FastAPI, Request
from fastapi.responses import JSONResponse, PlainTextResponse, Response
from starlette.concurrency import run_in_threadpool

from commerce.records.errors import did_you_mean
from serving.pages import site
from serving.predict.answers import AppState, answer
from serving.predict.readiness import obstacles
from serving.rest import examples
from serving.rest.refusals import RESPONSES, add_handlers, refuse
from serving.rest.request_log import Trail, note_steps, request_id_of
from serving.rest.schemas import Prediction, Question, Refusal

API_VERSION = "1"

predictions = APIRouter(prefix="/predict", tags=["decisions"])
health = APIRouter(tags=["health"])


@predictions.post(
    "/churn",
    summary="Will this customer leave?",
    description="The probability that a customer who bought before will not buy in the next 90 days, what"
    " to do about it, and at most four reasons. Ask about a `customer_id` of the record store (features"
    " are computed now; what was committed before the request counts) or about `features` of your own.",
    response_model=Prediction,
    responses=RESPONSES,
)
async def predict_churn(
    request: Request, question: Annotated[Question, Body(openapi_examples=examples.QUESTIONS)]
) -> Response:
    """Answer about churn."""
    return await _predict("churn", question, request)


@predictions.post(
    "/credit",
    summary="Will this customer pay?",
    description="The probability that an open invoice goes 30 days past due (or a payment is charged back),"
    " the learned score and the rule-based score on one scale with their bands, what to do, and at most"
    " four reasons.",
    response_model=Prediction,
    responses=RESPONSES,
)
async def predict_credit(
    request: Request, question: Annotated[Question, Body(openapi_examples=examples.QUESTIONS)]
) -> Response:
    """Answer about credit."""
    return await _predict("credit", question, request)


async def _predict(model: str, question: Question, request: Request) -> Response:
    desk: AppState = request.app.state.desk
    request_id = request_id_of(request.scope)
    if desk.store is None:  # microseconds of arithmetic: not worth a thread
        found = answer(desk, model, question, request_id)
    else:
        found = await run_in_threadpool(answer, desk, model, question, request_id)
    note_steps(request.scope, found.steps)
    return JSONResponse(found.body)


# BentoML answers these two itself, with the same words, before a mounted application sees them; they stand
# here so that the document holds them and the application also works without BentoML.


@health.get(
    "/livez",
    summary="Is the server running?",
    response_class=PlainTextResponse,
    responses={200: {"content": {"text/plain": {"example": "\n"}}}},
)
async def livez() -> Response:
    """Answer as long as the process does."""
    return PlainTextResponse("\n")


@health.get(
    "/readyz",
    summary="Can the server answer questions?",
    response_class=PlainTextResponse,
    responses={
        200: {"content": {"text/plain": {"example": "\n"}}},
        503: {"model": Refusal, "description": "The first obstacle, in a sentence."},
    },
)
async def readyz(request: Request) -> Response:
    """Check the packages and the record store."""
    found = await run_in_threadpool(obstacles, request.app.state.desk)
    return refuse(request, 503, found[0]) if found else PlainTextResponse("\n")


async def nothing_here(request: Request) -> Response:
    """Answer for every path that is not an operation, so that refusals keep their shape."""
    path = request.url.path
    operations = request.app.openapi()["paths"]
    if path in operations:
        allowed = ", ".join(sorted(method.upper() for method in operations[path]))
        sentence = f"{path} must be asked with {allowed}; got {request.method}. See /docs."
        response = refuse(request, 405, sentence)
        response.headers["Allow"] = allowed
        return response
    hint = did_you_mean(path, [*operations, *site.START["read"]])
    return refuse(request, 404, f"path must exist; got {path!r}. {hint}")


class Api(FastAPI):
    """FastAPI whose document shows complete answers."""

    def openapi(self) -> dict[str, Any]:
        """Give the OpenAPI 3.1 document."""
        return examples.show_answers(super().openapi())


def make_app(desk: AppState | None = None) -> FastAPI:
    """Make the application.

    Parameters
    ----------
    state : AppState, optional
        May also be set later, as ``app.state.desk``, before the first question.

    Returns
    -------
    FastAPI
    """
    app = Api(
        title="Bellwether",
        version=API_VERSION,
        summary="Two explained decisions per customer: will they leave, will they pay.",
        description=f"Every answer states its `as_of` and is kept under its `request_id`. {site.OPENNESS}",
        docs_url=None,
        redoc_url=None,
        swagger_ui_oauth2_redirect_url=None,
    )
    app.state.desk = desk
    app.add_middleware(Trail)
    add_handlers(app)
    app.include_router(predictions)
    app.include_router(health)
    app.include_router(site.router)
    methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
    app.add_api_route("/{path:path}", nothing_here, methods=methods, include_in_schema=False)
    return app
