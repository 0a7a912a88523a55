"""What stands in front answers while the application is still being made, and hands on to it once it is there."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

import pytest

from serving.hot.front import MadeBeside


async def echo(scope: Any, receive: Any, send: Any) -> None:
    await send(scope["path"])


def made_after(may_go: threading.Event) -> Any:
    """Make an application, once it may be there."""
    assert may_go.wait(10)
    return echo


async def ask(app: MadeBeside, path: str) -> list[str]:
    said: list[str] = []

    async def send(message: Any) -> None:
        said.append(message)

    async def receive() -> Any:
        raise AssertionError("nothing is received")

    await app({"type": "http", "path": path}, receive, send)
    return said


def test_who_asks_too_early_waits_and_is_answered() -> None:
    may_go = threading.Event()

    async def early() -> list[str]:
        app = MadeBeside(lambda: made_after(may_go))
        asking = asyncio.create_task(ask(app, "/a"))
        await asyncio.sleep(0)
        assert not asking.done()
        may_go.set()
        return [*await asking, *await ask(app, "/b")]

    assert asyncio.run(early()) == ["/a", "/b"]


def test_who_waits_no_longer_takes_the_application_from_nobody_else() -> None:
    may_go = threading.Event()

    async def given_up() -> list[str]:
        app = MadeBeside(lambda: made_after(may_go))
        one, other = asyncio.create_task(ask(app, "/a")), asyncio.create_task(ask(app, "/b"))
        await asyncio.sleep(0)
        one.cancel()
        with pytest.raises(asyncio.CancelledError):
            await one
        may_go.set()
        return await other

    assert asyncio.run(given_up()) == ["/b"]


def test_an_application_that_cannot_be_made_is_told_of_to_everybody_and_to_the_log(
    caplog: pytest.LogCaptureFixture,
) -> None:
    def make() -> Any:
        raise LookupError("no such page")

    async def in_vain() -> None:
        app = MadeBeside(make)
        for _ in range(2):
            with pytest.raises(LookupError, match="no such page"):
                await ask(app, "/a")

    asyncio.run(in_vain())
    assert "the application must be made; it was not" in caplog.text
