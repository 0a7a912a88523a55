"""Several things at the same time, for tests of what a race must not break."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from tests.commerce.shop import Shop

from commerce.records.actors import Actor
from commerce.records.errors import CommerceError
from commerce.records.work import Work


def at_once(*calls: Callable[[], object]) -> list[Any]:
    """Call several at the same time; give what each returned, or the error it was refused with."""
    ready = threading.Barrier(len(calls))
    outcomes: list[Any] = [None] * len(calls)

    def run(place: int, call: Callable[[], object]) -> None:
        ready.wait()
        try:
            outcomes[place] = call()
        except CommerceError as refusal:
            outcomes[place] = refusal

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


def works_at_once(
    shop: Shop, jobs: Sequence[tuple[Actor, Callable[[Work], Any]]], *, days: int = 0
) -> list[Any]:
    """Let every actor do its job at the same time, in a work of its own, some days later."""

    def run(actor: Actor, job: Callable[[Work], Any]) -> Any:
        with shop.work(actor, days=days) as work:
            return job(work)

    return at_once(*(partial(run, *job) for job in jobs))
