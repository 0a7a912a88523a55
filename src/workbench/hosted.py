"""A service of one's own to try things out on: a temporary home, a free port, gone when it is closed.

    with Hosted(os.environ) as service:
        service.command("create-admin", "ada", "--tenant", "shop", "--currency", "EUR", line=password)
        url = service.serve()

Nothing of it touches the home, the records or the settings of whoever opens it. The service ends with whoever opened
it, however that ends: it listens to a pipe that closes then.
"""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Self

import httpx

from workbench.errors import HostedFailed

_BELLWETHER = (sys.executable, "-c", "from workbench.cli import main; main()")
_WATCHER = """
import subprocess, sys, threading
server = subprocess.Popen(sys.argv[2:], stdin=subprocess.DEVNULL)
def end():
    sys.stdin.read()
    server.terminate()
    try:
        server.wait(float(sys.argv[1]))
    except subprocess.TimeoutExpired:
        server.kill()
threading.Thread(target=end, daemon=True).start()
sys.exit(server.wait())
"""
"""Stops the server once nobody holds the other end of its input; a server that does not stop in time is killed."""
_KEPT = ("PATH", "LANG", "TMPDIR", "SYSTEMROOT", "VIRTUAL_ENV", "PYTHONPATH")
_STARTS, _STOPS = 120.0, 20.0
_WATCHED = (sys.executable, "-c", _WATCHER, str(_STOPS))


class Hosted:
    """A home with records of its own, and the service over it once `serve` is called.

    Parameters
    ----------
    environ : mapping of str to str
        The environment around; of it, only what a program needs to run is taken over.

    Attributes
    ----------
    home : Path
        In the system's temporary folder.
    """

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._folder = TemporaryDirectory(prefix="bellwether-hosted-", ignore_cleanup_errors=True)
        self.home = Path(self._folder.name)
        kept = {name: environ[name] for name in _KEPT if name in environ}
        self._environ = {**kept, "HOME": str(self.home), "BELLWETHER_HOME": str(self.home)}
        self._server: subprocess.Popen[bytes] | None = None

    def command(self, *words: str, line: str = "") -> str:
        """Type a `bellwether` command, as an operator of the shop would; give what it prints.

        Parameters
        ----------
        line : str, optional
            What is typed in, such as a password.

        Raises
        ------
        HostedFailed
            "bellwether create-admin must succeed; got ..."
        """
        done = subprocess.run(  # noqa: S603 - our own command
            [*_BELLWETHER, *words],
            input=f"{line}\n",
            env=self._environ,
            cwd=self.home,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise HostedFailed(f"bellwether {words[0]}", done.stderr)
        return done.stdout

    def serve(self) -> str:
        """Start `bellwether serve` on a free port, and give its address once it answers.

        Raises
        ------
        HostedFailed
            "bellwether serve must succeed; got ..."
        """
        port = _free_port()
        url, log = f"http://127.0.0.1:{port}", self.home / "serve.log"
        with log.open("wb") as out:
            self._server = subprocess.Popen(  # noqa: S603 - our own command
                [*_WATCHED, *_BELLWETHER, "serve", "--port", str(port)],
                env=self._environ,
                cwd=self.home,
                stdin=subprocess.PIPE,
                stdout=out,
                stderr=subprocess.STDOUT,
            )
        given_up = time.monotonic() + _STARTS
        while time.monotonic() < given_up and self._server.poll() is None:
            if _answers(url):
                return url
            time.sleep(0.1)
        raise HostedFailed("bellwether serve", log.read_text(errors="replace"))

    def close(self) -> None:
        """Stop the service, and take the home away."""
        try:
            if self._server is not None:
                self._server.communicate()
        finally:
            self._folder.cleanup()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def _answers(url: str) -> bool:
    try:
        return httpx.get(f"{url}/livez", timeout=5).is_success
    except httpx.TransportError:
        return False
