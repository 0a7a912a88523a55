"""A real server of the small shop, asked by many at once."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx
import psutil
from sqlalchemy import Engine
from tests.ports import free_port

PATIENCE = 120
ASKED = {"tenant": "acme", "customer_id": "17850"}


class Running:
    """A server that runs."""

    def __init__(self, process: subprocess.Popen[bytes], port: int) -> None:
        self.process, self.base = process, f"http://127.0.0.1:{port}"

    def get(self, path: str) -> httpx.Response:
        """GET a path."""
        return httpx.get(f"{self.base}{path}", timeout=PATIENCE)

    def stop(self) -> None:
        """Tell it to stop, and wait for its end."""
        self.process.terminate()
        self.process.wait(PATIENCE)

    def kill(self) -> None:
        """Kill all its processes at once, and wait for their end."""
        with suppress(psutil.NoSuchProcess):
            server = psutil.Process(self.process.pid)
            family = [server, *server.children(recursive=True)]
            for each in family:
                with suppress(psutil.NoSuchProcess):
                    each.kill()
            psutil.wait_procs(family, PATIENCE)
        self.process.wait(PATIENCE)

    def until_ready(self) -> None:
        """Wait until it answers."""
        ends = time.monotonic() + PATIENCE
        while time.monotonic() < ends:
            assert self.process.poll() is None
            with suppress(httpx.TransportError):
                if self.get("/readyz").status_code == 200:
                    return
            time.sleep(0.1)
        raise AssertionError("the server kept the test waiting")


@contextmanager
def running(engine: Engine, home: Path, *options: str, **environ: str) -> Iterator[Running]:
    """Run `bellwether serve` over a home and a record store."""
    port = free_port()
    command = [str(Path(sys.executable).parent / "bellwether"), "serve", "--port", str(port)]
    given = os.environ | {
        "BELLWETHER_HOME": str(home),
        "DATABASE_URL": engine.url.render_as_string(hide_password=False),
        "BELLWETHER_OPEN": "*",
    }
    with (home / "serve.log").open("w") as log:
        process = subprocess.Popen(
            [*command, *options],
            env=given | environ,
            stdout=log,
            stderr=log,
        )
    server = Running(process, port)
    try:
        server.until_ready()
        yield server
    finally:
        server.kill()


class Load:
    """Clients that ask one after another, as long as somebody answers."""

    def __init__(self, server: Running, clients: int) -> None:
        self.statuses: Counter[int] = Counter()
        self.answers: list[dict[str, str]] = []
        self._server, self._over = server, threading.Event()
        self._threads = [threading.Thread(target=self._ask) for _ in range(clients)]
        for thread in self._threads:
            thread.start()

    def until(self, count: int) -> None:
        """Wait for so many answers."""
        ends = time.monotonic() + PATIENCE
        while len(self.answers) < count:
            assert time.monotonic() < ends
            time.sleep(0.01)

    def end(self) -> None:
        """Ask no more."""
        self._over.set()
        for thread in self._threads:
            thread.join(PATIENCE)

    def _ask(self) -> None:
        with httpx.Client(base_url=self._server.base, timeout=PATIENCE) as client:
            while not self._over.is_set():
                try:
                    response = client.post("/predict/churn", json=ASKED)
                except httpx.TransportError:
                    return  # nobody is there any more
                self.statuses[response.status_code] += 1
                if response.status_code == 200:
                    self.answers.append(response.json())
