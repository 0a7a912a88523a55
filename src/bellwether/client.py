"""Clients of the serving API: one that waits for its answers, and one for `asyncio`.

Their methods are the questions of `bellwether.questions`, by the same names and parameters.
"""

from __future__ import annotations

# longer than modules are here: the two clients stand side by side, for what one does the other does with `await`
import asyncio
import inspect
import time
from collections.abc import Awaitable, Callable, Coroutine
from functools import cached_property, wraps
from typing import Any, Concatenate, ParamSpec, TypeVar, cast, get_args, get_type_hints

import httpx

from bellwether import questions
from bellwether.connection import Asker
from bellwether.exchange import Outcome
from bellwether.questions import Question

Told = TypeVar("Told")
Asked = ParamSpec("Asked")


def _asks(
    question: Callable[Asked, Question[Told]],
) -> Callable[Concatenate[Client, Asked], Told]:
    """Make a method of a question: it asks and gives the answer."""

    @wraps(question)
    def ask(self: Client, /, *given: Asked.args, **named: Asked.kwargs) -> Told:
        return self.ask(question(*given, **named))

    return _signed(ask, question)


def _awaits(
    question: Callable[Asked, Question[Told]],
) -> Callable[Concatenate[AsyncClient, Asked], Coroutine[Any, Any, Told]]:
    """Make a method of a question that is awaited."""

    @wraps(question)
    async def ask(self: AsyncClient, /, *given: Asked.args, **named: Asked.kwargs) -> Told:
        return await self.ask(question(*given, **named))

    return _signed(ask, question)


Method = TypeVar("Method", bound=Callable[..., Any])


def _signed(method: Method, question: Callable[..., Question[Any]]) -> Method:
    """Write a method's signature as a notebook shows it: the question's, and what it is answered with."""
    signature = inspect.signature(question)
    itself = inspect.Parameter("self", inspect.Parameter.POSITIONAL_ONLY)
    (told,) = get_args(get_type_hints(question)["return"])
    method.__signature__ = signature.replace(  # type: ignore[attr-defined]
        parameters=[itself, *signature.parameters.values()], return_annotation=told
    )
    method.__annotations__ = {**method.__annotations__, "return": told}
    return method


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

    predict = _asks(questions.predict)
    explain = _asks(questions.explain)
    models = _asks(questions.models)
    model = _asks(questions.model)
    recommendations = _asks(questions.recommendations)
    value = _asks(questions.value)
    credit_profile = _asks(questions.credit_profile)

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

    predict = _awaits(questions.predict)
    explain = _awaits(questions.explain)
    models = _awaits(questions.models)
    model = _awaits(questions.model)
    recommendations = _awaits(questions.recommendations)
    value = _awaits(questions.value)
    credit_profile = _awaits(questions.credit_profile)

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
