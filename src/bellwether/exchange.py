"""How a question becomes an answer, without a connection: what is sent, when it is sent again, how answers are read.

`converse` says what to do next, whoever does it: a client that waits, or one that others run beside.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Generator
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from itertools import count
from typing import TypeVar

import httpx
import msgspec

from bellwether.answers import Refusal
from bellwether.errors import KINDS, ClientError, Refused, Unanswered, Unreachable, Unreadable

Told = TypeVar("Told")
Outcome = httpx.Response | httpx.RequestError
"""What became of a request: an answer of whatever status, or why there is none."""
Steps = Generator[httpx.Request | float, Outcome | None, Told]
"""Gives a request to send, and is given its `Outcome`; or seconds to wait, and is given nothing."""


@dataclass(frozen=True, kw_only=True)
class Patience:
    """How often a question is asked again, and how long is waited before.

    Parameters
    ----------
    retries : int, >= 0
        How often a question is asked again at most.
    longest : float, seconds, > 0
        The longest that is waited before one of them; a server that asks for more is not waited for.
    first : float, seconds, > 0
        About how long is waited before the first, and twice as long before each further one.
    draw : callable
        Gives numbers from 0 to 1, by which many clients do not come back at once.
    """

    retries: int = 3
    longest: float = 30.0
    first: float = 0.2
    draw: Callable[[], float] = random.random

    def pause(self, attempt: int, retry_after: float | None) -> float | None:
        """Say how long to wait after an attempt that failed, counted from 0.

        Parameters
        ----------
        attempt : int, >= 0
        retry_after : float or None
            Seconds that the server asks for.

        Returns
        -------
        float or None
            Seconds; None where it is not asked again.

        Examples
        --------
        >>> patience = Patience(draw=lambda: 1.0)
        >>> [patience.pause(attempt, None) for attempt in range(4)]
        [0.2, 0.4, 0.8, None]
        >>> patience.pause(0, 2.0), patience.pause(0, 60.0)
        (2.2, None)
        """
        least = retry_after or 0.0
        if attempt >= self.retries or least > self.longest:
            return None
        grown = min(self.first * 2.0**attempt, self.longest)
        return least + grown * (1 + self.draw()) / 2


def converse(
    request: httpx.Request, told: type[Told], patience: Patience, timeout: float
) -> Steps[Told]:
    """Have a request answered.

    Parameters
    ----------
    request : httpx.Request
    told : type
        What the answer is read as.
    patience : Patience
    timeout : float, seconds
        How long is waited for an answer, for the sentence that says so.

    Returns
    -------
    object
        The answer.

    Yields
    ------
    httpx.Request or float
        What to send, or how many seconds to wait.

    Raises
    ------
    ClientError
        Where there is none.
    """
    for attempt in count():
        outcome = yield request
        assert outcome is not None
        if isinstance(outcome, httpx.Response) and outcome.is_success:
            return _read(outcome, told)
        yield wait_after(outcome, attempt, request, patience, timeout)
    raise AssertionError("counted to the end")


def wait_after(
    outcome: Outcome, attempt: int, request: httpx.Request, patience: Patience, timeout: float
) -> float:
    """Say how long to wait before a request that has no answer is sent again.

    Parameters
    ----------
    outcome : httpx.Response or httpx.RequestError
        Of a response, a refusal, read to its end.
    attempt : int, >= 0
        How often it was sent before.
    request : httpx.Request
    patience : Patience
    timeout : float, seconds
        How long was waited for an answer.

    Returns
    -------
    float
        Seconds.

    Raises
    ------
    ClientError
        Where it is not sent again.
    """
    failure = _failure(outcome, request, timeout)
    asked_for = failure.retry_after if isinstance(failure, Refused) else None
    pause = patience.pause(attempt, asked_for) if failure.passing else None
    if pause is None:
        raise failure from (outcome if isinstance(outcome, Exception) else None)
    return pause


def unreadable(why: Exception | str) -> Unreadable:
    """Say that an answer is not of the declared shape.

    Parameters
    ----------
    why : Exception or str

    Returns
    -------
    Unreadable
        To be raised.
    """
    return Unreadable(
        f"answer must be of the declared shape; got another: {str(why).rstrip('.')}. Check base_url, and that"
        " this client is not older than the server."
    )


def _read(response: httpx.Response, told: type[Told]) -> Told:
    try:
        return msgspec.json.decode(response.content, type=told)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise unreadable(error) from error


def _failure(outcome: Outcome, request: httpx.Request, timeout: float) -> ClientError:
    """Say why there is no answer."""
    if isinstance(outcome, httpx.Response):
        return _refused(outcome)
    place = f"{request.url.scheme}://{request.url.netloc.decode()}"
    late = isinstance(outcome, httpx.TimeoutException)
    if late and not isinstance(outcome, httpx.ConnectTimeout):
        return Unanswered(
            f"answer must come within {timeout:g} seconds; got none from {place}. Allow a longer timeout."
        )
    if isinstance(outcome, httpx.DecodingError):
        return Unreadable(f"answer must be readable; got one from {place} that is not: {outcome}.")
    why = str(outcome).rstrip(".") or type(outcome).__name__
    return Unreachable(
        f"server must be reachable; got no answer from {place}: {why}. Check base_url, and that the server runs."
    )


def _refused(response: httpx.Response) -> Refused:
    status = response.status_code
    try:
        refusal = msgspec.json.decode(response.content, type=Refusal)
    except (msgspec.DecodeError, UnicodeDecodeError):
        title = HTTPStatus(status).phrase if status in set(HTTPStatus) else "unknown status"
        refusal = Refusal(
            type="about:blank",
            title=title,
            status=status,
            detail=f"answer must be Bellwether's; got {status} {title} without its reason. Check base_url, and what"
            " stands before the server.",
            field=None,
            request_id=response.headers.get("x-request-id"),
        )
    return KINDS.get(status, Refused)(refusal, _retry_after(response))


def _retry_after(response: httpx.Response) -> float | None:
    """Read how long to wait: seconds, or an instant, which is counted from that of the answer."""
    given = response.headers.get("retry-after", "")
    if given.strip().isdigit():
        return float(given)
    try:
        until, now = map(parsedate_to_datetime, (given, response.headers.get("date", "")))
        return max(0.0, (until - now).total_seconds())
    except (ValueError, TypeError):
        return None
