"""A load test counts what came back: answers with their times, refusals in the server's words."""

from __future__ import annotations

from collections import Counter
from contextlib import AsyncExitStack

import anyio
import pytest
from tests.ports import free_port

from bellwether.client import AsyncClient
from bellwether.errors import InvalidArgument
from bellwether.load_test import Load, connect, measure
from bellwether.questions import predict


def test_answers_are_timed_and_refusals_counted(url: str) -> None:
    asked = [predict("churn", customer_id=each) for each in ("17850", "12346", "nobody")]

    async def ask() -> Load:
        async with AsyncExitStack() as closing:
            clients = connect(url, 3, tenant="acme")
            for client in clients:
                await closing.enter_async_context(client)
            return await measure(clients, asked, seconds=0.3)

    load = anyio.run(ask)
    assert set(load.statuses) == {"200", "404"}
    assert len(load.milliseconds) == load.statuses["200"]
    assert list(load.milliseconds) == sorted(load.milliseconds)
    assert load.statuses["200"] == pytest.approx(2 * load.statuses["404"], abs=4)
    assert "'nobody'" in load.sentences["404"]
    assert list(load.sentences) == ["404"]
    assert load.per_second == len(load.milliseconds) / load.seconds
    assert load.own_share > 0


def test_time_is_that_of_the_clock_given(url: str) -> None:
    ticks = iter(range(100))

    async def ask() -> Load:
        async with AsyncClient(url, tenant="acme", retries=0) as client:
            return await measure(
                [client],
                [predict("churn", customer_id="17850")],
                seconds=4.0,
                elapsed=lambda: float(next(ticks)),
                worked=lambda: 0.0,
            )

    load = anyio.run(
        ask
    )  # begun at 0; asked at 1 and 3, answered at 2 and 4; 5 is too late, and 6 the end
    assert load.milliseconds == (1000.0, 1000.0)
    assert (load.seconds, load.own_share) == (6.0, 0.0)
    assert load.statuses == Counter({"200": 2})


def test_a_server_that_is_not_there_is_counted_as_no_answer() -> None:
    async def ask() -> Load:
        async with AsyncClient(f"http://127.0.0.1:{free_port()}", retries=0) as client:
            return await measure([client], [predict("churn")], seconds=0.05)

    load = anyio.run(ask)
    assert set(load.statuses) == {"none"}
    assert load.sentences["none"].startswith("server must be reachable; got no answer from")
    assert load.percentile(0.5) is None


def test_nobody_to_ask_about_is_refused() -> None:
    async def ask() -> None:
        async with AsyncClient("http://localhost") as client:
            await measure([client], [])

    with pytest.raises(InvalidArgument, match="questions must be at least one"):
        anyio.run(ask)
