"""``POST /predict/{model}``: one decision, by whichever model there is a package of."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Body, Depends, Request
from fastapi.responses import JSONResponse, Response
from starlette.concurrency import run_in_threadpool

from serving.access.callers import Caller
from serving.errors import ModelMissing
from serving.predict.answers import answer
from serving.predict.asking import AnyAnswer, AppState
from serving.predict.pipelines.answering import answer_pipeline, pipeline_of
from serving.rest.admission import asking, refuse_missing, require_about
from serving.rest.openapi import request_examples
from serving.rest.patience import in_time
from serving.rest.refusals import RESPONSES
from serving.rest.request_log import note_steps, noted, request_id_of
from serving.rest.schemas import PREFIX, SCOPE, UNABLE, Prediction, PredictionBody, write_answer
from serving.rest.shown import SECURITY

router = APIRouter(prefix=PREFIX, tags=["decisions"])


@router.post(
    "/{model}",
    summary="What will this customer do?",
    description="A probability, what to do about it, and at most four reasons, by a model that has a package.",
    response_model=Prediction,
    responses=RESPONSES,
    openapi_extra={"security": SECURITY, "x-scope": SCOPE},
)
async def predict(
    model: str,
    request: Request,
    caller: Annotated[Caller | None, Depends(asking(SCOPE))],
    body: Annotated[PredictionBody, Body(title="Question", openapi_examples=request_examples())],
) -> Response:
    """Answer by a model's package."""
    state: AppState = request.app.state.serving
    asked, request_id = body.to_request(), request_id_of(request.scope)
    require_about(request, caller, asked.tenant)
    unable: Exception | None = noted(request.scope, UNABLE)
    if unable is not None:
        raise unable
    pipeline = pipeline_of(state, asked.tenant, model)
    try:
        found: AnyAnswer
        if pipeline is not None:  # in a thread that is none of those that wait for the record store
            found = await run_in_threadpool(answer_pipeline, state, pipeline, asked, request_id)
        elif state.store is None:  # a few milliseconds of arithmetic: not worth a thread
            found = answer(state, model, asked, request_id)
        else:
            found = await in_time(answer, state, model, asked, request_id)
    except ModelMissing:
        refuse_missing(request, state.shelf, asked.tenant, model)
        raise
    note_steps(request.scope, found.steps)
    return JSONResponse(write_answer(found))
