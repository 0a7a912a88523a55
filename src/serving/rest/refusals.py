"""From what went wrong to an HTTP status and one sentence; every refusal is a problem of RFC 9457."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from commerce.catalogue.brands import TooFewPoints
from commerce.payments.providers.port import WebhookRefused
from commerce.people.passwords import BadCredentials
from commerce.records import errors
from commerce.records.errors import CustomerNotFound, CustomerNotYet, TenantNotFound
from features.errors import PartialTooLarge
from scoring.errors import OtherKind
from serving.access.errors import NotAllowed, TooMany, Unauthorised, UnknownShop
from serving.errors import (
    BatchesBusy,
    InvalidRequest,
    LogUnwritable,
    MediaMissing,
    ModelMissing,
    NoRoom,
    NotAPicture,
    PipelineBusy,
    PipelineFailed,
    QuestionsBusy,
    QuestionUnanswered,
    StoreMissing,
    StoreUnavailable,
    TooLarge,
    Unexplained,
    UnknownFormat,
    UnknownName,
    Unreadable,
)
from serving.rest.problems import PROBLEM, problem
from serving.rest.request_log import request_id_of
from serving.rest.schemas import FORMS, ByCustomer, ByValues
from tabular.errors import did_you_mean

EXAMPLE = '{"tenant": "demo", "customer_id": "17"} or {"tenant": "demo", "features": {...}}'

_BUSY = (TooMany, PipelineBusy)
"""What says after how many seconds to ask again."""
_STATUS: Sequence[tuple[type[Exception], int, str | None]] = (
    (TenantNotFound, 404, "tenant"),
    (CustomerNotFound, 404, "customer_id"),
    (CustomerNotYet, 404, "as_of"),
    (UnknownName, 404, None),
    (UnknownShop, 404, None),
    (InvalidRequest, 422, None),
    (NotAPicture, 415, None),
    (Unreadable, 400, None),
    (UnknownFormat, 415, None),
    (TooLarge, 413, None),
    (MediaMissing, 503, None),
    (ModelMissing, 503, None),
    (OtherKind, 404, None),
    (PartialTooLarge, 422, "customer_id"),
    (Unexplained, 404, None),
    (PipelineBusy, 429, None),
    (PipelineFailed, 503, None),
    (StoreMissing, 503, None),
    (StoreUnavailable, 503, None),
    (LogUnwritable, 503, None),
    (NoRoom, 503, None),
    (BatchesBusy, 503, None),
    (QuestionsBusy, 503, None),
    (QuestionUnanswered, 503, None),
    (Unauthorised, 401, None),
    (BadCredentials, 401, None),
    (NotAllowed, 403, None),
    (TooMany, 429, None),
    (errors.NotFound, 404, None),
    (WebhookRefused, 400, None),
    (errors.Forbidden, 403, None),
    (TooFewPoints, 403, None),
    (errors.InsufficientFunds, 409, None),
    (errors.Conflict, 409, None),
    (errors.TenantConflict, 409, None),
    (errors.Expired, 410, None),
    (errors.RecordError, 422, None),
    (errors.LedgerError, 422, None),
    (errors.StoreUnusable, 503, None),
    (errors.MigrationNeeded, 503, None),
    (TimeoutError, 503, None),
)
"""The status of each error, the first that fits; and the field to blame where the error itself names none."""

_MEANINGS = {
    400: "The request cannot be read, or comes to a host name that is not served.",
    401: "No credential, or one that opens nothing.",
    402: "There is not the money for it.",
    403: "The credential opens other doors than this.",
    404: "There is no such record, or it is none of the caller's business.",
    409: "It does not fit what is there; `allowed` lists what may happen to the record now.",
    410: "It was good until a time that has passed.",
    413: "The body is too large.",
    415: "The file, or the body, is not of a kind that is taken.",
    422: "A field breaks its rule; `field` names it.",
    429: "More than is answered in a while; `Retry-After` says how long to wait.",
    503: "The record store does not answer, or no model can: the sentence says what to run or set.",
}


def refusals(
    *more: int, reads: bool = False, as_json: bool = False
) -> dict[int | str, dict[str, Any]]:
    """Give the refusals that a route can meet, for the OpenAPI document; ``as_json``: of `problems.JSON_ALONE`."""
    usual = (400, 401, 403, 404, 422, 429, 503) if reads else tuple(_MEANINGS.keys() - {415})
    kind = "application/json" if as_json else PROBLEM
    content = {kind: {"schema": {"$ref": "#/components/schemas/Refusal"}}}
    return {
        status: {"description": _MEANINGS[status], "content": content} for status in (*usual, *more)
    }


RESPONSES = refusals(413, reads=True)
"""The refusals a request for a decision can meet."""


def refuse(
    request: Request,
    status: int,
    sentence: str,
    field: str | None = None,
    *,
    headers: Mapping[str, str] | None = None,
    allowed: Sequence[str] | None = None,
) -> JSONResponse:
    """Give the one shape of a refusal."""
    return problem(
        status,
        sentence,
        request_id_of(request.scope),
        field,
        headers=headers,
        allowed=allowed,
        path=request.url.path,
    )


def add_refusals(app: FastAPI) -> None:
    """Answer every exception of a route in the shape of `Refusal`."""
    for kind, _, _ in _STATUS:
        app.add_exception_handler(kind, _refuse_known)
    app.add_exception_handler(RequestValidationError, _refuse_invalid)
    app.add_exception_handler(HTTPException, _refuse_http)


class Reason(NamedTuple):
    """What a refusal says of an error: the status, a sentence, and the field to blame."""

    status: int
    sentence: str
    field: str | None


def reason_of(error: Exception) -> Reason | None:
    """Give what is said of an error; None of one that nobody foresaw."""
    for kind, known, field in _STATUS:
        if isinstance(error, kind):
            status, sentence = known, str(error)
            if isinstance(error, TenantNotFound):  # whose hints name other tenants
                sentence = f"tenant must exist; got {error.slug!r}. Check the name."
            if isinstance(error, errors.InsufficientFunds) and error.of_money:
                status = 402
            return Reason(status, sentence, getattr(error, "field", None) or field)
    return None


async def _refuse_known(request: Request, error: Exception) -> JSONResponse:
    reason = reason_of(error)
    if reason is None:
        raise error
    status, sentence, named = reason
    headers = {"Retry-After": str(error.seconds)} if isinstance(error, _BUSY) else {}
    if status == 422 and named is None:
        named = _blamed(request, sentence)
    allowed = getattr(error, "allowed", None)
    return refuse(request, status, sentence, named, headers=headers, allowed=allowed)


def _blamed(request: Request, sentence: str) -> str | None:
    """Find the field that a sentence of commerce's is about: its subject, where the route has one of that name."""
    subject = sentence.partition(" must ")[0].lower().replace("e-mail address", "email")
    name = re.sub(r"[^a-z0-9]+", "_", subject).strip("_")
    names = [each for each in _fields(request) if each in (name, f"{name}_minor", f"{name}_id")]
    return names[0] if names else None


