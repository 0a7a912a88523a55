"""Asking a server: routes, connections that are kept, and how long answers take."""

from __future__ import annotations

import asyncio
import json
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from benchmarks.serving.servers import Server

CONNECTIONS = 8

Step = tuple[str, str, Any]
"""Method, path, and a body or None."""


@dataclass(frozen=True)
class Route:
    """What is asked of both servers, over and over."""

    name: str
    family: str
    """``list``, ``read``, ``checkout`` or ``question``."""
    steps: Callable[[int], Sequence[Step]]
    """What a connection sends as the nth time; the time of all of it is one answer's."""
    buys: bool = False
    """By a buyer, each connection another one; else by an admin."""


@dataclass(frozen=True)
class Speed:
    """Answers a second, milliseconds of waiting, milliseconds of the server's processors an answer."""

    rate: float
    p50: float
    p95: float
    cpu: float


class Line:
    """A connection that is kept, with a credential."""

    def __init__(self, port: int, token: str) -> None:
        self._port, self._token = port, token

    async def __aenter__(self) -> Line:
        self._reader, self._writer = await asyncio.open_connection("127.0.0.1", self._port)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._writer.close()

    async def ask(self, method: str, path: str, body: Any = None) -> tuple[int, bytes]:
        """Send one request; give status and body."""
        sent = b"" if body is None else json.dumps(body).encode()
        kind = "content-type: application/json\r\n" if sent else ""
        head = (
            f"{method} {path} HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {self._token}\r\n"
            f"{kind}content-length: {len(sent)}\r\n\r\n"
        )
        self._writer.write(head.encode() + sent)
        answer = await self._reader.readuntil(b"\r\n\r\n")
        length = int(answer.lower().split(b"content-length:")[1].split(b"\r\n")[0])
        return int(answer[9:12]), await self._reader.readexactly(length)

    async def told(self, method: str, path: str, body: Any = None) -> Any:
        """Send one request that must be answered; give what the JSON says."""
        status, answer = await self.ask(method, path, body)
        if status not in (200, 201):
            raise RuntimeError(f"{method} {path} must be answered; got {status}: {answer[:500]!r}")
        return json.loads(answer)


async def ask_for(
    port: int, tokens: Sequence[str], route: Route, seconds: float, first: int
) -> list[float]:
    """Keep a connection for each token busy until the time is over; give how long each answer took."""
    until = time.perf_counter() + seconds

    async def keep_asking(place: int, token: str) -> list[float]:
        times, turn = [], first + place
        async with Line(port, token) as line:
            while (began := time.perf_counter()) < until:
                for method, path, body in route.steps(turn):
                    status, answer = await line.ask(method, path, body)
                    if status not in (200, 201):
                        raise RuntimeError(f"{path} must be answered; got {status}: {answer!r}")
                times.append(time.perf_counter() - began)
                turn += len(tokens)
        return times

    found = await asyncio.gather(*(keep_asking(*each) for each in enumerate(tokens)))
    return [one for times in found for one in times]


def measure(
    server: Server, tokens: Sequence[str], route: Route, seconds: float, first: int
) -> Speed:
    """Ask one server for a while."""
    began, cpu = time.perf_counter(), server.cpu()
    times = asyncio.run(ask_for(server.port, tokens, route, seconds, first))
    elapsed, spent = time.perf_counter() - began, server.cpu() - cpu
    cuts = statistics.quantiles(times, n=20) if len(times) > 1 else times * 19
    return Speed(len(times) / elapsed, cuts[9] * 1e3, cuts[18] * 1e3, spent / len(times) * 1e3)
