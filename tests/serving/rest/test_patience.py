"""A record store that is slow is waited for so long, and holds up nothing else."""

from __future__ import annotations

import asyncio
import threading
import time

import pytest

from serving.errors import StoreUnavailable
from serving.rest import patience
from serving.rest.patience import in_time


def test_what_takes_too_long_is_refused_and_frees_its_place(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(patience, "DEADLINE", 0.05)
    free = threading.Event()

    async def run() -> None:
        slow = [in_time(free.wait) for _ in range(2 * patience._THREADS)]
        found = await asyncio.gather(*slow, return_exceptions=True)
        assert [type(each) for each in found] == [StoreUnavailable] * len(slow)
        assert "got nothing within 0.05 seconds" in str(found[0])
        assert await in_time(time.monotonic) > 0

    try:
        asyncio.run(run())
    finally:
        free.set()


def test_what_is_refused_is_refused_as_it_is() -> None:
    def refuse() -> None:
        raise StoreUnavailable("no such file")

    async def run() -> None:
        with pytest.raises(StoreUnavailable, match="got no such file"):
            await in_time(refuse)

    asyncio.run(run())
