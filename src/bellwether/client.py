"""Clients of the serving API: one that waits for its answers, and one for `asyncio`.

Their methods are the questions of `bellwether.questions` and `bellwether.batches`, by the same names and parameters.
"""

from __future__ import annotations

# longer than modules are here: the two clients stand side by side, for what one does the other does with `await`
import asyncio
import time
from collections.abc import AsyncGenerator, Awaitable, Generator
from contextlib import aclosing, closing
from functools import cached_property
from itertools import count
from typing import Any, TypeVar, cast

import httpx

from bellwether import batches, questions
from bellwether.answers import BatchRow
from bellwether.batch_parts import Awaited, cut
from bellwether.batch_rows import RowReader
from bellwether.batches import Batch
from bellwether.connection import Asker
from bellwether.exchange import Outcome, wait_after
from bellwether.methods import asks, awaits, streams, streams_awaited
from bellwether.questions import Question

Told = TypeVar("Told")


class Client(Asker[httpx.BaseTransport, object]):
    """Asks a server, and waits for its answers; threads may share one.

    Connections are kept and used again: make one client and close it in the end, or use it in a ``with`` block.
    What can be asked again without harm is: where the server is busy (429) or cannot answer at the moment (503), after
    as long as it says, and where the connection fails before an answer came. Nothing that is asked changes a record of
    the shop; a decision that was asked for twice may be kept twice.

    Parameters
    ----------
    base_url : str
        ``http://localhost:3000``.
    key : str, optional
        An API key (`bellwether create-key`).
    token : str, optional
        An access token (``POST /api/token``), instead of a key. Neither is logged or shown.
    tenant : str, optional
        Whose customers and models are asked about, unless a question names another.
    timeout : float, seconds, default 10
        How long is waited for a connection, and then for an answer.
    retries : int, default 3
        How often a question is asked again at most.
    longest_wait : float, seconds, default 30
        The longest that is waited before one of them; where the server asks for more, its refusal is raised at once.
    connections : int, default 20
        Kept at most; who finds none free waits.
    transport : httpx.BaseTransport, optional
        In place of HTTP over the network, such as an application in this process.
    sleep : callable, optional
        Waits for seconds; `time.sleep` by default.
    draw : callable, optional
        Gives numbers from 0 to 1, by which waits differ.

    Raises
    ------
    InvalidArgument
        "base_url must begin with http:// or https://; got ..." or "credential must be a key or a token; got both. ..."
    """

    _http: httpx.Client

    predict = asks(questions.predict)
    explain = asks(questions.explain)
    models = asks(questions.models)
    model = asks(questions.model)
    recommendations = asks(questions.recommendations)
    value = asks(questions.value)
    credit_profile = asks(questions.credit_profile)
    predict_batch = streams(batches.predict_batch)

    def ask(self, question: Question[Told]) -> Told:
        """Ask a question of `bellwether.questions`.

        Parameters
        ----------
        question : Question

        Returns
        -------
        object
            What the question is answered with.

        Raises
        ------
        ClientError
        """
        steps, outcome = self._begin(question), None
        while True:
            try:
                step = steps.send(outcome)
            except StopIteration as done:
                return cast("Told", done.value)
            if isinstance(step, float):
                self._sleep(step)
                outcome = None
            else:
                outcome = self._send(step)

    def stream(self, batch: Batch) -> Generator[BatchRow, None, None]:
        """Ask a batch of `bellwether.batches`, and give its answers one by one.

        Parameters
        ----------
        batch : Batch

        Yields
        ------
        BatchAnswer or RefusedRow

        Raises
        ------
        ClientError
        """
        with closing(cut(batch)) as parts:
            for part in parts:
                if part is None:
                    continue
                request = self._request_of(batch, part, part)
                for attempt in count():
                    reader = RowReader(part)
                    try:
                        with closing(self._http.send(request, stream=True)) as response:
                            if response.is_success:
                                for chunk in response.iter_bytes():
                                    yield from reader.read(chunk)
                                yield from reader.end()
                                break
                            response.read()
                            outcome: Outcome = response
                    except httpx.RequestError as error:
                        outcome = reader.before_the_first(error)
                    self._sleep(
                        wait_after(outcome, attempt, request, self._patience, batch.timeout)
                    )

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def __enter__(self) -> Client:
        """Begin a block at whose end the connections are closed."""
        return self

    def __exit__(self, *exception: object) -> None:
        """Close the connections."""
        self.close()

    def _send(self, request: httpx.Request) -> Outcome:
        try:
            return self._http.send(request)
        except httpx.RequestError as error:
            return error

    def _open(self, **options: Any) -> httpx.Client:
        return httpx.Client(**options)

    @staticmethod
    def _usual_sleep(seconds: float) -> None:
        time.sleep(seconds)


