"""What becomes of a batch where the server is busy, connections fail, or whoever asked has heard enough."""

from __future__ import annotations

import asyncio
import time
from contextlib import aclosing, closing
from typing import Any

import httpx
import msgspec
import numpy as np
import pytest
from tests.bellwether.many import VALUES, Ask, Network

from bellwether import batch_parts
from bellwether.answers import BatchAnswer, BatchRow
from bellwether.client import AsyncClient, Client
from bellwether.errors import (
    BrokenOff,
    Refused,
    Unanswered,
    Unavailable,
    Unreachable,
    Unreadable,
)
from serving.predict.asking import BATCHES_AT_ONCE


def test_a_busy_server_is_asked_again_with_all_of_it(ask: Ask, app: Any) -> None:
    turns, waited = app.state.serving.batches, list[float]()
    for _ in range(BATCHES_AT_ONCE):
        assert turns.acquire(blocking=False)
    taken = BATCHES_AT_ONCE

    def sleep(seconds: float) -> None:
        nonlocal taken
        waited.append(seconds)
        if len(waited) == 2:
            turns.release()
            taken -= 1

    try:
        given = ({**VALUES[0], "days_since_order": day / 100} for day in range(5000))
        rows = ask(features=given, reasons=False, sleep=sleep)
        assert waited == [2.2, 2.4]
        assert [row.index for row in rows] == list(range(5000))
        assert all(isinstance(row, BatchAnswer) for row in rows)
        assert turns.acquire(blocking=False)
        taken += 1
        with pytest.raises(Unavailable, match="batch must wait its turn; got 2"):
            ask(features=VALUES, client={"longest_wait": 1.0})
    finally:
        for _ in range(taken):
            turns.release()


@pytest.mark.parametrize(
    "failure", [httpx.ConnectError("connection refused"), 0, 40], ids=["before", "at once", "early"]
)
def test_a_connection_that_fails_before_an_answer_is_tried_again_with_all_of_it(
    ask: Ask, failure: Exception | int
) -> None:
    network, waited = Network(failure), list[float]()
    rows = ask(features=iter(VALUES), sleep=waited.append, client={"transport": network})
    assert [row.index for row in rows] == [0, 1, 2]
    assert len(network.sent) == 2
    assert waited == [0.2]


def test_a_server_that_stays_away_is_said_so(ask: Ask) -> None:
    network, waited = Network(*[httpx.ReadError("")] * 4), list[float]()
    with pytest.raises(Unreachable, match="server must be reachable"):
        ask(features=VALUES, sleep=waited.append, client={"transport": network})
    assert waited == [0.2, 0.4, 0.8]


def test_answers_that_break_off_are_good_and_not_asked_for_again(ask: Ask, url: str) -> None:
    answer = httpx.post(
        f"{url}/predict/churn/batch?tenant=acme",
        content=msgspec.json.encode({"features": VALUES[0]}),
        headers={"Content-Type": "application/x-ndjson"},
    )
    network, rows = Network(len(answer.content) + 9), list[BatchRow]()
    given = [{"spend_90d": np.inf}, VALUES[0], VALUES[1]]
    with pytest.raises(BrokenOff) as broken:
        ask(features=iter(given), rows=rows, client={"transport": network})
    assert str(broken.value) == (
        "answers must come for all 2 questions of a request; got 1 before the connection failed: connection reset."
        " Ask again from place 2 on."
    )
    assert broken.value.index == 2
    assert isinstance(broken.value.__cause__, httpx.ReadError)
    assert [row.index for row in rows] == [0, 1]
    assert len(network.sent) == 1


def test_a_part_that_fails_leaves_those_before_it(
    ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batch_parts, "MOST_QUESTIONS", 2)
    network, rows = Network(None, httpx.ReadTimeout("timed out")), list[BatchRow]()
    with pytest.raises(Unanswered, match="must come within 7 seconds"):
        ask(features=VALUES, rows=rows, timeout=7, client={"transport": network})
    assert [row.index for row in rows] == [0, 1]


def test_how_long_is_waited_is_the_batchs_own() -> None:
    network = Network(httpx.ReadTimeout("timed out"))
    with (
        Client("http://localhost", transport=network, timeout=3.0) as client,
        pytest.raises(Unanswered),
    ):
        list(client.predict_batch("churn", features=VALUES, timeout=60.0))
    assert network.sent[0].extensions["timeout"] == {
        "connect": 3.0,
        "read": 60.0,
        "write": 60.0,
        "pool": None,
    }


def test_a_batch_that_is_stopped_early_gives_connection_and_turn_back(app: Any, url: str) -> None:
    given = [VALUES[0]] * 20_000
    with Client(url, tenant="acme", connections=1) as client:
        with closing(client.predict_batch("churn", features=given)) as rows:
            assert next(rows).index == 0
            assert (
                turns_free(app) == BATCHES_AT_ONCE - 1
            )  # the answers are not waited for as a whole
        wait_for_turns(app)
        assert client.models().count == 2
        for row in client.predict_batch("churn", features=given):
            assert row.index == 0
            break
        wait_for_turns(app)
        assert client.models().count == 2

    async def stop() -> None:
        async with AsyncClient(url, tenant="acme", connections=1) as awaited:
            async with aclosing(awaited.predict_batch("churn", features=given)) as rows:
                assert (await anext(rows)).index == 0
                assert turns_free(app) == BATCHES_AT_ONCE - 1
            wait_for_turns(app)
            assert (await awaited.models()).count == 2

    asyncio.run(stop())


def wait_for_turns(app: Any) -> None:
    """Wait until the server answers no batch any more."""
    ends = time.monotonic() + 30
    while turns_free(app) < BATCHES_AT_ONCE:
        assert time.monotonic() < ends
        time.sleep(0.05)


def turns_free(app: Any) -> int:
    """How many batches may begin."""
    turns, taken = app.state.serving.batches, 0
    while turns.acquire(blocking=False):
        taken += 1
    for _ in range(taken):
        turns.release()
    return taken


def test_a_page_in_place_of_answers_is_said_so() -> None:
    def page(request: httpx.Request) -> httpx.Response:
        status = 502 if request.url.path == "/predict/credit/batch" else 200
        return httpx.Response(status, text="<html>It works!</html>")

    with Client("http://localhost", transport=httpx.MockTransport(page)) as client:
        with pytest.raises(Refused, match="got 502 Bad Gateway without its reason"):
            list(client.predict_batch("credit", features=VALUES))
        with pytest.raises(Unreadable, match="answer must be of the declared shape; got another"):
            list(client.predict_batch("churn", features=VALUES))
