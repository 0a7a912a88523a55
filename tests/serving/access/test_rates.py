"""Counting what somebody asks: within a time, without a thread for it, and nothing is kept that is over."""

import threading
import time

import pytest

from serving.access.rates import Counts


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Seconds, moved by hand."""
    now = [1_000.0]
    monkeypatch.setattr(time, "time", lambda: now[0])
    return now


def test_counts_go_on_until_their_time_is_over(clock: list[float]) -> None:
    counts = Counts()
    assert [counts.incr("a", 60), counts.incr("a", 60), counts.incr("b", 60)] == [1, 2, 1]
    clock[0] += 59
    assert counts.incr("a", 60) == 3
    clock[0] += 1
    assert counts.incr("a", 60) == 1


def test_who_counts_begins_no_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    counts = Counts()
    counts.timer.join()  # the library's own begins one when it is made

    def refuse(_: threading.Thread) -> None:
        raise AssertionError("a count must not begin a thread")

    monkeypatch.setattr(threading.Thread, "start", refuse)
    assert [counts.incr("a", 60) for _ in range(3)] == [1, 2, 3]


def test_what_others_forget_meanwhile_is_in_nobodys_way(clock: list[float]) -> None:
    counts = Counts()

    class Ending(float):
        """The end of a count; while somebody looks at it, somebody else reads a count that is over."""

        def __le__(self, now: float) -> bool:
            counts.get("b")
            return False

    counts.incr("a", 1_000)
    counts.incr("b", 60)
    counts.expirations["a"] = Ending(9_999)
    clock[0] += 61
    assert counts.incr("c", 60) == 1


def test_what_is_over_is_forgotten(clock: list[float]) -> None:
    counts = Counts()
    for name in map(str, range(100)):
        counts.incr(name, 60)
    clock[0] += 61
    counts.incr("last", 60)
    assert set(counts.storage) == set(counts.expirations) == {"last"}


def test_of_many_at_once_none_is_lost() -> None:
    counts = Counts()
    threads = [
        threading.Thread(target=lambda: [counts.incr("a", 60) for _ in range(500)])
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert counts.get("a") == 4_000
