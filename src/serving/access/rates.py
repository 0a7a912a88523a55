"""How often somebody may ask: counted per credential and per shop, and wrong passwords per name and per address.

Counts lie in this process, or in Redis where several processes serve.
"""

from __future__ import annotations

import hashlib
import math
import time
from dataclasses import dataclass

from limits import RateLimitItem, parse
from limits.storage import storage_from_string
from limits.strategies import FixedWindowRateLimiter

from serving.access.callers import Caller
from serving.access.errors import TooMany
from serving.errors import ServingError


@dataclass(frozen=True, kw_only=True)
class Rates:
    """The limits of one server, in the notation of the library ``limits``."""

    credential: str = "1200/minute"
    tenant: str = "12000/minute"
    wrong_by_name: str = "10/15 minutes"
    wrong_by_address: str = "100/15 minutes"


class Limiter:
    """Counts.

    Parameters
    ----------
    url : str
        ``memory://``, or ``redis://host:6379/0``.

    Raises
    ------
    ServingError
        "rate limit must be written like 600/minute; got ..." or "REDIS_URL must name a Redis that can be
        used; got ..."
    """

    def __init__(self, rates: Rates | None = None, url: str = "memory://") -> None:
        rates = rates or Rates()
        self.local = url.startswith("memory:")
        try:
            self._limiter = FixedWindowRateLimiter(storage_from_string(url))
        except Exception as error:
            raise ServingError(
                f"REDIS_URL must name a Redis that can be used; got {type(error).__name__}."
                " Write redis://host:6379/0 and install redis, or leave it out to count in memory."
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
            if not self._limiter.hit(limit, by, whose):
                raise self._refusal("requests", limit, by, whose)

    def require_tries_left(self, name: str, address: str) -> None:
        """Refuse who gave too many wrong passwords, right or wrong this time.

        Raises
        ------
        TooMany
            "wrong passwords must be at most 10 per 15 minute by name; got more. Wait 840 seconds."
        """
        for limit, by, whose in self._tries(name, address):
            if not self._limiter.test(limit, by, whose):
                raise self._refusal("wrong passwords", limit, by, whose)

    def count_wrong(self, name: str, address: str) -> None:
        """Count a wrong password."""
        for limit, by, whose in self._tries(name, address):
            self._limiter.hit(limit, by, whose)

    def _tries(self, name: str, address: str) -> list[tuple[RateLimitItem, str, str]]:
        hidden = hashlib.sha256(name.strip().lower().encode(errors="replace")).hexdigest()
        keys = (("name", hidden), ("address", address))
        return [(limit, *key) for limit, key in zip(self._wrong, keys, strict=True)]

    def _refusal(self, what: str, limit: RateLimitItem, by: str, whose: str) -> TooMany:
        ends = self._limiter.get_window_stats(limit, by, whose).reset_time
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
