"""A load test: many connections ask a running server for a while, and what came back is counted.

`bellwether load-test` is the command; `measure` is for scripts of one's own.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import cycle
from typing import Any

import httpx

from bellwether.client import AsyncClient
from bellwether.errors import ClientError, InvalidArgument, Refused
from bellwether.questions import Question

NO_ANSWER = "none"
"""In place of the status, where no answer came."""


@dataclass(frozen=True, kw_only=True)
class Load:
    """What came back.

    Attributes
    ----------
    seconds : float
        From the first question to the last answer.
    milliseconds : tuple of float
        What each answer took, the quickest first; refusals are not among them.
    statuses : mapping of str to int
        How often each came, ``200`` for every answer.
    sentences : mapping of str to str
        By status, the first refusal in the server's words.
    own_share : float
        The part of the time in which this process worked itself; near 1 it measured itself.
    """

    seconds: float
    milliseconds: tuple[float, ...]
    statuses: Counter[str]
    sentences: dict[str, str]
    own_share: float

    @property
    def per_second(self) -> float:
        """Answers per second."""
        return len(self.milliseconds) / self.seconds

    def percentile(self, share: float) -> float | None:
        """Give the time within which a share of the answers came.

        Parameters
        ----------
        share : float, 0 to 1

        Returns
        -------
        float or None
            Milliseconds; None without an answer.

        Examples
        --------
        >>> load = Load(seconds=1.0, milliseconds=(1.0, 2.0, 3.0, 9.0), statuses=Counter(), sentences={}, own_share=0.1)
        >>> load.percentile(0.5), load.percentile(0.99)
        (2.0, 9.0)
        """
        if not self.milliseconds:
            return None
        place = -(-share * len(self.milliseconds) // 1)
        return self.milliseconds[max(0, int(place) - 1)]


def connect(
    base_url: str, connections: int, *, key: str | None = None, tenant: str | None = None
) -> list[AsyncClient]:
    """Give clients of one connection each, that ask nothing again, so that every refusal is counted.

    One client for all of them would look through its connections at every question, which soon takes longer than the
    answer.

    Parameters
    ----------
    base_url : str
    connections : int, >= 1
    key : str, optional
    tenant : str, optional
        As of `bellwether.client.Client`.

    Returns
    -------
    list of AsyncClient
        To be closed.
    """
    trusted, one = httpx.create_ssl_context(), httpx.Limits(max_connections=1)
    return [
        AsyncClient(
            base_url,
            key=key,
            tenant=tenant,
            retries=0,
            transport=httpx.AsyncHTTPTransport(verify=trusted, limits=one),
        )
        for _ in range(connections)
    ]


async def measure(
    clients: Sequence[AsyncClient],
    questions: Sequence[Question[Any]],
    *,
    seconds: float = 10.0,
    elapsed: Callable[[], float] = time.perf_counter,
    worked: Callable[[], float] = time.process_time,
) -> Load:
    """Ask questions in turn, over and over, for a while.

    Parameters
    ----------
    clients : sequence of AsyncClient
        Who ask side by side, each its next question as soon as it was answered; see `connect`.
    questions : sequence of Question
        At least one.
    seconds : float, > 0
        After which no question is begun.
    elapsed, worked : callable
        Give seconds that went by, and seconds in which this process worked.

    Returns
    -------
    Load

    Raises
    ------
    InvalidArgument
        "questions must be at least one; got none. ..."
    """
    if not questions:
        raise InvalidArgument("questions must be at least one; got none. Name customers.")
    waiting = cycle(questions)
    took: list[float] = []
    statuses: Counter[str] = Counter()
    sentences: dict[str, str] = {}
    began, worked_before = elapsed(), worked()

    async def _ask_on(client: AsyncClient) -> None:
        while (asked := elapsed()) < began + seconds:
            try:
                await client.ask(next(waiting))
            except ClientError as error:
                status = str(error.status) if isinstance(error, Refused) else NO_ANSWER
                sentences.setdefault(status, str(error))
                await asyncio.sleep(0)  # where nothing was sent, others have their turn
            else:
                status = "200"
                took.append(1000 * (elapsed() - asked))
            statuses[status] += 1

    await asyncio.gather(*map(_ask_on, clients))
    lasted = elapsed() - began
    return Load(
        seconds=lasted,
        milliseconds=tuple(sorted(took)),
        statuses=statuses,
        sentences=sentences,
        own_share=(worked() - worked_before) / lasted,
    )
