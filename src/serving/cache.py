"""Answers that are kept for a moment: in this process, or in Redis where several processes serve.

What is kept is found only by who asked it and while nothing was recorded since; see `serving.rest.deps.cached`.
"""

from __future__ import annotations

import logging
import math
import threading
import time
from collections.abc import Callable
from importlib import import_module
from typing import Any, Protocol

from cachetools import TTLCache

from serving.errors import ServingError
from serving.settings import REDIS_PAUSE

SECONDS = 30
"""For how long an answer is kept at most."""
LARGEST = 64_000_000
"""Bytes that this process keeps at most; the answer longest unasked makes room."""

logger = logging.getLogger("serving")


class Cache(Protocol):
    """Where answers are kept; for any number of threads."""

    def get(self, key: str) -> bytes | None:
        """Give what is kept, None where nothing is, or nothing any more."""

    def put(self, key: str, value: bytes) -> None:
        """Keep something for `SECONDS`."""


class MemoryCache:
    """Keeps in this process.

    Parameters
    ----------
    elapsed : callable
        Gives seconds that never go back.

    Examples
    --------
    >>> cache = MemoryCache()
    >>> cache.put("sales", b"17")
    >>> cache.get("sales"), cache.get("customers")
    (b'17', None)
    """

    def __init__(self, elapsed: Callable[[], float] = time.monotonic) -> None:
        self._kept: TTLCache[str, bytes] = TTLCache(LARGEST, SECONDS, elapsed, getsizeof=len)
        self._turn = threading.Lock()

    def get(self, key: str) -> bytes | None:
        """As `Cache.get`."""
        with self._turn:
            return self._kept.get(key)

    def put(self, key: str, value: bytes) -> None:
        """As `Cache.put`; what is larger than all that may be kept is not."""
        with self._turn:
            if len(value) <= LARGEST:
                self._kept[key] = value


class RedisCache:
    """Keeps in Redis; while it does not answer, nothing is kept and every question is answered anew."""

    def __init__(
        self, client: Any, failed: type[Exception], elapsed: Callable[[], float] = time.monotonic
    ) -> None:
        self._client, self._failed = client, failed
        self._elapsed, self._resumes = elapsed, -math.inf

    def get(self, key: str) -> bytes | None:
        """As `Cache.get`."""
        found: bytes | None = self._ask("get", key)
        return found

    def put(self, key: str, value: bytes) -> None:
        """As `Cache.put`."""
        self._ask("set", key, value, ex=SECONDS)

    def _ask(self, what: str, key: str, *given: Any, **more: Any) -> Any:
        """Ask Redis; None where it does not answer, or did not a moment ago."""
        if self._elapsed() < self._resumes:
            return None
        try:
            return getattr(self._client, what)(f"bellwether:{key}", *given, **more)
        except self._failed as error:
            self._resumes = self._elapsed() + REDIS_PAUSE
            logger.warning("Redis does not answer (%s); answers are not kept", type(error).__name__)
            return None


def open_cache(url: str = "", *, elapsed: Callable[[], float] = time.monotonic) -> Cache:
    """Open the cache of a server.

    Parameters
    ----------
    url : str
        ``redis://host:6379/0``; empty for this process's own. May carry a password, so it is never logged.
    elapsed : callable
        Gives seconds that never go back.

    Raises
    ------
    ServingError
        "REDIS_URL must name a Redis that can be used; got ..."
    """
    if not url:
        return MemoryCache(elapsed)
    try:
        redis = import_module("redis")
        client = redis.Redis.from_url(url, socket_timeout=1.0, socket_connect_timeout=1.0)
    except (ImportError, ValueError) as error:
        raise ServingError(
            f"REDIS_URL must name a Redis that can be used; got {type(error).__name__}."
            " Write redis://host:6379/0 and `pip install 'bellwether[redis]'`, or leave it out."
        ) from error
    return RedisCache(client, redis.RedisError, elapsed)
