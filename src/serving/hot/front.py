"""What stands in front of the application: what answers at once, how many may ask, and for how long."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable
from concurrent.futures import Future

from starlette.types import ASGIApp, Receive, Scope, Send

from serving.hot.path import HotPath, Served
from serving.rest.deadline import Deadline
from serving.rest.overload import Overload

DEADLINE = 30.0
"""Seconds in which an answer of the application begins, or is refused."""

logger = logging.getLogger(__name__)


def in_front(app: ASGIApp, served: Served) -> ASGIApp:
    """Put the hot path before an application and its deadline, and the bound of the door before them all."""
    in_time = Deadline(app, DEADLINE)
    return Overload(HotPath(in_time, served), served.door.most_at_once)


class MadeBeside:
    """An ASGI application that is made in a thread while others answer; who needs it waits until it is there.

    Parameters
    ----------
    make : callable
        Takes a second or two.
    """

    def __init__(self, make: Callable[[], ASGIApp]) -> None:
        self._making: Future[ASGIApp] = Future()
        self._making.set_running_or_notify_cancel()  # who waits and goes away ends nothing
        threading.Thread(
            target=self._make, args=(make,), name="makes the application", daemon=True
        ).start()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if not self._making.done():
            await asyncio.wrap_future(self._making)
        await self._making.result()(scope, receive, send)

    def _make(self, make: Callable[[], ASGIApp]) -> None:
        try:
            self._making.set_result(make())
        except BaseException as error:  # who waits is told
            logger.exception("the application must be made; it was not")
            self._making.set_exception(error)
