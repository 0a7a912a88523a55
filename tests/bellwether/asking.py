"""An application that is asked: in this process by a client that waits, or where it listens."""

from __future__ import annotations

import shutil
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import anyio
import httpx
import uvicorn
from tests.serving.rest.people import SECRET
from tests.serving.shop import NOW, OPEN, SHOP, make_package, make_shop

from scoring.published import publish
from serving.access.gate import Gate
from serving.access.rates import Limiter
from serving.access.secret import Secret
from serving.app import make_app
from serving.predict.asking import AppState
from serving.predict.packages import PackageShelf
from serving.predict.store import RecordStore


@contextmanager
def open_app(migrated_file: Path, home: Path) -> Iterator[Any]:
    """The shop acme with its customers 17850 and 12346 and its models churn and credit, open to this machine."""
    shutil.copy(migrated_file, home / "records.db")
    store = RecordStore(f"sqlite:///{home / 'records.db'}")
    make_shop(store.engine)
    for model in ("churn", "credit"):
        publish(make_package(model), home / "packages")
    shelf = PackageShelf([home / "packages"], SHOP)
    gate = Gate(store.engine, Secret(SECRET), Limiter(), lambda: NOW)
    yield make_app(AppState(shelf=shelf, store=store, now=lambda: NOW), gate, OPEN)
    store.close()


@contextmanager
def listening(app: Any) -> Iterator[str]:
    """Let an application listen on this machine; its address."""
    config = uvicorn.Config(app, log_config=None, lifespan="off", ws="none")
    server = uvicorn.Server(config)
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        door.listen()
        thread = threading.Thread(target=server.run, kwargs={"sockets": [door]})
        thread.start()
        yield f"http://127.0.0.1:{door.getsockname()[1]}"
        server.should_exit = True
        thread.join()


class InProcess(httpx.BaseTransport):
    """Hands requests to an ASGI application.

    Parameters
    ----------
    failures : list of Exception
        Raised one after the other, before anything is handed on.
    """

    def __init__(self, app: Any, failures: list[Exception] | None = None) -> None:
        self.transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
        self.failures = failures or []
        self.sent: list[httpx.Request] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Answer a request."""
        self.sent.append(request)
        if self.failures:
            raise self.failures.pop(0)

        async def handed() -> httpx.Response:
            answer = await self.transport.handle_async_request(request)
            return httpx.Response(
                answer.status_code, headers=answer.headers, content=await answer.aread()
            )

        return anyio.run(handed)
