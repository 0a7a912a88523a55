"""Limits of time for whom each microsecond counts: `asyncio.timeout` takes four, these take two."""

from __future__ import annotations

import asyncio
from types import TracebackType


class Limit:
    """A context in which something is over in time, or is cancelled; for one use.

    Parameters
    ----------
    seconds : float

    Raises
    ------
    TimeoutError
        As it is left, where the time was up.
    """

    __slots__ = ("_is_over", "_seconds", "_task", "_timer")

    def __init__(self, seconds: float) -> None:
        self._seconds, self._is_over = seconds, False

    def __enter__(self) -> Limit:
        task = asyncio.current_task()
        assert task is not None
        self._task = task
        self._timer = asyncio.get_running_loop().call_later(self._seconds, self._end)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._timer.cancel()
        if self._is_over and self._task.uncancel() <= 0 and kind is asyncio.CancelledError:
            raise TimeoutError from error

    def _end(self) -> None:
        self._is_over = True
        self._task.cancel()
