"""A command that imports or undoes, killed at random instants and done again, ends as an undisturbed one."""

from __future__ import annotations

import random
import shutil
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import Engine
from tests.workbench.cli.killed import (
    COLUMNS,
    events_in,
    finish,
    held,
    kill_when,
    sales,
    start,
)

from commerce.records.database import connect, reading
from commerce.records.doctor import examine

ORDERS = 6_000
"""Two transactions of orders, beside those of customers, products and returns."""
SEED = 20_261_129


def instants(count: int) -> list[tuple[float, float]]:
    """By chance: which share of all events is there when the kill is near, and how many seconds it waits then."""
    chance = random.Random(SEED)
    return [(chance.random(), chance.random() * 0.3) for _ in range(count)]


def words(path: Path) -> tuple[str, ...]:
    return ("import", "transactions", str(path), "--tenant", "acme", *COLUMNS)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home into which the file came without a disturbance."""
    home = tmp_path_factory.mktemp("whole")
    (home / "sales.csv").write_text(sales(ORDERS))
    finish(home, None, *words(home / "sales.csv"))
    return home


def reached(engine: Engine, events: float) -> Callable[[], bool]:
    """Ask whether a store holds so many events."""
    return lambda: events_in(engine) >= events


def sound(engine: Engine) -> bool:
    with reading(engine) as connection:
        return examine(connection) == []


def check_killed(
    whole: Path, tmp_path: Path, share: float, delay: float, engine: Engine, url: str | None
) -> None:
    meant = connect(f"sqlite:///{whole}/data/records.db")
    enough = share * events_in(meant)
    process = start(tmp_path, url, *words(whole / "sales.csv"))
    kill_when(process, reached(engine, enough), delay)
    assert events_in(engine) <= events_in(meant)
    finish(tmp_path, url, *words(whole / "sales.csv"))
    assert held(engine) == held(meant)
    assert sound(engine)
    meant.dispose()


def stores(tmp_path: Path) -> Engine:
    (tmp_path / "data").mkdir()
    return connect(f"sqlite:///{tmp_path}/data/records.db")


@pytest.mark.slow
@pytest.mark.parametrize(("share", "delay"), instants(10))
def test_an_import_killed_and_done_again_equals_an_undisturbed_one(
    whole: Path, tmp_path: Path, share: float, delay: float
) -> None:
    engine = stores(tmp_path)
    check_killed(whole, tmp_path, share, delay, engine, None)
    engine.dispose()


@pytest.mark.slow
@pytest.mark.parametrize(("share", "delay"), instants(10))
def test_it_does_on_postgresql(
    whole: Path, tmp_path: Path, share: float, delay: float, postgres_engine: Engine
) -> None:
    url = postgres_engine.url.render_as_string(hide_password=False)
    check_killed(whole, tmp_path, share, delay, postgres_engine, url)


def test_an_import_killed_twice_goes_on_under_its_number(whole: Path, tmp_path: Path) -> None:
    engine, meant = stores(tmp_path), connect(f"sqlite:///{whole}/data/records.db")
    for share, delay in instants(2):
        enough = share * events_in(meant)
        process = start(tmp_path, None, *words(whole / "sales.csv"))
        kill_when(process, reached(engine, enough), delay)
    finish(tmp_path, None, *words(whole / "sales.csv"))
    assert [row["number"] for row in held(engine)["file_import"]] == [1]
    assert held(engine) == held(meant)
    meant.dispose()
    engine.dispose()


@pytest.fixture(scope="module")
def undone(whole: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, float]:
    """Two homes with one more import, the first one undone in one of them; and the seconds that took."""
    before, after = (tmp_path_factory.mktemp(name) for name in ("before", "after"))
    (before / "more.csv").write_text("customer,time,amount\nzoe,2025-12-30,9.50\n")
    copy(whole, before)
    finish(
        before, None, "import", "transactions", str(before / "more.csv"), "--tenant", "acme",
        "--currency", "USD",
    )  # fmt: skip
    copy(before, after)
    began = 0.0
    with start(after, None, "import", "undo", "1", "--yes") as process:
        assert process.stdout is not None
        for line in process.stdout:
            began = time.monotonic() if "import 1 of tenant" in line else began
    assert process.returncode == 0
    return before, after, time.monotonic() - began


def copy(home: Path, to: Path) -> None:
    (to / "data").mkdir(exist_ok=True)
    for path in (home / "data").glob("records.db*"):
        shutil.copy(path, to / "data")


def check_killed_undo(
    undone: tuple[Path, Path, float], tmp_path: Path, share: float, again: Callable[[], object]
) -> None:
    """Kill an undo some time after it has begun: all of it is there, or nothing."""
    before, after, seconds = undone
    started, ended = (connect(f"sqlite:///{home}/data/records.db") for home in (before, after))
    copy(before, tmp_path)
    process = start(tmp_path, None, "import", "undo", "1", "--yes")
    assert process.stdout is not None
    process.stdout.readline()
    kill_when(process, lambda: True, share * seconds)
    engine = connect(f"sqlite:///{tmp_path}/data/records.db")
    left = held(engine)
    assert left in (held(started), held(ended))
    if left == held(started):
        again()
    assert held(engine) == held(ended)
    assert sound(engine)
    for each in (engine, started, ended):
        each.dispose()


@pytest.mark.slow
@pytest.mark.parametrize("share", [0.5, *(share for share, _ in instants(10))])
def test_an_undo_killed_and_done_again_equals_an_undisturbed_one(
    undone: tuple[Path, Path, float], tmp_path: Path, share: float
) -> None:
    words = ("import", "undo", "1", "--yes")
    check_killed_undo(undone, tmp_path, share, lambda: finish(tmp_path, None, *words))
