"""More at once than is answered in good time is refused at once: who waits in a long line waits for nothing."""

from __future__ import annotations

import time
import uuid

from starlette.types import ASGIApp, Receive, Scope, Send

from serving.rest.problems import problem
from serving.rest.request_log import log_request

RETRY_SECONDS = 1
"""After which somebody who was refused may ask again."""

_ALWAYS = frozenset({"/livez", "/readyz", "/metrics"})


class Overload:
    """ASGI middleware, the outermost.

    Parameters
    ----------
    most : int, >= 1
        Requests that are in hand.
    """

    def __init__(self, app: ASGIApp, most: int) -> None:
        self.app, self._most = app, most
        self._in_hand = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] != "http" or scope["path"] in _ALWAYS:
            await self.app(scope, receive, send)
            return
        if self._in_hand >= self._most:
            await self._refuse(scope, receive, send)
            return
        self._in_hand += 1
        try:
            await self.app(scope, receive, send)
        finally:
            self._in_hand -= 1

    async def _refuse(self, scope: Scope, receive: Receive, send: Send) -> None:
        began, request_id = time.perf_counter(), str(uuid.uuid4())
        response = problem(
            429,
            f"requests at once must be at most {self._most} by worker; got more."
            f" Wait {RETRY_SECONDS} second and ask again.",
            request_id,
            headers={"Retry-After": str(RETRY_SECONDS), "X-Request-ID": request_id},
            path=scope["path"],
        )
        await response(scope, receive, send)
        log_request(scope, request_id, "-", 429, began)
