"""A server that is told to stop answers everything it has accepted, and only then ends."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import httpx
import pytest
from sqlalchemy import Engine
from tests.ports import free_port
from tests.serving.shop import make_real_package, make_shop

from scoring.published import publish

PATIENCE = 120
REQUESTS = 12
ASKED = {"tenant": "acme", "customer_id": "17850"}


def until(server: subprocess.Popen[bytes], url: str, *, answers: bool) -> None:
    """Return once the service answers, or no longer takes connections."""
    ends = time.monotonic() + PATIENCE
    while time.monotonic() < ends:
        try:
            httpx.get(url, timeout=10).raise_for_status()
            if answers:
                return
        except httpx.HTTPError:
            if not answers:
                return
            assert server.poll() is None
        time.sleep(0.1)
    raise AssertionError(f"{url} kept the test waiting")


@pytest.fixture
def port() -> int:
    return free_port()


@pytest.fixture
def server(engine: Engine, tmp_path: Path, port: int) -> Iterator[subprocess.Popen[bytes]]:
    """A server of a shop that has a model."""
    make_shop(engine)
    publish(make_real_package("churn"), tmp_path / "data" / "packages")
    command = [str(Path(sys.executable).parent / "bellwether"), "serve", "--port", str(port)]
    environ = os.environ | {
        "BELLWETHER_HOME": str(tmp_path),
        "DATABASE_URL": str(engine.url),
        "BELLWETHER_OPEN": "*",
    }
    with (tmp_path / "serve.log").open("w") as log:
        started = subprocess.Popen(command, env=environ, stdout=log, stderr=log)
    try:
        until(started, f"http://127.0.0.1:{port}/readyz", answers=True)
        yield started
    finally:
        started.kill()
        started.wait(PATIENCE)


def test_what_was_accepted_is_answered_before_the_server_ends(
    engine: Engine, server: subprocess.Popen[bytes], port: int
) -> None:
    base = f"http://127.0.0.1:{port}"
    with (
        closing(sqlite3.connect(str(engine.url.database), timeout=PATIENCE)) as writer,
        ThreadPoolExecutor(REQUESTS) as threads,
    ):
        writer.isolation_level = None
        writer.execute("BEGIN IMMEDIATE")  # every answer waits for its turn to be kept
        asked = [
            threads.submit(httpx.post, f"{base}/predict/churn", json=ASKED, timeout=PATIENCE)
            for _ in range(REQUESTS)
        ]
        time.sleep(1)
        until(server, f"{base}/livez", answers=True)
        server.send_signal(signal.SIGTERM)
        time.sleep(1)
        assert not any(future.done() for future in asked)
        writer.execute("ROLLBACK")
        assert [future.result().status_code for future in asked] == [200] * REQUESTS
    assert server.wait(PATIENCE) == 0
