"""The first thing a request meets: whose name it comes to, from where, how large, how slow; and what answers carry.

ASGI middlewares, so that every answer of whatever router, page or asset has them.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from serving.access.errors import UnknownShop
from serving.rest.problems import problem
from serving.rest.request_log import note, request_id_of
from serving.settings import LOOPBACK, DoorSettings

LARGEST_BODY = 1_000_000
"""Bytes; a request by values of a thousand features has a tenth of it."""
LARGEST_UPLOAD = 10_000_000
"""Bytes of a form with files."""
LARGEST_BATCH = 512_000_000
"""Bytes of a batch of questions."""
SLOWEST_BODY = 20.0
"""Seconds within which a body has come in whole."""
SLOWEST_BATCH = 6 * SLOWEST_BODY
"""The same of a batch."""

HEADERS = {
    "Content-Security-Policy": "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none';"
    " form-action 'self'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
"""What every answer carries, unless its route says otherwise."""

_PRIVATE = ("/api", "/models")
"""How paths begin whose answers are those of who asks."""

_BATCH = re.compile(r"/predict/[^/]+/batch")
"""Where batches are sent, which may be larger than other bodies, and so take longer."""
_PROBES = ("/livez", "/readyz")


class Protection:
    """ASGI middleware: whose name, from where, how large, how slow; and the headers of every answer.

    Parameters
    ----------
    settings : DoorSettings
    shop_of_host : callable
        Gives the slug of the shop that is reached under a host name, or None; may ask the database.
    slowest : float
        Seconds within which a body must have come in.
    """

    def __init__(
        self,
        app: ASGIApp,
        settings: DoorSettings,
        shop_of_host: Callable[[str], str | None],
        slowest: float = SLOWEST_BODY,
    ) -> None:
        self.app, self._settings = app, settings
        self._shop_of_host, self._slowest = shop_of_host, slowest

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        path: str = scope["path"]
        if len(path) > 1 and path.endswith("/"):
            scope["path"] = path.rstrip("/") or "/"
            scope["raw_path"] = scope["path"].encode()
        headers = Headers(scope=scope)
        self._believe_proxy(scope, headers)

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                answered = MutableHeaders(scope=message)
                for name, value in carried(scope, self._settings).items():
                    answered.setdefault(name, value)
            await send(message)

        refused = await self._refused_host(scope, headers)
        if refused is not None:
            status, sentence = refused
            response = problem(status, sentence, request_id_of(scope), path=scope["path"])
            await response(scope, receive, send_guarded)
            return
        await self.app(scope, self._bounded(scope, headers, receive), send_guarded)

    def _believe_proxy(self, scope: Scope, headers: Headers) -> None:
        """Take address, scheme and host name from a proxy's headers, if it is a trusted one."""
        client = scope.get("client")
        if client is None or client[0] not in self._settings.proxies:
            return
        came = [part.strip() for part in headers.get("x-forwarded-for", "").split(",")]
        strangers = [
            address for address in came if address and address not in self._settings.proxies
        ]
        if strangers:
            scope["client"] = (strangers[-1], 0)  # those before it were written by who knows whom
        scheme = headers.get("x-forwarded-proto")
        if scheme in ("http", "https"):
            scope["scheme"] = scheme
        host = headers.get("x-forwarded-host")
        if host:
            scope["headers"] = [
                *(pair for pair in scope["headers"] if pair[0] != b"host"),
                (b"host", host.encode("latin-1")),
            ]

    async def _refused_host(self, scope: Scope, headers: Headers) -> tuple[int, str] | None:
        """Check the host name, and note the shop it belongs to."""
        if scope["path"] in _PROBES:
            return None
        host = _host_of(scope)
        if _is_own(host, self._settings):
            return None
        try:
            shop = await run_in_threadpool(self._shop_of_host, host) if host else None
        except UnknownShop as error:
            return 404, str(error)
        note(scope, shop=shop)
        if shop is not None or _is_served(host, self._settings):
            return None
        return 400, (
            f"host must be one that is served here; got {host[:100]!r}."
            " Add it to ALLOWED_HOSTS, or give it to a shop as its domain."
        )

    def _bounded(self, scope: Scope, headers: Headers, receive: Receive) -> Receive:
        """Refuse a body that is larger than it may be, or that does not come."""
        form = headers.get("content-type", "").startswith("multipart/")
        most, slowest = LARGEST_UPLOAD if form else LARGEST_BODY, self._slowest
        if scope["method"] == "POST" and _BATCH.fullmatch(scope["path"]):
            most, slowest = LARGEST_BATCH, slowest * SLOWEST_BATCH / SLOWEST_BODY
        size, ends, done = 0, asyncio.get_running_loop().time() + slowest, False

        async def receive_bounded() -> Message:
            nonlocal size, done
            if done:
                return await receive()  # until the client goes away
            left = ends - asyncio.get_running_loop().time()
            try:
                message = await asyncio.wait_for(receive(), max(0.0, left))
            except TimeoutError:
                raise HTTPException(
                    408,
                    f"body must come in within {slowest:g} seconds; got a part. Send it again.",
                ) from None
            size += len(message.get("body", b""))
            done = not message.get("more_body", False)
            if size > most:
                raise HTTPException(
                    413, f"body must hold at most {most} bytes; got more. Ask about less."
                )
            return message

        return receive_bounded


def carried(scope: Scope, settings: DoorSettings) -> dict[str, str]:
    """Give the headers that the answer to a request carries, unless its route says otherwise."""
    more = {}
    if scope["path"].startswith(_PRIVATE):
        more = {"Cache-Control": "private, no-cache", "Vary": "Authorization, X-API-Key, Cookie"}
    if scope["scheme"] == "https" or not settings.debug:  # plain HTTP ignores it
        more["Strict-Transport-Security"] = "max-age=31536000"
    return {**HEADERS, **more}


def is_to_us(scope: Scope, settings: DoorSettings) -> bool:
    """Whether a request comes to a name of the server's own, and none of a shop."""
    return _is_own(_host_of(scope), settings)


def _host_of(scope: Scope) -> str:
    given = Headers(scope=scope).getlist("host")
    return name_of_host(given[0]) if len(given) == 1 else ""


def name_of_host(given: str) -> str:
    """Give the name in a Host header, without its port; "" for what is none.

    Examples
    --------
    >>> name_of_host("Shop.Example.org:3000"), name_of_host("[::1]:3000"), name_of_host("a b")
    ('shop.example.org', '::1', '')
    """
    name, _, port = given.lower().rpartition(":")
    if not port.isdigit() or (name.count(":") and not name.endswith("]")):
        name = given.lower()
    name = name.removeprefix("[").removesuffix("]").rstrip(".")
    plain = name.replace("-", "").replace(".", "").replace(":", "").replace("_", "")
    return name if plain.isascii() and plain.isalnum() else ""


def _is_own(host: str, settings: DoorSettings) -> bool:
    """Whether a name is the server's own, and none of a shop."""
    domain = settings.domain
    return _is_served(host, settings) and not (domain and host.endswith(f".{domain}"))


def _is_served(host: str, settings: DoorSettings) -> bool:
    return host in LOOPBACK or any(_fits(host, own) for own in settings.hosts)


def _fits(host: str, own: str) -> bool:
    """Whether a host name is one of our own; ``.example.org`` means all below, ``*`` any."""
    return (
        own == "*" or host == own.removeprefix(".") or (own.startswith(".") and host.endswith(own))
    )
