"""Connections come to us without the detour through BentoML's middlewares, which are left to routes of its own.

It lays them around every application, for traces, a context and a deadline. They take a sixth of an answer's time, and
the deadline never stops its timer: what a request leaves there lies in memory for as long as it might have taken,
which is 30 MB at a thousand answers a second.
"""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send


class Direct:
    """ASGI middleware that stands where an application has all of its own.

    Parameters
    ----------
    app : Starlette
        Whose own routes are served through its middlewares, as before.
    front : ASGIApp
        Serves all other requests.
    """

    def __init__(self, app: Starlette, front: ASGIApp) -> None:
        assert app.middleware_stack is not None
        self._through_all, self._front = app.middleware_stack, front
        self._own = {route.path for route in app.routes if isinstance(route, Route)}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        is_theirs = scope["type"] != "http" or scope["path"] in self._own
        await (self._through_all if is_theirs else self._front)(scope, receive, send)


def direct_to(front: ASGIApp, scope: Scope) -> None:
    """Have the application that hands on this connection direct the next ones to us itself."""
    app: Starlette = scope["app"]
    if not isinstance(app.middleware_stack, Direct):
        app.middleware_stack = Direct(app, front)
