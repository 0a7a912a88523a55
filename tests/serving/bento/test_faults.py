"""What a running server does while something around it is broken, and afterwards."""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import Engine
from tests.serving.bento.running import ASKED, PATIENCE, Running, running
from tests.serving.shop import make_real_package, make_shop

from commerce.records.database import connect, migrate
from scoring.published import publish
from serving.predict.prediction_log.segments import list_segments
from workbench.records import BRANCHES

BY_VALUES = {"tenant": "acme", "features": {"orders_90d": 2, "days_since_order": 20.5}}
AT_ONCE = 48
SEALED_AFTER = 1.0
"""Seconds after which a file of the prediction log is complete."""


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """The record store of all faults here."""
    made = connect(f"sqlite:///{tmp_path_factory.mktemp('store') / 'records.db'}")
    migrate(made, BRANCHES)
    make_shop(made, clock_mode="wall")
    yield made
    made.dispose()


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with a model of churn."""
    home = tmp_path_factory.mktemp("home")
    publish(make_real_package("churn"), home / "data" / "packages")
    return home


@pytest.fixture(scope="module")
def server(engine: Engine, home: Path) -> Iterator[Running]:
    """A server that goes through all of it."""
    with running(engine, home, MOST_AT_ONCE=str(AT_ONCE), BACKGROUND_WORK="off") as server:
        yield server


def ask(server: Running, body: dict[str, Any] = ASKED) -> httpx.Response:
    return httpx.post(f"{server.base}/predict/churn", json=body, timeout=PATIENCE)


def refused(response: httpx.Response) -> str:
    """The sentence of a 503, which names no place."""
    assert response.status_code == 503
    assert response.headers["retry-after"]
    sentence: str = response.json()["detail"]
    assert "/" not in sentence
    return sentence


def test_while_the_store_is_locked_only_questions_about_customers_are_refused(
    server: Running, engine: Engine
) -> None:
    assert ask(server).status_code == 200
    with closing(sqlite3.connect(str(engine.url.database), timeout=PATIENCE)) as writer:
        writer.isolation_level = None
        writer.execute("BEGIN IMMEDIATE")
        time.sleep(0.2)  # what the shop was observed ahead is over
        assert "database is locked" in refused(ask(server))
        assert ask(server, BY_VALUES).status_code == 200
        writer.execute("ROLLBACK")
    assert ask(server).status_code == 200


def test_a_store_that_goes_away_and_comes_back_is_asked_again(
    server: Running, engine: Engine
) -> None:
    place = Path(str(engine.url.database))
    away = place.rename(place.with_suffix(".away"))
    assert "got no such file" in refused(ask(server))
    assert server.get("/readyz").status_code == 503
    assert server.get("/livez").status_code == 200
    assert ask(server, BY_VALUES).status_code == 200
    away.rename(place)
    assert ask(server).status_code == 200
    assert server.get("/readyz").status_code == 200


@pytest.mark.parametrize("broken", ["current.json", "2/package.json", "2/model.npz"])
def test_a_champion_that_is_damaged_leaves_the_one_before_answering(
    server: Running, home: Path, broken: str
) -> None:
    packages = home / "data" / "packages"
    publish(replace(make_real_package("churn"), version="2"), packages)
    place = packages / "acme" / "churn" / broken
    whole = place.read_bytes()
    time.sleep(0.1)
    place.write_bytes(whole[: len(whole) // 2])
    time.sleep(0.1)
    response = ask(server)
    assert response.status_code == 200
    assert response.json()["model_version"] in ("acme.churn/1", "acme.churn/2")
    place.write_bytes(whole)


@pytest.fixture
def small_disk(home: Path) -> Iterator[Path]:
    """A disk of 256 kB on which the server keeps its answers."""
    place = home / "data" / "predictions"
    place.mkdir(parents=True, exist_ok=True)
    mount = ["mount", "-t", "tmpfs", "-o", "size=256k", "none", str(place)]
    if (
        shutil.which("mount") is None
        or subprocess.run(mount, check=False, capture_output=True).returncode
    ):
        pytest.skip("a small disk takes the right to mount one")
    yield place
    subprocess.run(["umount", "--lazy", str(place)], check=True)


def test_while_the_disk_is_full_nothing_is_answered_and_with_room_it_is_again(
    server: Running, small_disk: Path
) -> None:
    time.sleep(2 * SEALED_AFTER)  # what was begun on the other disk is complete
    assert ask(server, BY_VALUES).status_code == 200
    assert list_segments(small_disk)
    filler = small_disk / "filler"
    with suppress(OSError), filler.open("wb", buffering=0) as file:
        while True:
            file.write(bytes(1024))
    refusals: list[httpx.Response] = []
    for _ in range(100):  # as long as what is left of a page is room for some
        refusals = [ask(server), ask(server, BY_VALUES)]
        if all(each.status_code == 503 for each in refusals):
            break
    assert all("got no space left on device" in refused(each) for each in refusals)
    assert server.get("/readyz").status_code == 503
    assert server.get("/livez").status_code == 200
    filler.unlink()
    assert ask(server).status_code == ask(server, BY_VALUES).status_code == 200
    assert server.get("/readyz").status_code == 200


async def flood(server: Running, connections: int, seconds: float) -> Counter[int]:
    """Ask over many connections at once."""
    statuses: Counter[int] = Counter()
    ends = time.monotonic() + seconds
    limits = httpx.Limits(max_connections=connections, max_keepalive_connections=connections)

    async def keep_asking(client: httpx.AsyncClient) -> None:
        while time.monotonic() < ends:
            response = await client.post("/predict/churn", json=ASKED)
            statuses[response.status_code] += 1
            if response.status_code == 429:
                assert response.headers["retry-after"] == "1"

    async with httpx.AsyncClient(base_url=server.base, limits=limits, timeout=PATIENCE) as client:
        await asyncio.gather(*(keep_asking(client) for _ in range(connections)))
    return statuses


@pytest.mark.parametrize(
    ("connections", "seconds"),
    [(150, 1.5), pytest.param(500, 20.0, marks=pytest.mark.slow)],
)
def test_more_connections_than_can_be_served_get_answers_or_are_told_to_wait(
    server: Running, connections: int, seconds: float
) -> None:
    statuses = asyncio.run(flood(server, connections, seconds))
    assert set(statuses) == {200, 429}
    assert statuses[200] >= AT_ONCE
    assert ask(server).status_code == 200
