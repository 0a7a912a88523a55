"""Runs that follow one another in a chain, and chains that run side by side.

A chain is a generator: it yields a run that it has begun and goes on once that is over. What a chain has to say waits
until the chains before it are done, so that a reader finds the same order in every run.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import wait

from workbench.runs.execution import Run

SIDE_BY_SIDE = 2
"""Chains that run at the same time; each needs a core and the memory of its notebook."""

Steps = Generator[Run | Callable[[], None], None, None]
"""What a chain yields: a run to wait for, or what to say when it is its turn."""


@dataclass
class Chain:
    """One chain on its way."""

    steps: Steps
    """Of runs to wait for, and of sayings."""
    run: Run | None = None
    over: bool = False
    sayings: list[Callable[[], None]] = field(default_factory=list)

    def go_on(self) -> None:
        """Go on to the next run, or to the end."""
        self.run = None
        for step in self.steps:
            if not callable(step):
                self.run = step
                return
            self.sayings.append(step)
        self.over = True


def side_by_side(chains: Sequence[Chain]) -> None:
    """Bring chains to their ends, `SIDE_BY_SIDE` of them at a time.

    Whatever is raised, such as a KeyboardInterrupt, every run at work is stopped and recorded as interrupted.
    """
    waiting, going = list(chains), list[Chain]()
    try:
        while waiting or going:
            while waiting and len(going) < SIDE_BY_SIDE:
                going.append(waiting.pop(0))
                going[-1].go_on()
                _say(chains)
                going = [chain for chain in going if not chain.over]
            ended = wait([chain.run.sentinel for chain in going if chain.run]) if going else []
            for chain in going:
                if chain.run is not None and chain.run.sentinel in ended:
                    chain.go_on()
                    _say(chains)
            going = [chain for chain in going if not chain.over]
    except BaseException:
        for chain in going:
            if chain.run is not None:
                chain.run.interrupt()
        raise


def _say(chains: Sequence[Chain]) -> None:
    """Say what is due: all of a chain's once those before it are over."""
    for chain in chains:
        while chain.sayings:
            chain.sayings.pop(0)()
        if not chain.over:
            return
