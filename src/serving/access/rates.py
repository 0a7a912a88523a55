"""How often somebody may ask: counted per credential and per shop, and wrong passwords per name and per address.

Counts lie in this process, or in Redis where several processes serve; while Redis does not answer, each process counts
for itself.
"""

from __future__ import annotations

import hashlib
import logging
import math
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from limits import RateLimitItem, parse
from limits.errors import StorageError
from limits.storage import MemoryStorage, storage_from_string
from limits.strategies import FixedWindowRateLimiter

from serving.access.callers import Caller
from serving.access.errors import TooMany
from serving.errors import ServingError
from serving.settings import REDIS_PAUSE

logger = logging.getLogger("serving")


@dataclass(frozen=True, kw_only=True)
class Rates:
    """The limits of one server, in the notation of the library ``limits``."""

    credential: str = "1200/minute"
    tenant: str = "12000/minute"
    wrong_by_name: str = "10/15 minutes"
    wrong_by_address: str = "100/15 minutes"


class Counts(MemoryStorage):
    """Counts in memory, tidied up in passing; the library's own begins a thread for that, a hundred a second."""

    _TIDY = 60.0

    def __init__(self) -> None:
        super().__init__()
        self._turn, self._tidied = threading.Lock(), time.time()

    def incr(self, key: str, expiry: float, amount: int = 1) -> int:
        """Count on, from nothing where the time is over; give the count."""
        with self._turn:
            now = time.time()
            if now - self._tidied > self._TIDY:
                self._tidied = now
                for old in [each for each, ends in list(self.expirations.items()) if ends <= now]:
                    self.clear(old)
            if self.expirations.get(key, 0.0) <= now:
                self.storage[key], self.expirations[key] = 0, now + expiry
            self.storage[key] += amount
            return self.storage[key]


class Limiter:
    """Counts.

    Parameters
    ----------
    url : str
        ``redis://host:6379/0``; empty to count in this process. May carry a password, so it is never logged.
    elapsed : callable
        Gives seconds that never go back.

    Raises
    ------
    ServingError
        "rate limit must be written like 600/minute; got ..." or "REDIS_URL must name a Redis that can be
        used; got ..."
    """

    def __init__(
        self,
        rates: Rates | None = None,
        url: str = "",
        *,
        elapsed: Callable[[], float] = time.monotonic,
    ) -> None:
        rates = rates or Rates()
        self._elapsed, self._resumes = elapsed, -math.inf
        self.local = not url
        patience: Any = {"socket_timeout": 1, "socket_connect_timeout": 1}
        self._own = FixedWindowRateLimiter(Counts())
        try:
            self._shared = (
                self._own
                if self.local
                else FixedWindowRateLimiter(
                    storage_from_string(url, wrap_exceptions=True, **patience)
                )
            )
        except Exception as error:
            raise ServingError(
                f"REDIS_URL must name a Redis that can be used; got {type(error).__name__}."
                " Write redis://host:6379/0 and `pip install 'bellwether[redis]'`, or leave it out."
            ) from error
        self._credential, self._tenant = _limit(rates.credential), _limit(rates.tenant)
        self._wrong = (_limit(rates.wrong_by_name), _limit(rates.wrong_by_address))

    def count(self, caller: Caller) -> None:
        """Count a request.

        Raises
        ------
        TooMany
            "requests must be at most 1200 per 1 minute by credential; got more. Wait 12 seconds."
        """
        for limit, by, whose in (
            (self._credential, "credential", caller.credential),
            (self._tenant, "tenant", str(caller.tenant.id)),
        ):
            if not self._count("hit", limit, by, whose):
                raise self._refusal("requests", limit, by, whose)

    def require_tries_left(self, name: str, address: str) -> None:
        """Refuse who gave too many wrong passwords, right or wrong this time.

        Raises
        ------
        TooMany
            "wrong passwords must be at most 10 per 15 minute by name; got more. Wait 840 seconds."
        """
        for limit, by, whose in self._tries(name, address):
            if not self._count("test", limit, by, whose):
                raise self._refusal("wrong passwords", limit, by, whose)

    def count_wrong(self, name: str, address: str) -> None:
        """Count a wrong password."""
        for limit, by, whose in self._tries(name, address):
            self._count("hit", limit, by, whose)

    def _count(self, what: str, limit: RateLimitItem, *key: str) -> Any:
        """Ask Redis, or count here while it does not answer."""
        if self._elapsed() >= self._resumes:
            try:
                return getattr(self._shared, what)(limit, *key)
            except StorageError as error:
                self._resumes = self._elapsed() + REDIS_PAUSE
                kind = type(error.storage_error).__name__
                logger.warning("Redis does not answer (%s); this process counts for itself", kind)
        return getattr(self._own, what)(limit, *key)

    def _tries(self, name: str, address: str) -> list[tuple[RateLimitItem, str, str]]:
        hidden = hashlib.sha256(name.strip().lower().encode(errors="replace")).hexdigest()
        keys = (("name", hidden), ("address", address))
        return [(limit, *key) for limit, key in zip(self._wrong, keys, strict=True)]

    def _refusal(self, what: str, limit: RateLimitItem, by: str, whose: str) -> TooMany:
        ends = self._count("get_window_stats", limit, by, whose).reset_time
        seconds = max(1, math.ceil(ends - time.time()))
        return TooMany(
            f"{what} must be at most {limit.amount} per {limit.multiples} {limit.GRANULARITY.name}"
            f" by {by}; got more. Wait {seconds} seconds.",
            seconds,
        )


def _limit(text: str) -> RateLimitItem:
    try:
        return parse(text)
    except ValueError:
        raise ServingError(
            f"rate limit must be written like 600/minute; got {text!r}. Correct it."
        ) from None
