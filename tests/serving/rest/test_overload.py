"""More at once than can be answered in good time is refused at once, and the rest is answered."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest
from starlette.types import Receive, Scope, Send

from serving.rest.overload import Overload


class Slow:
    """An application that answers when it is told to."""

    def __init__(self) -> None:
        self.go = asyncio.Event()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.go.wait()
        if scope["path"] == "/fails":
            raise ZeroDivisionError
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b""})


async def ask(app: Any, path: str) -> httpx.Response:
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
        return await client.get(path)


async def fill(app: Slow, path: str, most: int) -> tuple[Overload, list[asyncio.Task[Any]]]:
    """Have as much in hand as there may be."""
    overload = Overload(app, most)
    tasks = [asyncio.create_task(ask(overload, path)) for _ in range(most)]
    await asyncio.sleep(0.05)
    return overload, tasks


def test_what_is_too_much_is_refused_and_says_when_to_ask_again() -> None:
    async def run() -> None:
        app = Slow()
        overload, tasks = await fill(app, "/", 3)
        refused = await ask(overload, "/predict/churn")
        assert refused.status_code == 429
        assert refused.headers["retry-after"] == "1"
        assert refused.headers["content-type"] == "application/problem+json"
        assert refused.json()["detail"] == (
            "requests at once must be at most 3 by worker; got more. Wait 1 second and ask again."
        )
        assert refused.headers["x-request-id"] == refused.json()["request_id"]
        app.go.set()
        assert {(await task).status_code for task in tasks} == {200}
        assert (await ask(overload, "/")).status_code == 200

    asyncio.run(run())


@pytest.mark.parametrize("path", ["/livez", "/readyz", "/metrics"])
def test_probes_come_through(path: str) -> None:
    async def run() -> None:
        app = Slow()
        overload, tasks = await fill(app, "/", 2)
        probe = asyncio.create_task(ask(overload, path))
        await asyncio.sleep(0.02)
        app.go.set()
        assert (await probe).status_code == 200
        await asyncio.gather(*tasks)

    asyncio.run(run())


@pytest.mark.parametrize("how", ["fails", "gives up"])
def test_who_fails_or_gives_up_leaves_the_place_to_another(how: str) -> None:
    async def run() -> None:
        app = Slow()
        overload, tasks = await fill(app, "/fails", 2)
        if how == "fails":
            app.go.set()
        else:
            for task in tasks:
                task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        app.go.set()
        assert (await ask(overload, "/")).status_code == 200

    asyncio.run(run())
