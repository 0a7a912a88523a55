"""The one shape of a refusal, a problem of RFC 9457; `serving.rest.refusals` says which error becomes which."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from http import HTTPStatus

from starlette.responses import JSONResponse

PROBLEM = "application/problem+json"
JSON_ALONE = "/customers/analyze"
"""How paths begin whose clients know ``application/json`` alone, in refusals, too."""


def writable(text: str) -> str:
    r"""Write halves of characters as JSON does, which can hold them in names and values and no answer can.

    Examples
    --------
    >>> writable("features.\ud800")
    'features.\\ud800'
    """
    return text.encode(errors="backslashreplace").decode()


def problem(
    status: int,
    sentence: str,
    request_id: str | None,
    field: str | None = None,
    *,
    headers: Mapping[str, str] | None = None,
    allowed: Sequence[str] | None = None,
    path: str = "",
) -> JSONResponse:
    """Write a refusal as `Refusal` declares it; of the type that clients of the path know."""
    body = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": writable(sentence),
        "field": None if field is None else writable(field),
        "request_id": request_id,
    }
    if allowed is not None:
        body["allowed"] = list(allowed)
    kind = "application/json" if path.startswith(JSON_ALONE) else PROBLEM
    usual = {503: {"Retry-After": "2"}, 401: {"WWW-Authenticate": "Bearer"}}.get(status, {})
    return JSONResponse(body, status, {**usual, **(headers or {})}, media_type=kind)
