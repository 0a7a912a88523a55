"""``POST /predict/{model}``: one decision, by whichever model there is a package of."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Body, Depends, Request
from fastapi.responses import JSONResponse, Response
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from commerce.records.tenants import SHARED
from serving.access.callers import Caller, require_shop
from serving.access.gate import missing
from serving.errors import ModelMissing
from serving.predict.answers import answer
from serving.predict.asking import AppState
from serving.rest.openapi import request_examples
from serving.rest.protection import name_of_host
from serving.rest.refusals import RESPONSES
from serving.rest.request_log import note_steps, request_id_of
from serving.rest.schemas import Prediction, PredictionBody, write_answer
from serving.rest.shown import SECURITY, address_of, identify, read_shown, shops_asked
from serving.settings import LOOPBACK, DoorSettings
from tabular.errors import did_you_mean

SCOPE, PREFIX = "predictions:write", "/predict"

router = APIRouter(prefix=PREFIX, tags=["decisions"])


async def asking(request: Request) -> Caller | None:
    """Tell who asks; None for this machine itself, where some shop was left open to it."""
    door: DoorSettings = request.app.state.door
    shown = read_shown(request)
    if shown.token or shown.session or not (door.open and is_at_home(request)):
        caller = await identify(request, SCOPE)
        caller.require_staff("asking about customers")
        return caller
    return None


def is_at_home(request: Request) -> bool:
    """Whether a request comes from this machine, to this machine, with no proxy between."""
    return (
        address_of(request) in LOOPBACK
        and name_of_host(request.headers.get("host", "")) in LOOPBACK
        and "x-forwarded-for" not in request.headers
        and "forwarded" not in request.headers
    )


def require_about(request: Request, caller: Caller | None, tenant: str) -> None:
    """Refuse a question about a shop that is none of the caller's business, whether or not there is one.

    Models of tables are about no shop: whoever is known may ask them.
    """
    if caller is not None:
        if tenant != SHARED and not caller.may_choose():
            require_shop(caller, tenant)
        return
    door: DoorSettings = request.app.state.door
    asked = {tenant, *shops_asked(request)}
    if "*" not in door.open and not asked <= door.open:
        raise missing()


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
    caller: Annotated[Caller | None, Depends(asking)],
    body: Annotated[PredictionBody, Body(title="Question", openapi_examples=request_examples())],
) -> Response:
    """Answer by a model's package."""
    state: AppState = request.app.state.serving
    asked, request_id = body.to_request(), request_id_of(request.scope)
    require_about(request, caller, asked.tenant)
    try:
        if state.store is None:  # a few milliseconds of arithmetic: not worth a thread
            found = answer(state, model, asked, request_id)
        else:
            found = await run_in_threadpool(answer, state, model, asked, request_id)
    except ModelMissing:
        if state.shelf.misspelt(asked.tenant, model):
            path = request.url.path
            known = [
                f"{PREFIX}/{name}"
                for tenant, name in state.shelf.published()
                if tenant == asked.tenant
            ]
            raise HTTPException(
                404, f"path must exist; got {path!r}. {did_you_mean(path, known)}"
            ) from None
        raise
    note_steps(request.scope, found.steps)
    return JSONResponse(write_answer(found))
