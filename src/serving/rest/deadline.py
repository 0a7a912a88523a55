"""An answer begins in time, or is refused: whoever asked hears so, and the next is let in."""

from __future__ import annotations

import asyncio
import logging
import time

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from serving.rest.problems import problem
from serving.rest.request_log import log_request, new_request_id

logger = logging.getLogger(__name__)


class Deadline:
    """ASGI middleware around an application that takes what time it likes.

    A thread that is at work cannot be stopped: it goes on, and what it says later nobody hears.

    Parameters
    ----------
    seconds : float
        In which an answer begins; how long it then takes is its own affair.
    """

    def __init__(self, app: ASGIApp, seconds: float) -> None:
        self.app, self._seconds = app, seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        came, is_late = time.perf_counter(), False
        begun: asyncio.Future[None] = asyncio.get_running_loop().create_future()

        async def send_begun(message: Message) -> None:
            if is_late:
                return
            if not begun.done():
                begun.set_result(None)
            await send(message)

        answering = asyncio.ensure_future(self._answer(scope, receive, send_begun))
        try:
            await asyncio.wait(
                (answering, begun), timeout=self._seconds, return_when=asyncio.FIRST_COMPLETED
            )
            if begun.done() or answering.done():
                await answering
                return
        except asyncio.CancelledError:
            answering.cancel()
            raise
        is_late = True
        answering.cancel()
        answering.add_done_callback(_hear)
        await self._refuse(scope, receive, send, came)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.app(scope, receive, send)

    async def _refuse(self, scope: Scope, receive: Receive, send: Send, came: float) -> None:
        request_id = new_request_id()
        response = problem(
            503,
            f"answer must begin within {self._seconds:g} seconds; got none."
            " Ask again later, or for less at once.",
            request_id,
            headers={"X-Request-ID": request_id},
            path=scope["path"],
        )
        await response(scope, receive, send)
        log_request(scope, request_id, "-", 503, came)


def _hear(answering: asyncio.Task[None]) -> None:
    """Hear of an error that nobody waits for any more."""
    if not answering.cancelled() and (error := answering.exception()) is not None:
        logger.error("an answer that came too late failed", exc_info=error)
