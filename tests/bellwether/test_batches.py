"""Both clients ask a listening server about many: answers come one by one, each in its place, refusals among them."""

from __future__ import annotations

import asyncio
import time
import weakref
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import aclosing, closing
from dataclasses import fields, replace
from datetime import UTC, date, datetime
from typing import Any, Protocol

import httpx
import msgspec
import numpy as np
import pytest
from tests.bellwether.asking import listening
from tests.serving.rest.people import Shops

from bellwether import batch_parts, batches
from bellwether.answers import BatchAnswer, BatchRow, Prediction, RefusedRow
from bellwether.client import AsyncClient, Client
from bellwether.errors import (
    BrokenOff,
    ClientError,
    InvalidArgument,
    NotAllowed,
    NotFound,
    Refused,
    Unanswered,
    Unavailable,
    Unreachable,
    Unreadable,
)
from serving.predict.asking import BATCHES_AT_ONCE
from serving.predict.batches import MOST_ROWS
from serving.rest import batch_bodies, protection

VALUES: list[dict[str, Any]] = [
    {"orders_90d": 2, "spend_90d": 3499, "days_since_order": 28.5, "order_value_90d": 1749.5},
    {"orders_90d": 0, "spend_90d": 0, "days_since_order": 120, "order_value_90d": None},
    {"orders_90d": 2, "days_since_order": 28.5},
]


class Ask(Protocol):
    """Has one of the clients ask a batch."""

    def __call__(
        self,
        model: str = "churn",
        *,
        rows: list[BatchRow] | None = None,
        url: str | None = None,
        sleep: Callable[[float], None] | None = None,
        client: dict[str, Any] | None = None,
        **asked: Any,
    ) -> list[BatchRow]:
        """Ask.

        Parameters
        ----------
        rows : list, optional
            Which the answers are put into as they come.
        """
        ...


@pytest.fixture(params=[Client, AsyncClient], ids=lambda kind: kind.__name__)
def ask(request: pytest.FixtureRequest, url: str) -> Ask:
    """Ask by either client."""
    here = url

    def told(
        model: str = "churn",
        *,
        rows: list[BatchRow] | None = None,
        url: str | None = None,
        sleep: Callable[[float], None] | None = None,
        client: dict[str, Any] | None = None,
        **asked: Any,
    ) -> list[BatchRow]:
        found = [] if rows is None else rows
        options: dict[str, Any] = {"tenant": "acme", "draw": lambda: 1.0, **(client or {})}
        if request.param is Client:
            with Client(url or here, sleep=sleep, **options) as waiting:
                for row in waiting.predict_batch(model, **asked):
                    found.append(row)
            return found

        async def sleep_awaited(seconds: float) -> None:
            assert sleep is not None
            sleep(seconds)

        async def listen() -> None:
            slept = None if sleep is None else sleep_awaited
            async with AsyncClient(url or here, sleep=slept, **options) as awaited:
                async for row in awaited.predict_batch(model, **asked):
                    found.append(row)

        asyncio.run(listen())
        return found

    return told


class Network(httpx.BaseTransport, httpx.AsyncBaseTransport):
    """The network, where connections fail.

    Parameters
    ----------
    failures : list
        Of each request: an error in place of an answer; of how many bytes the answer ends in an error; or None.
    """

    def __init__(self, *failures: Exception | int | None) -> None:
        self.failures = list(failures)
        self.sent: list[httpx.Request] = []
        self._waiting, self._awaited = httpx.HTTPTransport(), httpx.AsyncHTTPTransport()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Hand a request on."""
        failure = self._failure(request)
        answer = self._waiting.handle_request(request)
        assert isinstance(answer.stream, httpx.SyncByteStream)
        return httpx.Response(
            answer.status_code, headers=answer.headers, stream=Ending(answer.stream, failure)
        )

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Hand a request on."""
        failure = self._failure(request)
        answer = await self._awaited.handle_async_request(request)
        assert isinstance(answer.stream, httpx.AsyncByteStream)
        return httpx.Response(
            answer.status_code, headers=answer.headers, stream=Ending(answer.stream, failure)
        )

    def close(self) -> None:
        """Let all connections go."""
        self._waiting.close()

    async def aclose(self) -> None:
        """Let all connections go."""
        await self._awaited.aclose()

    def _failure(self, request: httpx.Request) -> int | None:
        self.sent.append(request)
        failure = self.failures.pop(0) if self.failures else None
        if isinstance(failure, Exception):
            raise failure
        return failure


