"""The Bento: BentoML starts the workers and takes connections; what answers is `serving.bento.server`.

The process that starts the workers imports this module, too, so what is heavy is imported by workers alone.

Binds to 127.0.0.1 unless told otherwise. Tracing, access log and metrics are off: the first two cost
more than an answer does, and BentoML's metrics count by raw path. `serving.rest.request_log` logs instead.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import bentoml
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from serving.bento.supervision import give_up, heed_workers, workers_from

if TYPE_CHECKING:
    from starlette.types import Receive, Scope, Send

    from serving.bento.server import Server

HOST, PORT = "127.0.0.1", 3000

try:
    _workers = workers_from(os.environ)
except ValueError as error:
    sys.exit(f"bellwether: {error}")

_servers: list[Server] = []
"""That of this process, once it is open."""


async def answer(scope: Scope, receive: Receive, send: Send) -> None:
    """Serve a connection that came through BentoML, and have the next ones come directly."""
    from serving.bento.direct import direct_to

    front = _servers[-1].front
    direct_to(front, scope)
    await front(scope, receive, send)


@bentoml.service(
    name="bellwether",
    workers=_workers,
    http={"host": HOST, "port": PORT},
    traffic={"timeout": 30},
    metrics={"enabled": False},
    logging={"access": {"enabled": False}},
    tracing={"excluded_urls": ".*"},
)
@bentoml.asgi_app(answer, path="/")  # of an application it knows, it looks at every route each time
class Service:
    """Explained decisions per customer: will they leave, will they pay."""

    def __init__(self) -> None:
        from serving.bento.server import Server, Unopened, shut_out

        index = bentoml.server_context.worker_index  # None where no server runs it
        if index is not None:
            shut_out()
        try:
            self.server = Server(os.environ, first=index in (None, 1))
        except Unopened as error:
            if index is None:
                raise
            give_up(str(error))
        _servers.append(self.server)

    async def __is_ready__(self) -> bool:
        """Say what BentoML's /readyz answers; a sentence where it is no."""
        refused = await run_in_threadpool(self.server.refusal)
        if refused is not None:
            raise HTTPException(503, *refused)
        return True

    @bentoml.on_deployment  # type: ignore[untyped-decorator]
    @staticmethod
    def prepare() -> None:
        """Run in the process that starts the workers, before it does."""
        heed_workers()

    @bentoml.on_shutdown  # type: ignore[untyped-decorator]
    def close(self) -> None:
        """Give back what was opened."""
        self.server.close()
