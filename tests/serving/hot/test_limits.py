"""What is not over in time is cancelled, and says so; what is leaves no timer behind."""

from __future__ import annotations

import asyncio

import pytest

from serving.hot.limits import Limit


def test_what_takes_too_long_is_a_timeout() -> None:
    async def slow() -> None:
        with Limit(0.01):
            await asyncio.sleep(60)

    with pytest.raises(TimeoutError):
        asyncio.run(slow())


def test_what_is_over_in_time_is_never_cancelled() -> None:
    async def quick() -> str:
        with Limit(0.01):
            await asyncio.sleep(0)
        await asyncio.sleep(0.05)
        return "done"

    assert asyncio.run(quick()) == "done"


def test_errors_and_cancelling_from_elsewhere_stay_what_they_are() -> None:
    async def failing() -> None:
        with Limit(60):
            raise LookupError("no such row")

    async def given_up() -> None:
        async def waiting() -> None:
            with Limit(60):
                await asyncio.sleep(60)

        task = asyncio.create_task(waiting())
        await asyncio.sleep(0)
        task.cancel()
        await task

    with pytest.raises(LookupError, match="no such row"):
        asyncio.run(failing())
    with pytest.raises(asyncio.CancelledError):
        asyncio.run(given_up())


def test_who_is_cancelled_from_elsewhere_as_the_time_is_up_stays_cancelled() -> None:
    async def both() -> None:
        async def waiting() -> None:
            task = asyncio.current_task()
            assert task is not None
            with Limit(0.01):
                asyncio.get_running_loop().call_later(0.01, task.cancel)
                await asyncio.sleep(60)

        task = asyncio.create_task(waiting())
        await asyncio.wait([task])
        assert task.cancelled()

    asyncio.run(both())
