"""One request id and one log line per request; nothing personal in it.

The line names the route's template, with the model filled in where there is one of that name; never the path
or a body, so neither logs nor what is counted from them hold a customer.
"""

from __future__ import annotations

import logging
import sys
import threading
import time
import uuid
from collections.abc import Callable
from contextlib import suppress
from functools import lru_cache
from typing import Any, TextIO

import msgspec
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from serving.predict.request_ids import RequestIds
from serving.rest import times

logger = logging.getLogger(__name__)

_KEY = "bellwether"
_MOMENT = 0.2
"""Seconds after which a line is out at the latest."""
_LINE = (
    "request_id=%(request_id)s tenant=%(tenant)s by=%(by)s %(method)s %(route)s %(status)d"
    " %(milliseconds).1fms steps=%(steps)s"
)


class JsonLines(logging.Formatter):
    """Writes a record as one line of JSON: a request's facts each by its name, else the message."""

    def format(self, record: logging.LogRecord) -> str:
        """Write one line."""
        facts: dict[str, Any] = getattr(record, "facts", None) or {"message": record.getMessage()}
        more = {"request_id": each} if (each := getattr(record, "request_id", None)) else {}
        if record.exc_info:
            more["error"] = self.formatException(record.exc_info)
        head = {"time": _second(int(record.created)), "level": record.levelname}
        return _write({**head, "logger": record.name, **facts, **more}).decode()


_write = msgspec.json.Encoder(enc_hook=str).encode


@lru_cache(maxsize=4)
def _second(seconds: int) -> str:
    """Write a second of the wall's clock, once for all its lines."""
    return time.strftime("%Y-%m-%dT%H:%M:%S%z", time.localtime(seconds))


class Lines(logging.StreamHandler[TextIO]):
    """Writes lines, and has them out a moment later, warnings at once.

    A system call for each would let another thread go first, and so hold up the next answer.
    """

    def __init__(self, stream: TextIO) -> None:
        super().__init__(stream)
        self.setFormatter(JsonLines())
        self._urgent = False
        threading.Thread(target=self._keep_flushing, name="log-lines", daemon=True).start()

    def emit(self, record: logging.LogRecord) -> None:
        """Write a line."""
        self._urgent = record.levelno >= logging.WARNING
        super().emit(record)

    def flush(self) -> None:
        """Have the lines out where one of them is urgent; called after each."""
        if self._urgent:
            super().flush()

    def close(self) -> None:
        """Have all lines out."""
        self._urgent = True
        with suppress(ValueError):  # the stream was closed before
            super().flush()
        super().close()

    def _keep_flushing(self) -> None:
        while True:
            time.sleep(_MOMENT)
            with suppress(ValueError):  # closed at the end of the process
                super().flush()


def log_lines() -> None:
    """Give the package's loggers a line of JSON each on standard output."""
    package = logging.getLogger("serving")
    if not package.handlers:
        package.addHandler(Lines(sys.stdout))
    package.setLevel(logging.INFO)
    package.propagate = False


class RequestLog:
    """ASGI middleware: gives each request an id, logs its end.

    Parameters
    ----------
    has_model : callable
        Whether a name is a model's, and so may be logged.
    """

    def __init__(self, app: ASGIApp, has_model: Callable[[str], bool]) -> None:
        self.app = app
        self._has_model = has_model

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request_id = new_request_id()
        notes: dict[str, Any] = scope.setdefault(_KEY, {})
        notes["request_id"] = request_id
        began = time.perf_counter()
        status = 500

        async def send_named(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [
                    *message["headers"],
                    (b"x-request-id", request_id.encode()),
                ]
            await send(message)

        try:
            await self.app(scope, receive, send_named)
        finally:
            log_request(scope, request_id, self._place(scope), status, began)

    def _place(self, scope: Scope) -> str:
        template: str = getattr(scope.get("route"), "path", "-")
        model = scope.get("path_params", {}).get("model")
        if model is None or not self._has_model(model):
            return template
        return template.replace("{model}", model)


def log_request(scope: Scope, request_id: str, place: str, status: int, began: float) -> None:
    """Write the line of a request that is over, and count it.

    Parameters
    ----------
    place : str
        The template of its route.
    began : float
        By `time.perf_counter`.
    """
    seconds, notes = time.perf_counter() - began, scope.get(_KEY) or {}
    times.count(scope["method"], place, status, seconds)
    facts = {
        "request_id": request_id,
        "tenant": notes.get("tenant", "-"),
        "user_id": notes.get("user_id", "-"),
        "by": notes.get("credential", "-"),
        "method": scope["method"],
        "route": place,
        "status": status,
        "milliseconds": round(seconds * 1e3, 1),
        "steps": ">".join(notes.get("steps", ())) or "-",
    }
    if logger.isEnabledFor(logging.INFO):  # what `logger.info` does, but for looking up who calls
        line = logging.LogRecord(logger.name, logging.INFO, __file__, 0, _LINE, (facts,), None)
        line.facts = facts
        logger.handle(line)


new_request_id = RequestIds()
"""Gives the id of a new request."""


def request_id_of(scope: Scope) -> str:
    """Give the id of the request being served."""
    notes: dict[str, Any] = scope.get(_KEY) or {}
    return str(notes.get("request_id") or uuid.uuid4())


def note(scope: Scope, **notes: Any) -> None:
    """Leave what is known of a request for the log line and for who handles it further in."""
    scope.setdefault(_KEY, {}).update(notes)


def noted(scope: Scope, name: str) -> Any:
    """Give what was noted under a name, None where nothing was."""
    return scope.get(_KEY, {}).get(name)


def note_steps(scope: Scope, steps: tuple[str, ...]) -> None:
    """Leave the steps that led to an answer for the log line."""
    note(scope, steps=steps)
