"""An error that nobody foresaw: logged once under its request's id, and answered in the shape of every refusal.

With ``SENTRY_DSN`` Sentry's own handler takes it from the log.
"""

from __future__ import annotations

import logging
from importlib import import_module

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from serving.errors import ServingError
from serving.rest.problems import problem
from serving.rest.request_log import request_id_of

logger = logging.getLogger(__name__)


class Faults:
    """ASGI middleware, inside those that give an answer its id and headers."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        began = False

        async def send_seen(message: Message) -> None:
            nonlocal began
            began = True
            await send(message)

        try:
            await self.app(scope, receive, send_seen)
        except Exception:  # whatever it is: this is the last place that can log and answer it
            if scope["type"] != "http":
                raise
            request_id = request_id_of(scope)
            logger.exception("request_id=%s failed", request_id, extra={"request_id": request_id})
            if not began:  # else the connection just ends
                sentence = "the server must not fail on a question; it did. Look for the request_id in its log."
                await problem(500, sentence, request_id, path=scope["path"])(scope, receive, send)


def report_to_sentry(dsn: str) -> None:
    """Have errors of the log reported, without bodies, personal data or values of variables.

    Raises
    ------
    ServingError
        "sentry-sdk must be installed to report to SENTRY_DSN; got none. ..."
    """
    try:
        sentry = import_module("sentry_sdk")
    except ImportError as error:
        raise ServingError(
            "sentry-sdk must be installed to report to SENTRY_DSN; got none."
            " Run `pip install sentry-sdk`, or leave SENTRY_DSN out."
        ) from error
    sentry.init(
        dsn=dsn,
        send_default_pii=False,
        max_request_body_size="never",
        include_local_variables=False,
    )
