"""A service of one's own: in a home of its own, and what fails is told."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from workbench import hosted
from workbench.errors import HostedFailed
from workbench.hosted import Hosted


def test_a_command_works_in_the_service_s_home_and_nowhere_else(tmp_path: Path) -> None:
    around = {"BELLWETHER_HOME": str(tmp_path), "DATABASE_URL": f"sqlite:///{tmp_path}/other.db"}
    with Hosted({**os.environ, **around}) as service:
        assert "acme is open" in service.command("create-tenant", "acme", "--currency", "EUR")
        assert (service.home / "data" / "records.db").exists()
        assert list(tmp_path.iterdir()) == []
        with pytest.raises(
            HostedFailed, match=r"create-tenant must succeed; got:\s.*'acme', which exists"
        ):
            service.command("create-tenant", "acme", "--currency", "EUR")
    assert not service.home.exists()


def answers(url: str) -> bool:
    try:
        return httpx.get(f"{url}/livez").status_code == 200
    except httpx.TransportError:
        return False


def test_a_service_that_does_not_come_up_says_why() -> None:
    with Hosted({**os.environ, "PYTHONPATH": ""}) as service:
        service.home.joinpath("data").write_text("in the way of the records")
        with pytest.raises(HostedFailed, match=r"bellwether serve must succeed; got:\s.*data"):
            service.serve()


def test_a_server_that_does_not_stop_is_killed() -> None:
    deaf = (
        "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
        "print('deaf', flush=True); time.sleep(600)"
    )
    *watched, _ = hosted._WATCHED
    server = [*watched, "0.1", sys.executable, "-c", deaf]
    with subprocess.Popen(server, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as watcher:
        assert watcher.stdout is not None
        assert watcher.stdout.readline() == b"deaf\n"
        watcher.communicate(timeout=60)
    assert watcher.returncode == -signal.SIGKILL % 256


@pytest.mark.slow
def test_a_service_ends_with_whoever_opened_it_even_killed() -> None:
    program = (
        "import os, time; from workbench.hosted import Hosted; service = Hosted(os.environ);"
        "print(service.serve(), service.home, flush=True); time.sleep(600)"
    )
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE) as opener:
        assert opener.stdout is not None
        url, home = opener.stdout.readline().decode().split()
        assert answers(url)
        opener.kill()
    given_up = time.monotonic() + 60
    while answers(url) and time.monotonic() < given_up:
        time.sleep(0.1)
    assert not answers(url)
    shutil.rmtree(home)
