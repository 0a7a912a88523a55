"""``POST /explain/{model}``: one decision with all that it is made of."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Body, Depends, Request
from fastapi.responses import JSONResponse, Response

from serving.access.callers import Caller
from serving.errors import ModelMissing
from serving.predict.asking import AppState
from serving.predict.explanations import explain
from serving.rest.admission import asking, refuse_missing, require_about
from serving.rest.explained import ExplainedPrediction, write_explanation
from serving.rest.openapi import request_examples
from serving.rest.patience import in_time
from serving.rest.refusals import RESPONSES
from serving.rest.request_log import note_steps, request_id_of
from serving.rest.schemas import PredictionBody
from serving.rest.shown import SECURITY

SCOPE = "predictions:write"
"""As of ``/predict``: an explanation is an answer, and kept."""

router = APIRouter(prefix="/explain", tags=["decisions"])


@router.post(
    "/{model}",
    summary="What is this customer's decision made of?",
    description="The answer of `/predict`, with what every feature contributes to it, and what the customer could do.",
    response_model=ExplainedPrediction,
    responses=RESPONSES,
    openapi_extra={"security": SECURITY, "x-scope": SCOPE},
)
async def explain_decision(
    model: str,
    request: Request,
    caller: Annotated[Caller | None, Depends(asking(SCOPE))],
    body: Annotated[PredictionBody, Body(title="Question", openapi_examples=request_examples())],
) -> Response:
    """Answer by a model's package, and explain the answer; in a thread, for every feature is put into words."""
    state: AppState = request.app.state.serving
    asked = body.to_request()
    require_about(request, caller, asked.tenant)
    try:
        found = await in_time(explain, state, model, asked, request_id_of(request.scope))
    except ModelMissing:
        refuse_missing(request, state.shelf, asked.tenant, model)
        raise
    note_steps(request.scope, found.answer.steps)
    return JSONResponse(write_explanation(found))
