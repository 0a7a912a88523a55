"""What is asked at once is decided at once: a table of several rows costs little more than of one.

Nobody waits for anybody: what an event loop finds in one turn is taken together, and that is often one alone.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Hashable, Sequence
from typing import Generic, TypeVar

from features.errors import PartialTooLarge
from serving.predict.asking import Answer, AppState, ValuesRequest
from serving.predict.by_customer import SeenCustomer, decide_seen
from serving.predict.by_values import decide_by_values, decide_together
from serving.predict.packages import Served

Key = TypeVar("Key", bound=Hashable)
Asked = TypeVar("Asked")
Found = TypeVar("Found")


class Together:
    """Decides what is asked in one turn of the event loop together.

    Parameters
    ----------
    state : callable
        Gives what answers are made of.
    """

    def __init__(self, state: Callable[[], AppState]) -> None:
        self._state = state
        self._values = _Turns(self._decide_values)
        self._seen = _Turns(_decide_seen)

    async def decide(self, model: str, request: ValuesRequest, request_id: str) -> Answer:
        """Decide upon the values of a request; raises as `serving.predict.by_values.decide_by_values` does."""
        found = await self._values.ask((model, request.tenant), (request, request_id))
        return found or decide_by_values(self._state(), model, request, request_id)

    async def decide_seen(self, seen: SeenCustomer) -> Answer:
        """Decide upon what was read of a customer; raises as `serving.predict.by_customer.decide_seen` does."""
        return await self._seen.ask(seen.served, seen) or seen.decided()

    def _decide_values(
        self, key: tuple[str, str], asked: Sequence[tuple[ValuesRequest, str]]
    ) -> Sequence[Answer] | None:
        model, tenant = key
        return decide_together(self._state(), model, tenant, asked)


def _decide_seen(served: Served, seen: Sequence[SeenCustomer]) -> Sequence[Answer] | None:
    try:
        return decide_seen(served, seen)
    except PartialTooLarge:  # of one of them
        return None


class _Turns(Generic[Key, Asked, Found]):
    """Finds what is asked in one turn together, by key.

    Parameters
    ----------
    find : callable
        Takes a key and all that was asked by it, and finds as many; or None, where each has to look for itself.
    """

    def __init__(self, find: Callable[[Key, Sequence[Asked]], Sequence[Found] | None]) -> None:
        self._find = find
        self._waiting: dict[
            tuple[asyncio.AbstractEventLoop, Key], list[tuple[Asked, asyncio.Future[Found | None]]]
        ] = {}

    async def ask(self, key: Key, asked: Asked) -> Found | None:
        """Let the turn go by, and give what was found; None for one alone, and where each has to look for itself."""
        loop = asyncio.get_running_loop()
        others = self._waiting.get((loop, key))
        if others is not None:
            found: asyncio.Future[Found | None] = loop.create_future()
            others.append((asked, found))
            return await found
        others = self._waiting[loop, key] = []  # the first of this turn asks for all
        try:
            await asyncio.sleep(0)
            del self._waiting[loop, key]
            return self._find_for_all(key, asked, others) if others else None
        finally:
            if self._waiting.get((loop, key)) is others:  # given up meanwhile
                del self._waiting[loop, key]
            _settle(others)

    def _find_for_all(
        self, key: Key, asked: Asked, others: Sequence[tuple[Asked, asyncio.Future[Found | None]]]
    ) -> Found | None:
        found = self._find(key, [asked, *(each for each, _ in others)])
        if found is None:
            return None
        _settle(others, found[1:])
        return found[0]


def _settle(
    others: Sequence[tuple[Asked, asyncio.Future[Found | None]]],
    found: Sequence[Found] | None = None,
) -> None:
    """Give who waits what was found; nothing more to who was given something, or gave up."""
    nothing: Sequence[Found | None] = [None] * len(others)
    for (_, waiting), each in zip(others, found or nothing, strict=True):
        if not waiting.done():
            waiting.set_result(each)