class Ending(httpx.SyncByteStream, httpx.AsyncByteStream):
    """Bytes of which no more than so many come."""

    def __init__(self, stream: Any, most: int | None) -> None:
        self._stream, self._left = stream, most

    def __iter__(self) -> Iterator[bytes]:
        """Give them."""
        for chunk in self._stream:
            yield self._some(chunk)
            self._end()

    async def __aiter__(self) -> AsyncIterator[bytes]:
        """Give them."""
        async for chunk in self._stream:
            yield self._some(chunk)
            self._end()

    def _some(self, chunk: bytes) -> bytes:
        if self._left is None:
            return chunk
        some = chunk[: self._left]
        self._left -= len(some)
        return some

    def _end(self) -> None:
        if self._left == 0:
            raise httpx.ReadError("connection reset")

    def close(self) -> None:
        """Let the connection go."""
        self._stream.close()

    async def aclose(self) -> None:
        """Let the connection go."""
        await self._stream.aclose()


def alone(row: BatchRow) -> Prediction:
    """An answer without what it has of its own."""
    assert isinstance(row, BatchAnswer)
    values = {each.name: getattr(row, each.name) for each in fields(Prediction)}
    return Prediction(**{**values, "request_id": ""})


def test_values_come_to_what_they_come_to_alone(ask: Ask, client: Client) -> None:
    rows = ask(features=({**each} for each in VALUES))
    assert [row.index for row in rows] == [0, 1, 2]
    for row, values in zip(rows, VALUES, strict=True):
        assert alone(row) == replace(client.predict("churn", features=values), request_id="")
    assert len({row.request_id for row in rows if isinstance(row, BatchAnswer)}) == 3


def test_customers_come_to_what_they_come_to_alone_and_strangers_are_refused(
    ask: Ask, client: Client
) -> None:
    rows = ask(customer_ids=np.array([17850, 1, 12346]))
    for place, customer in ((0, "17850"), (2, "12346")):
        expected = client.predict("churn", customer_id=customer)
        assert alone(rows[place]) == replace(expected, request_id="")
    with pytest.raises(NotFound) as refused:
        client.predict("churn", customer_id="1")
    assert isinstance(rows[1], RefusedRow)
    assert rows[1].index == 1
    error = rows[1].error
    assert (error.status, error.detail, error.field) == (404, str(refused.value), "customer_id")


def test_what_is_said_once_is_said_of_all(ask: Ask) -> None:
    asked: dict[str, Any] = {"customer_ids": ["17850", "number:1"], "as_of": date(2026, 1, 20)}
    with_reasons = ask(**asked, client={"tenant": None}, tenant="acme")
    without = ask(**asked, reasons=False)
    for row, bare in zip(with_reasons, without, strict=True):
        assert isinstance(row, BatchAnswer)
        assert isinstance(bare, BatchAnswer)
        assert row.as_of == datetime(2026, 1, 19, 23, tzinfo=UTC)  # midnight in the shop's zone
        assert row.reasons
        assert bare == replace(row, reasons=(), request_id=bare.request_id)


def test_what_cannot_be_sent_is_refused_in_its_place_and_the_others_are_answered(ask: Ask) -> None:
    good = VALUES[0]
    wrong = [
        {"spend_90d": np.inf},
        {"orders_90d": object()},
        {"orders_90d": "2" * batches.LONGEST_LINE},
        {"orders_9d": 1},
    ]
    given = [wrong[0], good, wrong[1], wrong[2], good, wrong[3], {**good}, wrong[0]]
    rows = ask(features=iter(given))
    assert [row.index for row in rows] == list(range(8))
    refused = {row.index: row.error for row in rows if isinstance(row, RefusedRow)}
    assert {place: error.status for place, error in refused.items()} == {
        0: 422,
        2: 422,
        3: 413,
        5: 422,
        7: 422,
    }
    assert refused[0].field == refused[7].field == "features.spend_90d"
    assert refused[0].detail.startswith("features.spend_90d must be finite; got inf.")
    assert refused[2].detail.startswith("features must be writable as JSON; got what is not: ")
    assert refused[3].detail.startswith("question must hold at most 1000000 bytes; got 1000")
    assert refused[5].detail.startswith("features must be named as the model's inputs are")


def test_nothing_asked_is_nothing_sent_and_nothing_told(ask: Ask) -> None:
    network = Network()
    assert ask(features=[], client={"transport": network}) == []
    assert ask(customer_ids=iter(()), client={"transport": network}) == []
    assert network.sent == []


def test_more_than_a_request_may_hold_goes_in_several(
    ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batch_parts, "MOST_QUESTIONS", 3)
    network = Network()
    ids = ["17850", "12346", "nobody", "12346", "17850", "12346", "nobody"]
    rows = ask(customer_ids=iter(ids), client={"transport": network})
    assert len(network.sent) == 3
    assert [row.index for row in rows] == list(range(7))
    assert [isinstance(row, RefusedRow) for row in rows] == [each == "nobody" for each in ids]
    assert all(row.customer_id == ids[row.index] for row in rows if isinstance(row, BatchAnswer))


