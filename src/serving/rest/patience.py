"""Waiting for the record store, for so long: whoever asked hears that it is slow, and the next are not held up."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar

import anyio
from anyio.lowlevel import RunVar

from serving.errors import StoreUnavailable

DEADLINE = 10.0
"""Seconds in which an answer that needs the record store is given, or refused."""

_THREADS = 16
"""That wait for the record store; others go on with what needs none."""
_limiter: RunVar[anyio.CapacityLimiter] = RunVar("record store")

Found = TypeVar("Found")


async def in_time(function: Callable[..., Found], *given: Any, **named: Any) -> Found:
    """Call a function that asks the record store, in a thread.

    Raises
    ------
    StoreUnavailable
        "record store must answer; got nothing within 10 seconds. ..."
    """
    limiter = _limiter.get(None)
    if limiter is None:
        limiter = anyio.CapacityLimiter(_THREADS)
        _limiter.set(limiter)
    try:
        async with asyncio.timeout(DEADLINE):
            return await anyio.to_thread.run_sync(
                partial(function, *given, **named), abandon_on_cancel=True, limiter=limiter
            )
    except TimeoutError as error:
        raise StoreUnavailable(f"nothing within {DEADLINE:g} seconds") from error
