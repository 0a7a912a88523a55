"""Questions are answered in processes of their own, whatever becomes of these."""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from multiprocessing.context import ForkServerProcess
from pathlib import Path

import pytest
from sqlalchemy import Engine
from tests.commerce.shop import NOW, Shop, make_shop

from analytics.periods import Period
from analytics.sales import SalesBucket
from commerce.orders.cart import add
from commerce.orders.checkout import checkout
from commerce.records.errors import RecordError, TenantNotFound
from serving.errors import QuestionLate, QuestionsBusy, QuestionUnanswered
from serving.questions import Questions, QuestionSettings

PERIOD = Period(date(2026, 3, 1), date(2026, 3, 31))
"""The month in which the shop sells."""


@pytest.fixture
def shop(engine: Engine) -> Shop:
    """A shop where one order of two units, 20.00 EUR, was placed."""
    shop = make_shop(engine)
    place(shop, shop.variant(1000), 2)
    return shop


def place(shop: Shop, variant: object, units: int) -> None:
    """Let a new buyer order."""
    buyer = shop.buyer(100_000)
    with shop.work(buyer) as work:
        add(work, variant, units)  # type: ignore[arg-type]
        checkout(work, "wallet")


@pytest.fixture
def make(shop: Shop, tmp_path: Path) -> Iterator[Callable[..., Questions]]:
    """Make pools over the shop, which end with the test."""
    made: list[Questions] = []

    def pool(**more: float) -> Questions:
        url = shop.engine.url.render_as_string(hide_password=False)
        settings = QuestionSettings(database_url=url, snapshots=tmp_path / "snapshots", **more)  # type: ignore[arg-type]
        made.append(Questions(settings, lambda: NOW + timedelta(days=1)))
        return made[-1]

    yield pool
    for each in made:
        each.close()


def pids() -> list[int]:
    """The processes that answer."""
    alive = [each for each in multiprocessing.active_children() if each.name == "questions"]
    return [each.pid for each in alive if each.pid is not None]


def sold(pool: Questions) -> SalesBucket:
    found: SalesBucket = pool.ask("acme", "sales_total", period=PERIOD).result
    return found


def test_an_order_placed_a_second_ago_counts(shop: Shop, make: Callable[..., Questions]) -> None:
    pool = make()
    answer = pool.ask("acme", "sales_total", period=PERIOD)
    assert (answer.tenant, answer.currency) == ("acme", "EUR")
    assert answer.result.orders == 1
    assert answer.result.sales.units == 2
    place(shop, shop.variant(500), 3)
    assert sold(pool).orders == 2
    assert sold(pool).sales.units == 5
    assert len(pids()) == 1


def test_what_a_question_refuses_is_refused_here(make: Callable[..., Questions]) -> None:
    pool = make()
    with pytest.raises(
        RecordError, match="question must be one of those that can be asked; got 'sale'"
    ):
        pool.ask("acme", "sale")
    with pytest.raises(RecordError, match="days must be 1 to 36500; got 0"):
        pool.ask("acme", "inactive_rate", days=0)
    with pytest.raises(TenantNotFound, match="nobody"):
        pool.ask("nobody", "inactive_rate")
    with pytest.raises(RecordError, match="as_of must not be later"):
        pool.ask("acme", "inactive_rate", as_of="2031-01-01")
    assert len(pids()) == 1


def test_a_killed_process_is_replaced_and_the_question_answered(
    make: Callable[..., Questions],
) -> None:
    pool = make(processes=2)
    assert sold(pool).orders == 1
    for _ in range(2):
        before = pids()
        for pid in before:
            os.kill(pid, signal.SIGKILL)
        assert sold(pool).orders == 1
        assert pids() != before


def test_a_process_killed_while_it_answers_is_replaced(make: Callable[..., Questions]) -> None:
    pool = make()
    sold(pool)
    (pid,) = pids()
    os.kill(pid, signal.SIGSTOP)
    asked: list[SalesBucket] = []
    thread = threading.Thread(target=lambda: asked.append(sold(pool)))
    thread.start()
    time.sleep(0.2)
    os.kill(pid, signal.SIGKILL)
    thread.join(60)
    assert [each.orders for each in asked] == [1]


def test_a_late_question_is_given_up_and_its_process_goes_on(
    make: Callable[..., Questions],
) -> None:
    pool = make(seconds=30)
    sold(pool)
    (pid,) = pids()
    os.kill(pid, signal.SIGSTOP)
    pool._settings = type(pool._settings)(**{**vars(pool._settings), "seconds": 0.2, "waiting": 0})
    with pytest.raises(QuestionLate, match=r"within 0.2 s; got no answer"):
        sold(pool)
    with pytest.raises(QuestionsBusy, match="got 0 waiting"):
        sold(pool)
    os.kill(pid, signal.SIGCONT)
    pool._settings = type(pool._settings)(**{**vars(pool._settings), "seconds": 30, "waiting": 1})
    assert sold(pool).orders == 1
    assert pids() == [pid]


def test_a_process_that_comes_to_no_end_is_replaced(make: Callable[..., Questions]) -> None:
    pool = make(seconds=30, longest=0.3)
    sold(pool)
    (pid,) = pids()
    os.kill(pid, signal.SIGSTOP)
    pool._settings = type(pool._settings)(**{**vars(pool._settings), "seconds": 0.2})
    with pytest.raises(QuestionLate):
        sold(pool)
    pool._settings = type(pool._settings)(**{**vars(pool._settings), "seconds": 30})
    assert sold(pool).orders == 1
    assert pid not in pids()


def test_closing_ends_the_processes(make: Callable[..., Questions]) -> None:
    pool = make(processes=2)
    sold(pool)
    pool.close()
    assert pids() == []
    with pytest.raises(QuestionUnanswered, match="got a server that closes"):
        sold(pool)


def test_who_asks_loads_neither_duckdb_nor_pandas(shop: Shop, tmp_path: Path) -> None:
    asked = f"""
import sys
from datetime import UTC, date, datetime
from pathlib import Path
from analytics.periods import Period
from serving.questions import Questions, QuestionSettings
if __name__ == "__main__":
    settings = QuestionSettings(database_url={str(shop.engine.url)!r}, snapshots=Path({str(tmp_path / "s")!r}))
    pool = Questions(settings, lambda: datetime(2026, 3, 2, tzinfo=UTC))
    print(pool.ask("acme", "overview", period=Period(date(2026, 3, 1), date(2026, 3, 31))).result.sales.orders)
    pool.close()
    print([name for name in ("duckdb", "pandas", "pyarrow", "numpy") if name in sys.modules])
"""
    script = tmp_path / "ask.py"
    script.write_text(asked)
    done = subprocess.run([sys.executable, script], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["1", "[]"]


def test_a_pool_that_is_closed_while_a_process_starts_leaves_none(
    make: Callable[..., Questions], monkeypatch: pytest.MonkeyPatch
) -> None:
    starting, start = threading.Event(), ForkServerProcess.start

    def start_slowly(process: ForkServerProcess) -> None:
        starting.set()
        time.sleep(0.3)
        start(process)

    monkeypatch.setattr(ForkServerProcess, "start", start_slowly)
    pool, refused = make(), list[Exception]()

    def ask() -> None:
        try:
            sold(pool)
        except QuestionUnanswered as error:
            refused.append(error)

    asking = threading.Thread(target=ask)
    asking.start()
    assert starting.wait(10)
    pool.close()
    asking.join()
    assert len(refused) == 1
    assert pids() == []
