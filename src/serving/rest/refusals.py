"""From what went wrong to an HTTP status and one sentence; every refusal has the same shape."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from commerce.records.errors import CustomerNotFound, CustomerNotYet, TenantNotFound
from serving.errors import (
    InvalidRequest,
    ModelMissing,
    StoreMissing,
    StoreUnavailable,
    UnknownName,
)
from serving.rest.request_log import request_id_of
from serving.rest.schemas import FORMS, ByCustomer, ByValues, Refusal
from tabular.errors import did_you_mean

EXAMPLE = '{"tenant": "demo", "customer_id": "17"} or {"tenant": "demo", "features": {...}}'

RESPONSES: dict[int | str, dict[str, Any]] = {
    400: {"model": Refusal, "description": "The body is not JSON."},
    404: {"model": Refusal, "description": "Nobody here knows that tenant or customer."},
    413: {"model": Refusal, "description": "The body is too large to be a question."},
    422: {"model": Refusal, "description": "A field breaks its rule; `field` names it."},
    503: {
        "model": Refusal,
        "description": "No package, no record store, or one that does not answer: the sentence says what"
        " to run or set.",
    },
}
"""The refusals a request for a decision can meet, for the OpenAPI document."""

_STATUS: Sequence[tuple[type[Exception], int, str | None]] = (
    (TenantNotFound, 404, "tenant"),
    (CustomerNotFound, 404, "customer_id"),
    (CustomerNotYet, 404, "as_of"),
    (UnknownName, 404, None),
    (InvalidRequest, 422, None),
    (ModelMissing, 503, None),
    (StoreMissing, 503, None),
    (StoreUnavailable, 503, None),
)


def refuse(request: Request, status: int, sentence: str, field: str | None = None) -> JSONResponse:
    """Give the one shape of a refusal."""
    body = {"error": sentence, "field": field, "request_id": request_id_of(request.scope)}
    headers = {"Retry-After": "2"} if status == 503 else None
    return JSONResponse(body, status, headers)


def add_refusals(app: FastAPI) -> None:
    """Answer every exception of a route in the shape of `Refusal`."""
    for kind, _, _ in _STATUS:
        app.add_exception_handler(kind, _refuse_known)
    app.add_exception_handler(RequestValidationError, _refuse_invalid)
    app.add_exception_handler(HTTPException, _refuse_http)
    app.add_exception_handler(Exception, _refuse_fault)


async def _refuse_known(request: Request, error: Exception) -> JSONResponse:
    for kind, status, field in _STATUS:
        if isinstance(error, kind):
            return refuse(request, status, str(error), getattr(error, "field", None) or field)
    raise error


async def _refuse_invalid(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    first = error.errors()[0]
    if first["type"] == "json_invalid":
        detail = first.get("ctx", {}).get("error", "a syntax error")
        place = first["loc"][-1]
        return refuse(request, 400, f"body must be JSON; got {detail} at character {place}.")
    sentence, field = _explain(first, request)
    return refuse(request, 422, sentence, field)


async def _refuse_http(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    sentence = str(error.detail)
    if error.status_code == 400:
        sentence = f"body must be JSON {_unreadable(error.__cause__)}. Send {EXAMPLE}."
    return refuse(request, error.status_code, sentence)


def _unreadable(cause: BaseException | None) -> str:
    """Say what a body must be that JSON's reader gave up on."""
    if isinstance(cause, RecursionError):
        return "of a few levels; got lists or objects nested too deep to be read"
    if isinstance(cause, ValueError) and not isinstance(cause, UnicodeError):
        most = sys.get_int_max_str_digits()
        return f"with whole numbers of at most {most} digits; got one of more"
    return "in UTF-8; got something else"


async def _refuse_fault(request: Request, error: Exception) -> JSONResponse:
    sentence = "the server must not fail on a question; it did. Look for the request_id in its log."
    response = refuse(request, 500, sentence)
    response.headers["X-Request-ID"] = request_id_of(request.scope)  # sent from outside the log
    return response


def _explain(error: dict[str, Any], request: Request) -> tuple[str, str | None]:
    """Turn one of pydantic's errors into a sentence and the field it blames."""
    place = [str(part) for part in error["loc"][1:] if part not in FORMS]
    form = ByValues if FORMS[1] in error["loc"] else ByCustomer
    field = place[0] if place else None
    kind, given = error["type"], _shown(error.get("input"))
    if field is None:
        if not request.headers.get("content-type", "").startswith("application/json"):
            return (
                "body must be sent as JSON; got another content type."
                " Add the header content-type: application/json.",
                None,
            )
        return f"body must be a JSON object; got {given}. Send {EXAMPLE}.", None
    if kind == "missing":
        return f"{field} must be given; got none. Send {EXAMPLE}.", field
    if kind == "extra_forbidden":
        if field in {*ByCustomer.model_fields, *ByValues.model_fields}:
            return f"{field} must not come with features; got both. Send {EXAMPLE}.", field
        return f"body must not hold {field!r}. {did_you_mean(field, form.model_fields)}", field
    if kind == "value_error":
        return f"{field} must {error['ctx']['error']}; got {given}.", field
    wanted = {"string_type": "be text", "dict_type": "be an object of values by feature name"}
    rule = wanted.get(kind, "be valid")
    return f"{field} must {rule}; got {given}. Send {EXAMPLE}.", field


def _shown(value: Any) -> str:
    if isinstance(value, dict | list):
        return "an object" if isinstance(value, dict) else "a list"
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
