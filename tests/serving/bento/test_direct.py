"""All that is not BentoML's own comes to us past its middlewares, from the second connection on."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse
from starlette.routing import Mount, Route

from serving.bento.direct import direct_to


class Counting:
    """A middleware that knows what came through it."""

    paths: list[str]

    def __init__(self, app: Any) -> None:
        self.app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            Counting.paths.append(scope["path"])
        await self.app(scope, receive, send)


@pytest.fixture
def app() -> Starlette:
    """An application that has a route of its own, and us below."""
    Counting.paths = []

    async def front(scope: Any, receive: Any, send: Any) -> None:
        await PlainTextResponse(f"ours: {scope['path']}")(scope, receive, send)

    async def answer(scope: Any, receive: Any, send: Any) -> None:
        direct_to(front, scope)
        await front(scope, receive, send)

    async def livez(request: Any) -> PlainTextResponse:
        return PlainTextResponse("theirs")

    routes = [Route("/livez", livez), Mount("/", answer)]
    return Starlette(routes=routes, middleware=[Middleware(Counting)])


def ask(app: Starlette, *paths: str) -> list[str]:
    """Ask one path after the other."""

    async def all_of_them() -> list[str]:
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            return [(await client.get(path)).text for path in paths]

    return asyncio.run(all_of_them())


def test_the_first_connection_comes_through_them_and_the_next_ones_do_not(
    app: Starlette,
) -> None:
    said = ask(app, "/a", "/b", "/c")
    assert said == ["ours: /a", "ours: /b", "ours: /c"]
    assert Counting.paths == ["/a"]


def test_routes_of_its_own_are_served_as_before(app: Starlette) -> None:
    said = ask(app, "/livez", "/a", "/livez", "/livez/")
    assert said == ["theirs", "ours: /a", "theirs", "ours: /livez/"]
    assert Counting.paths == ["/livez", "/a", "/livez"]
