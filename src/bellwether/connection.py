"""What both clients are made of: where the server is, who asks, and how patiently."""

from __future__ import annotations

import random
from collections.abc import AsyncIterable, Callable, Iterable
from typing import Any, Generic, TypeVar

import httpx

from bellwether.batch_parts import Part
from bellwether.batches import Batch
from bellwether.errors import InvalidArgument
from bellwether.exchange import Patience, Steps, converse
from bellwether.questions import Question

LINES = "application/x-ndjson"
"""What a batch is sent and answered as: a line of JSON for each question."""

Told = TypeVar("Told")
Transport = TypeVar("Transport")
Slept = TypeVar("Slept")


class Asker(Generic[Transport, Slept]):
    """A client but for how it waits; `bellwether.client.Client` tells the parameters."""

    _http: httpx.Client | httpx.AsyncClient

    def __init__(
        self,
        base_url: str,
        *,
        key: str | None = None,
        token: str | None = None,
        tenant: str | None = None,
        timeout: float = 10.0,
        retries: int = 3,
        longest_wait: float = 30.0,
        connections: int = 20,
        transport: Transport | None = None,
        sleep: Callable[[float], Slept] | None = None,
        draw: Callable[[], float] = random.random,
    ) -> None:
        self.tenant, self.timeout = tenant, timeout
        self._patience = Patience(retries=retries, longest=longest_wait, draw=draw)
        self._sleep = sleep or self._usual_sleep
        self._connections = connections
        self._http = self._open(
            base_url=_address(base_url),
            headers={"User-Agent": "bellwether.client", **_credential(key, token)},
            timeout=httpx.Timeout(timeout, pool=None),  # whoever waits its turn is not too late
            limits=httpx.Limits(max_connections=connections, max_keepalive_connections=connections),
            transport=transport,
        )

    @staticmethod
    def _usual_sleep(seconds: float) -> Slept:
        raise NotImplementedError

    def _open(self, **options: Any) -> httpx.Client | httpx.AsyncClient:
        raise NotImplementedError

    def __repr__(self) -> str:
        """Tell where the server is and whose customers are asked about, and nothing of the credential."""
        url = self._http.base_url
        place = f"{url.scheme}://{url.netloc.decode()}{url.path.rstrip('/')}"
        return f"{type(self).__name__}({place!r}, tenant={self.tenant!r})"

    def _begin(self, question: Question[Told]) -> Steps[Told]:
        headers, body = question.of(self.tenant)
        request = self._http.build_request(
            question.method, question.path, params=question.query, headers=headers, content=body
        )
        return converse(request, question.told, self._patience, self.timeout)

    def _request_of(
        self, batch: Batch, part: Part, body: Iterable[bytes] | AsyncIterable[bytes]
    ) -> httpx.Request:
        tenant = batch.tenant or self.tenant
        return self._http.build_request(
            "POST",
            batch.path,
            params={**batch.query, **({} if tenant is None else {"tenant": tenant})},
            headers={"Content-Type": LINES, "Accept": LINES, "Content-Length": str(part.size)},
            content=body,
            timeout=httpx.Timeout(batch.timeout, connect=self.timeout, pool=None),
        )


def _address(base_url: str) -> httpx.URL:
    try:
        url = httpx.URL(base_url)
    except httpx.InvalidURL as error:
        raise InvalidArgument(
            f"base_url must be an address; got one that is none: {error}. Write http://localhost:3000."
        ) from error
    if url.userinfo:
        raise InvalidArgument("base_url must name no user; got one. Give a key or a token instead.")
    if url.scheme not in ("http", "https") or not url.host:
        raise InvalidArgument(
            f"base_url must begin with http:// or https://; got {base_url[:100]!r}. Write http://localhost:3000."
        )
    return url


def _credential(key: str | None, token: str | None) -> dict[str, str]:
    """Show either as Authorization, which httpx hides wherever it shows headers."""
    if key and token:
        raise InvalidArgument(
            "credential must be a key or a token; got both. Give the one that is meant to be asked with."
        )
    shown = (key or token or "").strip()
    if not shown.isascii() or not shown.isprintable():
        raise InvalidArgument("credential must be of plain characters; got others. Copy it again.")
    return {"Authorization": f"Bearer {shown}"} if shown else {}
