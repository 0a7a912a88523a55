"""The process that starts the workers: how many it starts, and that it ends where a worker can never answer.

Nothing else of ours is imported there: what two processes import one after the other, a server's user waits for twice.
"""

from __future__ import annotations

import atexit
import os
import signal
import sys
from collections.abc import Mapping
from typing import Any, NoReturn

WORKERS_VARIABLE = "BELLWETHER_WORKERS"
_MOST = 64
_GIVEN_UP = signal.SIGUSR1
"""What a worker sends to the process that started it."""


def workers_from(environ: Mapping[str, str]) -> int:
    """Read how many processes answer.

    Raises
    ------
    ValueError
        "BELLWETHER_WORKERS must be a whole number of 1 to 64; got ..."

    Examples
    --------
    >>> workers_from({}), workers_from({"BELLWETHER_WORKERS": "4"})
    (1, 4)
    """
    given = environ.get(WORKERS_VARIABLE, "").strip() or "1"
    if not (given.isascii() and given.isdigit() and 1 <= int(given) <= _MOST):
        raise ValueError(
            f"{WORKERS_VARIABLE} must be a whole number of 1 to {_MOST}; got {given!r}."
            " Begin with one for each core."
        )
    return int(given)


def heed_workers() -> None:
    """End this process, with the status of a failure, once a worker gives up."""
    signal.signal(_GIVEN_UP, _end)


def give_up(sentence: str) -> NoReturn:
    """Say why this worker can never answer, and end it and who started it: who only ended would be started again."""
    print(f"bellwether: {sentence}", file=sys.stderr, flush=True)
    os.kill(os.getppid(), _GIVEN_UP)
    os._exit(1)


def _end(*_: Any) -> None:
    """Have the other workers ended as they are on any other day; that reports success, so the last word is ours."""
    signal.signal(_GIVEN_UP, signal.SIG_IGN)
    atexit.register(os._exit, 1)
    os.kill(os.getpid(), signal.SIGTERM)
