"""What a client has already is not sent again: an ETag on what is read under ``/api``, and 304 where it still holds.

A tag is made of the answer and of whom it was for (tenant, role, user, credential), so that nobody learns from a tag
of somebody else's whether both would read the same.
"""

from __future__ import annotations

import hashlib

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from serving.rest.request_log import noted


class Conditional:
    """ASGI middleware."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if (
            scope["type"] != "http"
            or scope["method"] != "GET"
            or not scope["path"].startswith("/api")
        ):
            await self.app(scope, receive, send)
            return
        start: Message | None = None
        body = b""

        async def send_once(message: Message) -> None:
            nonlocal start, body
            if message["type"] == "http.response.start" and _is_json(message):
                start = message
                return
            if start is None:
                await send(message)
                return
            body += message.get("body", b"")
            if message.get("more_body", False):
                return
            tag = _tag(scope, body)
            headers = MutableHeaders(scope=start)
            headers["ETag"] = tag
            if _has(Headers(scope=scope).get("if-none-match", ""), tag):
                start["status"], body = 304, b""
                del headers["content-length"], headers["content-type"]
            await send(start)
            await send({"type": "http.response.body", "body": body})

        await self.app(scope, receive, send_once)


def _is_json(start: Message) -> bool:
    kind = Headers(scope=start).get("content-type", "")
    return start["status"] == 200 and kind.startswith("application/json")


def _tag(scope: Scope, body: bytes) -> str:
    whose = "\x1f".join(
        str(noted(scope, name)) for name in ("tenant", "role", "user_id", "credential")
    )
    return f'"{hashlib.sha256(whose.encode() + bytes([0]) + body).hexdigest()[:32]}"'


def _has(asked: str, tag: str) -> bool:
    """Whether a client names the tag among those it has, weak or not; ``*`` is any."""
    return any(each.strip().removeprefix("W/") in (tag, "*") for each in asked.split(","))
