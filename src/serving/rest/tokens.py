"""Logging in and out: access and refresh tokens for programs, a session's cookie for pages."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import Cookie, Depends, Request, Response
from pydantic import Field

from commerce.records.actors import Role
from serving.access import logins
from serving.access.callers import Caller
from serving.access.gate import Gate
from serving.access.tokens import ACCESS_LIFETIME
from serving.rest.deps import Asking, Resource, public
from serving.rest.fields import Question, Told, example
from serving.rest.shown import SESSION_COOKIE, address_of, gate_of, shops_asked

router = Resource("tokens", "/api", "log in")


class LogIn(Question):
    """A name and a password; the shop is named where several know the name, here or as `X-Tenant-ID`."""

    model_config = example(username="ada", password="correct horse")  # noqa: S106 - an example

    username: str = Field(max_length=150)
    password: str = Field(max_length=1024, repr=False)
    tenant: str | None = None


class RefreshToken(Question):
    """A refresh token."""

    model_config = example(refresh="5f1c...c3.Zm9v...")

    refresh: str = Field(max_length=500, repr=False)


class TokenPair(Told):
    """What a program shows from now on."""

    model_config = example(
        token="eyJhbGciOiJIUzI1NiIs...",  # noqa: S106 - an example
        access="eyJhbGciOiJIUzI1NiIs...",
        refresh="5f1c...c3.Zm9v...",
        expires_in=900,
    )

    token: str = Field(description="The access token.")
    access: str = Field(description="The same.")
    refresh: str = Field(
        description="For the next pair, once; whoever uses it twice is logged out."
    )
    expires_in: int = Field(description="Seconds for which the access token is good.")


class SessionAnswer(Told):
    """Who is logged in, and what a page sends as `X-CSRF-Token` with whatever changes something."""

    model_config = example(
        role="admin",
        tenant="acme",
        user_id="77d2a6ad-2b5c-4f3e-9a55-8c8fb5a0f1d2",
        customer_id=None,
        csrf_token=None,
    )

    role: Role
    tenant: str
    user_id: UUID | None
    customer_id: UUID | None
    csrf_token: str | None


@router.post("/token", summary="Obtain tokens")
@public
def obtain(
    request: Request, response: Response, gate: Annotated[Gate, Depends(gate_of)], body: LogIn
) -> TokenPair:
    """By name and password. Too many wrong ones are answered with 429."""
    caller, refresh = _logged_in(request, gate, body, "refresh")
    return _pair(response, gate, caller, refresh)


@router.post("/token/refresh", summary="Obtain the next tokens")
@public
def refresh(
    response: Response, gate: Annotated[Gate, Depends(gate_of)], body: RefreshToken
) -> TokenPair:
    """A refresh token is good once: used again, the log-in ends, for whoever holds a copy, too."""
    try:
        caller, fresh = logins.rotate(gate.engine, body.refresh, key=gate.login_key, now=gate.now())
    finally:
        gate.forget()
    return _pair(response, gate, caller, fresh)


@router.post("/token/revoke", status_code=204, summary="Give tokens back")
@public
def revoke(gate: Annotated[Gate, Depends(gate_of)], body: RefreshToken) -> None:
    """The log-in of a refresh token ends, with every access token of it."""
    logins.end(gate.engine, body.refresh, now=gate.now())
    gate.forget()


@router.post("/session", summary="Log in a browser")
@public
def log_in(
    request: Request, response: Response, gate: Annotated[Gate, Depends(gate_of)], body: LogIn
) -> SessionAnswer:
    """The answer sets a cookie that no script reads and no other site sends."""
    caller, session = _logged_in(request, gate, body, "session")
    response.set_cookie(
        SESSION_COOKIE,
        session,
        max_age=int(logins.LIFETIMES["session"].total_seconds()),
        httponly=True,
        samesite="lax",
        secure=request.url.scheme == "https" or not request.app.state.door.debug,
    )
    response.headers["Cache-Control"] = "no-store"
    return _session(gate, caller, session)


@router.get("/session", summary="Who is logged in?")
def who(
    desk: Asking, bellwether_session: Annotated[str | None, Cookie(include_in_schema=False)] = None
) -> SessionAnswer:
    """By whichever credential."""
    return _session(desk.gate, desk.caller, bellwether_session)


@router.post("/logout", status_code=204, summary="Log out")
@router.delete("/session", status_code=204, summary="Log out a browser")
def log_out(desk: Asking, response: Response) -> None:
    """The log-in of this credential ends; a key's does not, it is revoked at `/api/keys`."""
    with desk.working() as work:
        logins.end_one(work, desk.caller)
    desk.gate.forget()
    response.delete_cookie(SESSION_COOKIE)


def _logged_in(request: Request, gate: Gate, body: LogIn, kind: logins.Kind) -> tuple[Caller, str]:
    shops = {*shops_asked(request), *([body.tenant.lower()] if body.tenant else [])}
    return gate.log_in(body.username, body.password, kind, shops=shops, address=address_of(request))


def _pair(response: Response, gate: Gate, caller: Caller, refresh: str) -> TokenPair:
    access = gate.access_token(caller)
    response.headers["Cache-Control"] = "no-store"
    seconds = int(ACCESS_LIFETIME.total_seconds())
    return TokenPair(token=access, access=access, refresh=refresh, expires_in=seconds)


def _session(gate: Gate, caller: Caller, session: str | None) -> SessionAnswer:
    return SessionAnswer(
        role=caller.actor.role,
        tenant=caller.tenant.slug,
        user_id=caller.actor.user_id,
        customer_id=caller.actor.customer_id,
        csrf_token=gate.csrf_token(session) if session else None,
    )
