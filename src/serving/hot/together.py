"""Questions by values that came at once are decided at once: a table of several rows costs little more than of one.

Nobody waits for anybody: what an event loop finds in one turn is taken together, and that is often one alone.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import NamedTuple

from serving.predict.asking import Answer, AppState, ValuesRequest
from serving.predict.deciding import decide_by_values, decide_together


class _Waiting(NamedTuple):
    request: ValuesRequest
    request_id: str
    found: asyncio.Future[Answer | None]


_Key = tuple[asyncio.AbstractEventLoop, str, str]


class Together:
    """Decides upon values, those of one turn of the event loop together.

    Parameters
    ----------
    state : callable
        Gives what answers are made of.
    """

    def __init__(self, state: Callable[[], AppState]) -> None:
        self._state = state
        self._waiting: dict[_Key, list[_Waiting]] = {}

    async def decide(self, model: str, request: ValuesRequest, request_id: str) -> Answer:
        """Decide upon the values of a request; raises as `serving.predict.deciding.decide_by_values` does."""
        loop = asyncio.get_running_loop()
        key = loop, model, request.tenant
        others = self._waiting.get(key)
        if others is None:  # the first of this turn decides for all
            found = await self._decide_for_all(key, request, request_id)
        else:
            waiting = _Waiting(request, request_id, loop.create_future())
            others.append(waiting)
            found = await waiting.found
        return found or decide_by_values(self._state(), model, request, request_id)

    async def _decide_for_all(
        self, key: _Key, request: ValuesRequest, request_id: str
    ) -> Answer | None:
        """Let the turn go by, and decide for who came in it; None where each has to look for itself."""
        others = self._waiting[key] = []
        await asyncio.sleep(0)
        del self._waiting[key]
        if not others:
            return None
        _, model, tenant = key
        asked = [(request, request_id), *((each.request, each.request_id) for each in others)]
        found: Sequence[Answer | None] = [None] * len(asked)
        try:
            found = decide_together(self._state(), model, tenant, asked) or found
        finally:
            for each, answer in zip(others, found[1:], strict=True):
                if not each.found.done():
                    each.found.set_result(answer)
        return found[0]
