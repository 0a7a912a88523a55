"""What a request shows of its sender, read from its headers, query and host name."""

from __future__ import annotations

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from serving.access.callers import Caller, Shown
from serving.access.errors import Unauthorised
from serving.access.gate import Gate
from serving.errors import StoreMissing
from serving.rest.request_log import note, noted

SESSION_COOKIE = "bellwether_session"
SECURITY: list[dict[str, list[str]]] = [{"bearer": []}, {"token": []}, {"key": []}, {"session": []}]
"""By which of these a route may be asked, for the OpenAPI document."""
SCHEMES = {
    "bearer": {
        "type": "http",
        "scheme": "bearer",
        "description": "An access token, or an API key.",
    },
    "token": {
        "type": "apiKey",
        "in": "header",
        "name": "Authorization",
        "description": "`Token <access token>`, for clients that say it so.",
    },
    "key": {"type": "apiKey", "in": "header", "name": "X-API-Key"},
    "session": {
        "type": "apiKey",
        "in": "cookie",
        "name": SESSION_COOKIE,
        "description": "With `X-CSRF-Token` where something changes.",
    },
}

_SAFE = {"GET", "HEAD", "OPTIONS"}


def changes(request: Request) -> bool:
    """Whether a request may change something, by its method."""
    return request.method not in _SAFE


def address_of(request: Request) -> str:
    """Give the address a request comes from."""
    return request.client.host if request.client else "-"


def gate_of(request: Request) -> Gate:
    """Give the door.

    Raises
    ------
    StoreMissing
        Where there is no record store, so nobody who could log in.
    """
    gate: Gate | None = request.app.state.gate
    if gate is None:
        raise StoreMissing
    return gate


def shops_asked(request: Request) -> tuple[str, ...]:
    """Give the tenants that host name, header and query ask for."""
    asked = (
        noted(request.scope, "shop"),
        request.headers.get("x-tenant-id"),
        *request.query_params.getlist("tenant_id"),
    )
    return tuple(dict.fromkeys(str(each).strip().lower() for each in asked if each))


def read_shown(request: Request) -> Shown:
    """Read what a request shows; of several credentials, the first of ``Authorization``, key and cookie.

    Raises
    ------
    Unauthorised
        "Authorization must be Bearer or Token and a credential; got ..."
    """
    headers, token = request.headers, request.headers.get("x-api-key")
    given = headers.get("authorization")
    if given is not None:
        scheme, _, token = given.strip().partition(" ")
        token = token.strip()
        if scheme.lower() not in ("bearer", "token") or not token:
            raise Unauthorised(
                f"Authorization must be Bearer or Token and a credential; got {scheme[:20]!r}."
                " Send Authorization: Bearer ..."
            )
    session = None if token else request.cookies.get(SESSION_COOKIE)
    return Shown(
        token=token or None,
        session=session,
        csrf=headers.get("x-csrf-token") if session else None,
        shops=shops_asked(request),
    )


async def identify(request: Request, scope: str) -> Caller:
    """Tell who asks and count it; in a thread only where the database or Redis must be asked.

    Raises
    ------
    Unauthorised, NotAllowed, UnknownShop, TooMany
    """
    gate, shown = gate_of(request), read_shown(request)
    caller = gate.remembered(shown, changes=changes(request))
    if caller is None:
        caller = await run_in_threadpool(gate.admit, shown, changes=changes(request))
    user = "-" if caller.actor.user_id is None else str(caller.actor.user_id)
    known = {"tenant": caller.tenant.slug, "credential": caller.credential, "user_id": user}
    note(request.scope, **known, role=caller.actor.role)
    if gate.limiter.local:
        gate.limiter.count(caller)
    else:
        await run_in_threadpool(gate.limiter.count, caller)
    caller.require(scope)
    return caller
