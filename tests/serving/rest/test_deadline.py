"""An answer that does not begin in time is refused with a sentence, and what comes of it later is not sent."""

from __future__ import annotations

import asyncio
import json
import threading
from typing import Any

import pytest
from starlette.concurrency import run_in_threadpool
from starlette.responses import PlainTextResponse, StreamingResponse

from serving.rest.deadline import Deadline
from serving.rest.overload import Overload

Messages = list[dict[str, Any]]


async def ask(app: Any, path: str = "/a") -> Messages:
    """Ask once, and give all that was sent."""
    sent: Messages = []

    async def send(message: Any) -> None:
        sent.append(message)

    came = [{"type": "http.request", "body": b"", "more_body": False}]

    async def receive() -> Any:
        return came.pop() if came else await asyncio.get_running_loop().create_future()

    await app({"type": "http", "path": path, "method": "GET"}, receive, send)
    return sent


def test_an_answer_in_time_is_given_however_long_it_then_takes() -> None:
    async def parts() -> Any:
        yield "a"
        await asyncio.sleep(0.1)
        yield "b"

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await StreamingResponse(parts())(scope, receive, send)

    start, *bodies = asyncio.run(ask(Deadline(app, 0.05)))
    assert start["status"] == 200
    assert b"".join(each["body"] for each in bodies) == b"ab"


def test_a_thread_that_hangs_is_left_and_its_slot_is_free_for_the_next() -> None:
    may_end = threading.Event()

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["path"] == "/hangs":
            await run_in_threadpool(may_end.wait, 10)
        await PlainTextResponse("said")(scope, receive, send)

    async def both() -> tuple[Messages, Messages]:
        front = Overload(Deadline(app, 0.05), 1)
        refused = await ask(front, "/hangs")
        answered = await ask(front, "/a")
        may_end.set()
        await asyncio.sleep(0.1)  # for what the thread would say
        return refused, answered

    refused, answered = asyncio.run(both())
    assert [each["type"] for each in refused] == ["http.response.start", "http.response.body"]
    assert refused[0]["status"] == 503
    assert dict(refused[0]["headers"])[b"retry-after"]
    problem = json.loads(refused[1]["body"])
    assert problem["detail"].startswith("answer must begin within 0.05 seconds; got none.")
    assert answered[0]["status"] == 200


def test_what_fails_fails_as_it_did_and_too_late_in_the_log_alone(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["path"] == "/late":
            try:
                await asyncio.sleep(10)
            finally:
                raise LookupError("no such row")
        raise LookupError("no such page")

    async def both() -> Messages:
        deadline = Deadline(app, 0.05)
        with pytest.raises(LookupError, match="no such page"):
            await ask(deadline)
        refused = await ask(deadline, "/late")
        await asyncio.sleep(0)
        return refused

    assert asyncio.run(both())[0]["status"] == 503
    assert "an answer that came too late failed" in caplog.text
    assert "no such row" in caplog.text


def test_who_goes_away_takes_the_answer_along() -> None:
    ended = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        try:
            await asyncio.sleep(10)
        finally:
            ended.append(scope["path"])

    async def given_up() -> None:
        asking = asyncio.create_task(ask(Deadline(app, 10), "/a"))
        await asyncio.sleep(0.01)
        asking.cancel()
        await asyncio.wait([asking])
        await asyncio.sleep(0)

    asyncio.run(given_up())
    assert ended == ["/a"]