def test_the_limits_are_the_servers() -> None:
    assert batch_parts.MOST_QUESTIONS == MOST_ROWS
    assert batch_parts.LARGEST_BODY == protection.LARGEST_BATCH
    assert batches.LONGEST_LINE == batch_bodies.LONGEST_LINE


class Values(dict[str, Any]):
    """Values that can be watched."""

    __hash__ = object.__hash__  # type: ignore[assignment]


def test_what_is_given_is_not_held(ask: Ask) -> None:
    alive, most = weakref.WeakSet[Values](), 0

    def given() -> Iterator[Values]:
        nonlocal most
        for _ in range(3000):
            each = Values(VALUES[0])
            alive.add(each)
            most = max(most, len(alive))
            yield each

    assert len(ask(features=given(), reasons=False)) == 3000
    assert most <= 3


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


def test_others_have_their_turn_while_a_batch_is_written(url: str) -> None:
    written, seen = [0], list[int]()

    def given() -> Iterator[dict[str, Any]]:
        for _ in range(5000):
            written[0] += 1
            yield VALUES[0]

    async def watch() -> None:
        while written[0] < 5000:
            seen.append(written[0])
            await asyncio.sleep(0)

    async def ask_and_watch() -> None:
        async with AsyncClient(url, tenant="acme") as client:

            async def listen() -> None:
                rows = client.predict_batch("churn", features=given(), reasons=False)
                assert len([row async for row in rows]) == 5000

            await asyncio.gather(listen(), watch())

    asyncio.run(ask_and_watch())
    assert {0 < each < 5000 for each in seen} >= {True}


REFUSALS: dict[str, tuple[dict[str, Any], type[ClientError], str]] = {
    "a model that is misspelt": (
        {"model": "chrun", "features": VALUES},
        NotFound,
        "Did you mean /predict/churn",
    ),
    "a model without a package": (
        {"model": "weather", "features": VALUES},
        Unavailable,
        "must have a published package",
    ),
    "another shop": (
        {"customer_ids": ["1"], "tenant": "acne"},
        NotFound,
        "tenant must exist; got 'acne'",
    ),
    "nobody at all": (
        {},
        InvalidArgument,
        "questions must be given by customer_ids or by features; got none",
    ),
    "both forms at once": (
        {"customer_ids": [], "features": []},
        InvalidArgument,
        "questions must be given by customer_ids or by features; got both",
    ),
    "an id": ({"customer_ids": "17850"}, InvalidArgument, "customer_ids must be many; got one"),
    "one customer's values": (
        {"features": VALUES[0]},
        InvalidArgument,
        "features must be many; got one",
    ),
    "the names of columns": (
        {"features": ["orders_90d"]},
        InvalidArgument,
        "features must be mappings of values by name; got 'orders_90d'",
    ),
    "an instant for values": (
        {"features": VALUES, "as_of": "2026-01-01"},
        InvalidArgument,
        "as_of must come with customer_ids; got features",
    ),
    "no model": ({"model": "", "features": VALUES}, InvalidArgument, "model must be 1 character"),
}


@pytest.mark.parametrize(("asked", "kind", "says"), REFUSALS.values(), ids=REFUSALS)
def test_what_is_wrong_with_all_of_it_is_an_error(
    ask: Ask, asked: dict[str, Any], kind: type[ClientError], says: str
) -> None:
    with pytest.raises(kind) as refused:
        ask(**asked, client={"retries": 0})
    assert says in str(refused.value)


def test_what_cannot_be_asked_is_refused_before_the_first_answer_is_asked_for(url: str) -> None:
    with Client(url) as client, pytest.raises(InvalidArgument):
        client.predict_batch("churn")
    with pytest.raises(InvalidArgument):
        AsyncClient(url).predict_batch("churn")


def test_a_batch_is_asked_with_the_clients_credential(
    ask: Ask, shops: Shops, key_of: Callable[..., str]
) -> None:
    values = [{"open_invoice_balance": 500}]
    with listening(shops.app) as url:
        key = key_of("predictions:write")
        (row,) = ask("credit", url=url, client={"key": key}, features=values)
        assert isinstance(row, BatchAnswer)
        with pytest.raises(NotAllowed):
            ask("credit", url=url, client={"key": key_of("models:read")}, features=values)


def test_a_page_in_place_of_answers_is_said_so() -> None:
    def page(request: httpx.Request) -> httpx.Response:
        status = 502 if request.url.path == "/predict/credit/batch" else 200
        return httpx.Response(status, text="<html>It works!</html>")

    with Client("http://localhost", transport=httpx.MockTransport(page)) as client:
        with pytest.raises(Refused, match="got 502 Bad Gateway without its reason"):
            list(client.predict_batch("credit", features=VALUES))
        with pytest.raises(Unreadable, match="answer must be of the declared shape; got another"):
            list(client.predict_batch("churn", features=VALUES))
