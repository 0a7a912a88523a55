"""Chains run side by side, and are read one after the other."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import pytest

from workbench.runs.chains import SIDE_BY_SIDE, Chain, Steps, side_by_side


@dataclass
class Pipe:
    """A run that ends when its pipe is closed."""

    name: str
    log: list[str]
    sentinel: int = field(init=False)
    other_end: int = field(init=False)

    def __post_init__(self) -> None:
        self.sentinel, self.other_end = os.pipe()
        self.log.append(f"begin {self.name}")

    def end(self) -> None:
        os.close(self.other_end)

    def interrupt(self) -> None:
        self.log.append(f"interrupt {self.name}")


def steps(name: str, log: list[str], ends: dict[str, Any], frees: tuple[str, ...] = ()) -> Steps:
    run: Any = Pipe(name, log)
    ends[name] = run
    for freed in frees:
        ends[freed].end()
    yield run
    log.append(f"end {name}")
    yield partial(log.append, f"say {name}")


def test_a_later_chain_that_ends_first_is_read_last() -> None:
    log: list[str] = []
    ends: dict[str, Any] = {}

    def first() -> Steps:
        run: Any = Pipe("a", log)
        ends["a"] = run
        yield run
        yield partial(log.append, "say a")

    def second() -> Steps:
        run: Any = Pipe("b", log)
        run.end()
        yield run
        log.append("end b")
        yield partial(log.append, "say b")
        ends["a"].end()

    side_by_side([Chain(first()), Chain(second())])
    assert log == ["begin a", "begin b", "end b", "say a", "say b"]


def test_no_more_chains_run_at_a_time_than_there_are_places() -> None:
    log: list[str] = []
    ends: dict[str, Any] = {}
    names = [str(number) for number in range(SIDE_BY_SIDE)]
    chains = [Chain(steps(name, log, ends)) for name in names[:-1]]
    chains.append(Chain(steps(names[-1], log, ends, frees=(names[0],))))
    chains.append(Chain(steps("late", log, ends, frees=(names[-1], "late"))))
    side_by_side(chains)
    assert log.index("begin late") > log.index(f"end {names[0]}")


def test_an_interruption_stops_every_run_at_work() -> None:
    log: list[str] = []
    ends: dict[str, Any] = {}

    def interrupted() -> Steps:
        run: Any = Pipe("b", log)
        run.end()
        yield run
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        side_by_side([Chain(steps("a", log, ends)), Chain(interrupted())])
    assert log == ["begin a", "begin b", "interrupt a"]
