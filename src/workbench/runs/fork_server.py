"""A process that has imported what notebooks need, and forks their processes.

Importing pandas, scikit-learn, MLflow and Great Expectations costs every notebook seconds; here it is done once.
The server itself does nothing but import and fork: it has one Python thread, no event loop, no sockets of ZMQ, no
database, and no parallel region of OpenMP was ever entered, so that what it forks is as good as a fresh process. It
ends with the process that started it. What it forks has a session of its own, its own pipes, directory, and random
numbers.

Started as ``python -m workbench.runs.fork_server``.
"""

from __future__ import annotations

import atexit
import gc
import importlib
import json
import os
import random
import select
import signal
import socket
import subprocess
import sys
import traceback
import warnings
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn, TextIO

_MESSAGE = 65536
_FIRST_BYTES = 64


@dataclass
class Child:
    """A forked process, as the one that asked for it holds it."""

    pid: int
    """Also the id of its session, to which everything it forks belongs."""
    stdin: TextIO
    """Its standard input; closed by the system once this process is gone."""
    stdout: TextIO
    """What it and its children write."""
    sentinel: int
    """A descriptor that can be read once the process has ended."""
    _code: int | None = field(default=None, init=False)

    def wait(self, timeout: float | None = None) -> int | None:
        """Wait for its end.

        Returns
        -------
        int or None
            Its exit code, negative where a signal killed it; None where it goes on after `timeout` seconds.
        """
        if self._code is None and select.select([self.sentinel], [], [], timeout)[0]:
            said = os.read(self.sentinel, _FIRST_BYTES).decode()
            if not said:  # the server was killed, and cannot say any more
                with suppress(ProcessLookupError):
                    os.killpg(self.pid, signal.SIGKILL)
            self._code = int(said) if said else -signal.SIGKILL
        return self._code

    def signal(self, number: int, *, group: bool = False) -> None:
        """Send a signal; does nothing where the process has ended."""
        if self.wait(0) is None:
            with suppress(ProcessLookupError):
                (os.killpg if group else os.kill)(self.pid, number)

    def close(self) -> None:
        """Let go of its pipes."""
        for stream in (self.stdin, self.stdout):
            with suppress(BrokenPipeError):
                stream.close()
        if self.sentinel >= 0:
            os.close(self.sentinel)
            self.sentinel = -1


@dataclass
class ForkServer:
    """The server, as the process that started it holds it."""

    environ: Mapping[str, str]
    """The whole environment of every process it forks."""
    load: tuple[str, ...] = ()
    """What it imports before it forks anything: modules, or functions to call, ``"module:function"``."""
    then: tuple[str, ...] = ()
    """What it imports whenever nobody asks for anything."""
    _process: subprocess.Popen[bytes] | None = field(default=None, init=False)
    _socket: socket.socket | None = field(default=None, init=False)

    def start(self) -> None:
        """Start to import; does nothing where the server runs."""
        if self._process is not None and self._process.poll() is None:
            return
        self.close()
        self._socket, far = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with far:
            self._process = subprocess.Popen(  # noqa: S603 - our own module
                [sys.executable, "-P", "-m", "workbench.runs.fork_server", str(far.fileno())]
                + [json.dumps([self.load, self.then])],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                env=dict(self.environ),
                start_new_session=True,
                pass_fds=(far.fileno(),),
            )

    def fork(self, call: str, *arguments: str, cwd: Path, inherit: Sequence[int] = ()) -> Child:
        """Fork a process that calls a function.

        Parameters
        ----------
        call : str
            ``"module:function"``.
        inherit : sequence of int
            Descriptors that it holds open as well, until it ends.

        Raises
        ------
        ChildProcessError
            If the server cannot be started, or was killed meanwhile.
        """
        self.start()
        assert self._socket is not None
        (stdin, far_stdin), (far_stdout, stdout), (said, say) = os.pipe(), os.pipe(), os.pipe()
        order = json.dumps({"call": call, "arguments": arguments, "cwd": str(cwd)})
        with suppress(BrokenPipeError):
            socket.send_fds(self._socket, [order.encode()], [stdin, stdout, say, *inherit])
        for descriptor in (stdin, stdout, say):
            os.close(descriptor)
        near = os.fdopen(far_stdin, "w"), os.fdopen(far_stdout, errors="replace")
        child = Child(0, *near, said)
        pid = os.read(said, 16)
        if not pid:
            child.close()
            raise ChildProcessError(
                "notebook's process must start; got none: the process that forks it ended."
            )
        child.pid = int(pid)
        return child

    def close(self) -> None:
        """End the server; what it forked lives on."""
        if self._socket is not None:
            self._socket.close()
        if self._process is not None:
            self._process.wait()
        self._socket = self._process = None

    def __enter__(self) -> ForkServer:
        """Give the server, not yet started."""
        return self

    def __exit__(self, *exception: object) -> None:
        """End the server."""
        self.close()


