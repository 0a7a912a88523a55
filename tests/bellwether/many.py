"""Asking about many by either client, over a network where connections fail."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any, Protocol

import httpx

from bellwether.answers import BatchRow

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