def _fields(request: Request) -> Iterator[str]:
    """Walk over the names that a route takes in its body and its query."""
    waiting = [getattr(request.scope.get("route"), "dependant", None)]
    while waiting:
        dependant = waiting.pop()
        if dependant is None:
            continue
        for parameter in dependant.body_params:
            model = getattr(parameter.field_info, "annotation", None)
            yield from getattr(model, "model_fields", {})
        yield from (parameter.alias for parameter in dependant.query_params)
        waiting += dependant.dependencies


async def _refuse_invalid(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    first = error.errors()[0]
    if first["type"] == "json_invalid":
        detail = first.get("ctx", {}).get("error", "a syntax error")
        place = first["loc"][-1]
        return refuse(request, 400, f"body must be JSON; got {detail} at character {place}.")
    sentence, field = explain_invalid(first, request)
    return refuse(request, 422, sentence, field)


async def _refuse_http(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    sentence = str(error.detail)
    if error.status_code == 400:
        sentence = f"body must be JSON {_unreadable(error.__cause__)}. {_advice(request)}"
    return refuse(request, error.status_code, sentence, headers=error.headers)


def _unreadable(cause: BaseException | None) -> str:
    """Say what a body must be that JSON's reader gave up on."""
    if isinstance(cause, RecursionError):
        return "of a few levels; got lists or objects nested too deep to be read"
    if isinstance(cause, ValueError) and not isinstance(cause, UnicodeError):
        most = sys.get_int_max_str_digits()
        return f"with whole numbers of at most {most} digits; got one of more"
    return "in UTF-8; got something else"


def explain_invalid(error: Mapping[str, Any], request: Request) -> tuple[str, str | None]:
    """Turn one of pydantic's errors about a body into a sentence and the field it blames."""
    place = [str(part) for part in error["loc"][1:] if part not in FORMS]
    field = ".".join(place) or None
    kind, given, advice = error["type"], _shown(error.get("input")), _advice(request)
    if field is None:
        if not request.headers.get("content-type", "").startswith("application/json"):
            return (
                "body must be sent as JSON; got another content type."
                " Add the header content-type: application/json.",
                None,
            )
        return f"body must be a JSON object; got {given}. {advice}", None
    if kind == "missing":
        return f"{field} must be given; got none. {advice}", field
    if kind == "extra_forbidden":
        form = ByValues if FORMS[1] in error["loc"] else ByCustomer
        if not _predicts(request):
            return (
                f"body must not hold {field!r}. {did_you_mean(field, list(_fields(request)))}",
                field,
            )
        if field in {*ByCustomer.model_fields, *ByValues.model_fields}:
            return f"{field} must not come with features; got both. {advice}", field
        return f"body must not hold {field!r}. {did_you_mean(field, form.model_fields)}", field
    if kind == "value_error":
        return f"{field} must {error['ctx']['error']}; got {given}.", field
    wanted = {"string_type": "be text", "dict_type": "be an object of values by feature name"}
    rule = wanted.get(kind) or error["msg"].partition(" should ")[2] or "be valid"
    return f"{field} must {rule}; got {given}. {advice}", field


def _predicts(request: Request) -> bool:
    return request.url.path.startswith(("/predict/", "/explain/"))


def _advice(request: Request) -> str:
    """Say what to send instead."""
    return f"Send {EXAMPLE}." if _predicts(request) else "See /docs."


def _shown(value: Any) -> str:
    if isinstance(value, dict | list):
        return "an object" if isinstance(value, dict) else "a list"
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
