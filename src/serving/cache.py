"""Answers that are kept for a moment: in this process, or in Redis where several processes serve.

What is kept is found only by who asked it and while nothing was recorded since; see `serving.rest.deps.cached`.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from importlib import import_module
from typing import Any, Protocol

from cachetools import TTLCache

from serving.errors import ServingError

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

    def __init__(self, client: Any, failed: type[Exception]) -> None:
        self._client, self._failed = client, failed

    def get(self, key: str) -> bytes | None:
        """As `Cache.get`."""
        try:
            found: bytes | None = self._client.get(f"bellwether:{key}")
        except self._failed as error:
            logger.warning("Redis does not answer (%s); answers are not kept", type(error).__name__)
            return None
        return found

    def put(self, key: str, value: bytes) -> None:
        """As `Cache.put`."""
        try:
            self._client.set(f"bellwether:{key}", value, ex=SECONDS)
        except self._failed as error:
            logger.warning("Redis does not answer (%s); answers are not kept", type(error).__name__)


def open_cache(url: str = "") -> Cache:
    """Open the cache of a server.

    Parameters
    ----------
    url : str
        ``redis://host:6379/0``; empty for this process's own. May carry a password, so it is never logged.

    Raises
    ------
    ServingError
        "REDIS_URL must name a Redis that can be used; got ..."
    """
    if not url:
        return MemoryCache()
    try:
        redis = import_module("redis")
        client = redis.Redis.from_url(url, socket_timeout=1.0, socket_connect_timeout=1.0)
    except (ImportError, ValueError) as error:
        raise ServingError(
            f"REDIS_URL must name a Redis that can be used; got {type(error).__name__}."
            " Write redis://host:6379/0 and `pip install 'bellwether[redis]'`, or leave it out."
        ) from error
    return RedisCache(client, redis.RedisError)
