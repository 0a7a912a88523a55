"""Starting a server, waiting until it answers, and watching what it takes."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

ALONE = """
import sys, uvicorn, serving.bento.service as service
service.Service.inner()
uvicorn.run(service.answer, host="127.0.0.1", port=int(sys.argv[1]), log_level="warning", access_log=False)
"""
"""The application without BentoML."""


@dataclass(frozen=True)
class Server:
    """A server that runs.

    Attributes
    ----------
    started : float
        Seconds until it answered for the first time.
    """

    port: int
    process: psutil.Process
    started: float

    def cpu(self) -> float:
        """Seconds of processor its processes took so far."""
        family = [self.process, *self.process.children(recursive=True)]
        return float(sum(one.cpu_times().user + one.cpu_times().system for one in family))

    def megabytes(self) -> float:
        """Memory of the process that answers: of its processes the one that took most of the processor."""
        family = [self.process, *self.process.children(recursive=True)]
        busiest = max(family, key=lambda one: one.cpu_times().user)
        return float(busiest.memory_info().rss) / 2**20


@contextmanager
def serving(
    command: Sequence[str],
    environ: Mapping[str, str],
    *,
    ready: str = "/",
    cwd: Path | None = None,
) -> Iterator[Server]:
    """Run a server on a free port and wait until it listens.

    Parameters
    ----------
    command : sequence of str
        For this Python; the port is added.
    ready : str
        What to ask until something else comes back than that it is not ready.
    """
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
    began = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, *command, str(port)],
        env=dict(environ),
        cwd=cwd,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL if "BENCH_DEBUG" not in os.environ else None,
        start_new_session=True,
    )
    try:
        _wait(process, port, ready)
        yield Server(port, psutil.Process(process.pid), time.perf_counter() - began)
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _wait(process: subprocess.Popen[bytes], port: int, ready: str) -> None:
    until = time.perf_counter() + 90
    while time.perf_counter() < until:
        if process.poll() is not None:
            raise RuntimeError(f"the server must run; it ended with {process.returncode}")
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            connection.request("GET", ready)
            if connection.getresponse().status < 500:
                return
        except (OSError, http.client.HTTPException):
            pass
        time.sleep(0.02)
    raise TimeoutError("the server must answer within 90 s; it did not")