class _Server:
    """The server's own side: import, fork, say how each forked process ended."""

    def __init__(self, control: socket.socket, load: Sequence[str], then: Sequence[str]) -> None:
        self._control = control
        self._load, self._then = list(load), list(then)
        self._ends: dict[int, int] = {}

    def serve(self) -> None:
        """Go on until the process that started this one has gone."""
        for name in self._load:
            _load(name)
        woken, wake = socket.socketpair()
        woken.setblocking(False)
        wake.setblocking(False)
        signal.signal(signal.SIGCHLD, lambda number, frame: None)
        signal.set_wakeup_fd(wake.fileno(), warn_on_full_buffer=False)
        while True:
            idle = None if not self._then else 0
            ready = select.select([self._control, woken], [], [], idle)[0]
            if woken in ready:
                woken.recv(4096)
                self._bury()
            if self._control in ready:
                order, inherited, *_ = socket.recv_fds(
                    self._control, _MESSAGE, 8, socket.MSG_CMSG_CLOEXEC
                )
                if not order:
                    return
                self._fork(json.loads(order), inherited, (self._control, woken, wake))
            elif self._then:
                _load(self._then.pop(0))

    def _fork(
        self, order: dict[str, Any], inherited: list[int], own: Sequence[socket.socket]
    ) -> None:
        stdin, stdout, say, *held = inherited
        pid = fork()
        if pid:
            for descriptor in (stdin, stdout, *held):
                os.close(descriptor)
            self._ends[pid] = say
            os.write(say, f"{pid:16d}".encode())
            return
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        os.setsid()
        for sock in own:
            sock.close()
        for place, descriptor in ((0, stdin), (1, stdout), (2, stdout)):
            os.dup2(descriptor, place)
        for descriptor in (stdin, stdout, say, *self._ends.values()):
            os.close(descriptor)
        os.chdir(order["cwd"])
        leave(lambda: _function(order["call"])(*order["arguments"]))

    def _bury(self) -> None:
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if not pid:
                return
            if (say := self._ends.pop(pid, None)) is None:
                continue  # what was loaded has forked it
            with suppress(BrokenPipeError):
                os.write(say, str(os.waitstatus_to_exitcode(status)).encode())
            os.close(say)


def fork() -> int:
    """Fork this process, as `os.fork`: the child sees what is loaded as old, and draws its own random numbers."""
    gc.collect()
    gc.freeze()
    with warnings.catch_warnings():
        # Python 3.12 counts threads that belong to libraries, such as the allocator's of Arrow, and knows when to fork.
        warnings.simplefilter("ignore", DeprecationWarning)
        pid = os.fork()
    if not pid and (numpy := sys.modules.get("numpy")) is not None:
        numpy.random.seed(random.SystemRandom().getrandbits(32))
    return pid


def leave(work: Any) -> NoReturn:
    """Do a forked process's work and end it, without the minutes' worth of tidying that a fresh one does."""
    code: object = 1
    try:
        work()
        code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) or end.code is None else 1
    except BaseException:  # noqa: BLE001 - the end of the process
        traceback.print_exc()
    finally:
        atexit._run_exitfuncs()
        with suppress(OSError, ValueError):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(code if isinstance(code, int) else 0)


def _load(name: str) -> None:
    """Import ahead of time; what cannot be imported is said by whoever needs it."""
    with suppress(ImportError):
        if ":" in name:
            _function(name)()
        else:
            importlib.import_module(name)


def _function(name: str) -> Any:
    module, _, function = name.partition(":")
    return getattr(importlib.import_module(module), function)


if __name__ == "__main__":
    leave(_Server(socket.socket(fileno=int(sys.argv[1])), *json.loads(sys.argv[2])).serve)
