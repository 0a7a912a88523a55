"""``POST /predict/{model}``, answered at once where all is plainly right."""

from __future__ import annotations

import logging
import time
from typing import Protocol

from starlette.concurrency import run_in_threadpool
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from commerce.records.errors import CommerceError
from commerce.records.tenants import SHARED
from features.errors import FeatureError
from scoring.errors import ScoringError
from serving.access.callers import Caller, require_shop
from serving.access.gate import Gate
from serving.errors import LogUnwritable, ServingError, StoreUnavailable
from serving.hot.bodies import read_question, write
from serving.hot.door import Door, Letterhead
from serving.hot.limits import Limit
from serving.hot.together import Together
from serving.predict.answers import keep
from serving.predict.asking import Answer, AppState, CustomerRequest, ValuesRequest
from serving.predict.by_customer import decide_by_customer, see_customer
from serving.predict.by_values import decide_by_values, is_whole
from serving.rest.patience import DEADLINE, in_time
from serving.rest.protection import LARGEST_BODY, carried, is_to_us
from serving.rest.request_log import log_request, new_request_id, note, note_steps
from serving.rest.schemas import PREFIX, SCOPE, UNABLE, write_answer
from serving.settings import DoorSettings

logger = logging.getLogger(__name__)

_UNDER, _BATCH = f"{PREFIX}/", "/batch"
_PATIENCE = 1.0
"""Seconds for which a body is waited for; one that comes later is waited for elsewhere."""
_UNABLE = (LogUnwritable, StoreUnavailable)
_REFUSALS = (CommerceError, FeatureError, ScoringError, ServingError, TimeoutError)


class Served(Protocol):
    """The application's state, or what it is made with."""

    serving: AppState
    gate: Gate | None
    door: DoorSettings


class HotPath:
    """ASGI middleware, the outermost: answers a question, or hands it on as it came.

    Handed on is whatever is refused, so that one place words it; and whoever was not let in a moment ago, so that one
    place looks credentials up.

    Parameters
    ----------
    served : Served
    """

    def __init__(self, app: ASGIApp, served: Served) -> None:
        self.app, self._served = app, served
        self._door = Door(lambda scope: is_to_us(scope, served.door))
        self._together = Together(lambda: served.serving)
        self._headers: dict[tuple[str, DoorSettings], list[tuple[bytes, bytes]]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if (
            scope["type"] != "http"
            or scope["method"] != "POST"
            or not scope["path"].startswith(_UNDER)
            or scope["path"].endswith(_BATCH)
        ):
            await self.app(scope, receive, send)
            return
        began, served = time.perf_counter(), self._served
        letterhead = self._door.read(scope, served.door, served.gate)
        if not letterhead.plain:
            await self.app(scope, receive, send)
            return
        came: list[Message] = []
        asked = await _received(receive, came)
        request_id = new_request_id()
        found = None if asked is None else await self._answer(scope, letterhead, asked, request_id)
        if found is None:
            await self.app(scope, _again(came, receive), send)
            return
        note_steps(scope, found.steps)
        body: bytes = write(write_answer(found))
        headers = [
            (b"content-length", b"%d" % len(body)),
            (b"x-request-id", request_id.encode()),
            *self._usual_headers(scope),
        ]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})
        log_request(scope, request_id, f"{_UNDER}{found.package.model}", 200, began)

    def _usual_headers(self, scope: Scope) -> list[tuple[bytes, bytes]]:
        """Give the headers that every answer carries."""
        door = self._served.door
        found = self._headers.get((scope["scheme"], door))
        if found is None:
            usual = {"content-type": "application/json", **carried(scope, door)}
            found = [(name.lower().encode(), value.encode()) for name, value in usual.items()]
            self._headers[scope["scheme"], door] = found
        return found

    async def _answer(
        self, scope: Scope, letterhead: Letterhead, body: bytes, request_id: str
    ) -> Answer | None:
        """Answer, and keep the answer; None where it takes a closer look."""
        model, asked = scope["path"].removeprefix(_UNDER), read_question(body)
        state: AppState | None = self._served.serving
        if asked is None or state is None or not state.shelf.has_model(model):
            return None
        try:
            if not await self._let_in(scope, letterhead, asked.tenant):
                return None
            found = await self._decide(model, asked, request_id)
            await _keep(state, found)
            return found
        except _UNABLE as error:  # which the route would only find out once more
            note(scope, **{UNABLE: error})
            return None
        except _REFUSALS:
            return None
        except Exception:  # whatever it is: the other way may still lead to an answer
            logger.exception("request_id=%s failed on the hot path", request_id)
            return None

    async def _decide(
        self, model: str, asked: CustomerRequest | ValuesRequest, request_id: str
    ) -> Answer:
        """Decide here where that is quickest, else in a thread."""
        state = self._served.serving
        if isinstance(asked, ValuesRequest):
            if is_whole(state, model, asked):
                return await self._together.decide(model, asked, request_id)
            return await run_in_threadpool(decide_by_values, state, model, asked, request_id)
        if state.store is not None and state.store.is_near:
            seen = see_customer(state, model, asked, request_id)
        else:
            seen = await in_time(see_customer, state, model, asked, request_id)
        if seen is None:
            return await in_time(decide_by_customer, state, model, asked, request_id)
        return await self._together.decide_seen(seen)

    async def _let_in(self, scope: Scope, letterhead: Letterhead, tenant: str) -> bool:
        """Whether the sender may ask about a tenant, as was told a moment ago; counts the request."""
        served = self._served
        if letterhead.name is None:
            return tenant in served.door.open or "*" in served.door.open
        gate = served.gate
        caller = None if gate is None else gate.recall(letterhead.name)
        if gate is None or caller is None:
            return False
        caller.require(SCOPE)
        caller.require_staff("asking about customers")
        if tenant != SHARED and not caller.may_choose():
            require_shop(caller, tenant)
        if gate.limiter.local:
            gate.limiter.count(caller)
        else:
            await run_in_threadpool(gate.limiter.count, caller)
        _note(scope, caller)
        return True


def _note(scope: Scope, caller: Caller) -> None:
    user = "-" if caller.actor.user_id is None else str(caller.actor.user_id)
    note(scope, tenant=caller.tenant.slug, credential=caller.credential, user_id=user)


async def _keep(state: AppState, found: Answer) -> None:
    if found.entry is None:
        return
    if state.log is None:
        await in_time(keep, state, found)
    else:
        with Limit(DEADLINE):
            await state.log.kept(found.entry)


async def _received(receive: Receive, came: list[Message]) -> bytes | None:
    """Receive a body, and all that came of it; None where it does not come at once, or is too large."""
    body: bytes = b""
    try:
        with Limit(_PATIENCE):
            while True:
                came.append(message := await receive())
                body += message.get("body", b"")
                if message["type"] != "http.request" or len(body) > LARGEST_BODY:
                    return None
                if not message.get("more_body", False):
                    return body
    except TimeoutError:
        return None


def _again(came: list[Message], receive: Receive) -> Receive:
    """Give what was received once more, and then what comes."""
    waiting = iter(came)

    async def receive_again() -> Message:
        return next(waiting, None) or await receive()

    return receive_again