class AsyncClient(Asker[httpx.AsyncBaseTransport, Awaitable[object]]):
    """Asks a server while others run: `Client` with methods that are awaited, and an ``async with`` block.

    Parameters
    ----------
    base_url : str
    key : str, optional
    token : str, optional
    tenant : str, optional
    timeout : float, seconds, default 10
    retries : int, default 3
    longest_wait : float, seconds, default 30
    connections : int, default 20
        All as of `Client`.
    transport : httpx.AsyncBaseTransport, optional
        In place of HTTP over the network; ``httpx.ASGITransport(app)`` asks an application in this process.
    sleep : callable, optional
        Waits for seconds when awaited; `asyncio.sleep` by default.
    draw : callable, optional
        Gives numbers from 0 to 1, by which waits differ.

    Raises
    ------
    InvalidArgument
    """

    _http: httpx.AsyncClient

    predict = awaits(questions.predict)
    explain = awaits(questions.explain)
    models = awaits(questions.models)
    model = awaits(questions.model)
    recommendations = awaits(questions.recommendations)
    value = awaits(questions.value)
    credit_profile = awaits(questions.credit_profile)
    predict_batch = streams_awaited(batches.predict_batch)

    async def ask(self, question: Question[Told]) -> Told:
        """Ask a question of `bellwether.questions`.

        Parameters
        ----------
        question : Question

        Returns
        -------
        object
            What the question is answered with.

        Raises
        ------
        ClientError
        """
        steps, outcome = self._begin(question), None
        while True:
            try:
                step = steps.send(outcome)
            except StopIteration as done:
                return cast("Told", done.value)
            if isinstance(step, float):
                await self._sleep(step)
                outcome = None
            else:
                outcome = await self._send(step)

    async def stream(self, batch: Batch) -> AsyncGenerator[BatchRow, None]:
        """Ask a batch of `bellwether.batches`, and give its answers one by one.

        Parameters
        ----------
        batch : Batch

        Yields
        ------
        BatchAnswer or RefusedRow

        Raises
        ------
        ClientError
        """
        with closing(cut(batch)) as parts:
            for part in parts:
                if part is None:
                    await asyncio.sleep(0)
                    continue
                request = self._request_of(batch, part, Awaited(part))
                for attempt in count():
                    reader = RowReader(part)
                    try:
                        async with (
                            self._turns,
                            aclosing(await self._http.send(request, stream=True)) as response,
                        ):
                            if response.is_success:
                                async for chunk in response.aiter_bytes():
                                    for row in reader.read(chunk):
                                        yield row
                                for row in reader.end():
                                    yield row
                                break
                            await response.aread()
                            outcome: Outcome = response
                    except httpx.RequestError as error:
                        outcome = reader.before_the_first(error)
                    await self._sleep(
                        wait_after(outcome, attempt, request, self._patience, batch.timeout)
                    )

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def __aenter__(self) -> AsyncClient:
        """Begin a block at whose end the connections are closed."""
        return self

    async def __aexit__(self, *exception: object) -> None:
        """Close the connections."""
        await self.close()

    @cached_property
    def _turns(self) -> asyncio.Semaphore:
        """Of thousands that wait, so many are in httpx's pool at once: it looks through all it has at every answer."""
        return asyncio.Semaphore(self._connections)

    async def _send(self, request: httpx.Request) -> Outcome:
        try:
            async with self._turns:
                return await self._http.send(request)
        except httpx.RequestError as error:
            return error

    def _open(self, **options: Any) -> httpx.AsyncClient:
        return httpx.AsyncClient(**options)

    @staticmethod
    async def _usual_sleep(seconds: float) -> None:
        await asyncio.sleep(seconds)
