"""A kernel that is forked, not started: it finds imported what the notebook's process has imported.

It is forked before the notebook's process opens a socket or an event loop, and waits; what papermill would start
as a command, it then becomes. Where that is not the command it can become, or where it has been used up, a kernel
is started as ever.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from contextlib import suppress
from typing import Any, NoReturn

from jupyter_client.manager import AsyncKernelManager

from workbench.runs.fork_server import fork, leave

_LAUNCHER = "ipykernel_launcher"


class SpareKernel:
    """A forked process that waits to become a kernel; looks like the `subprocess.Popen` of one."""

    stdin = stdout = stderr = None

    def __init__(self) -> None:
        order, self._order = os.pipe()
        self.returncode: int | None = None
        self.args: list[str] = []
        self.pid = fork()
        if not self.pid:
            os.close(self._order)
            # its own group, so that signals to a kernel reach its children; the session is the run's
            os.setpgid(0, 0)
            _become(order)
        os.close(order)
        with suppress(PermissionError):
            os.setpgid(self.pid, self.pid)

    def launch(self, command: list[str], *, env: dict[str, str], cwd: str | None) -> None:
        """Let it become the kernel that a command would start.

        Parameters
        ----------
        env : dict
            Its whole environment.
        """
        self.args = command
        arguments = command[command.index(_LAUNCHER) + 1 :]
        with os.fdopen(self._order, "w") as order:
            json.dump({"arguments": arguments, "env": env, "cwd": cwd or "."}, order)

    def poll(self) -> int | None:
        """Give its exit code; None where it goes on."""
        return self._wait(os.WNOHANG)

    def wait(self) -> int | None:
        """Wait for its end."""
        return self._wait(0)

    def send_signal(self, number: int) -> None:
        """Send it a signal, if it goes on."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        """Ask it to end."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """End it."""
        self.send_signal(signal.SIGKILL)

    def _wait(self, how: int) -> int | None:
        if self.returncode is None:
            pid, status = os.waitpid(self.pid, how)
            if pid:
                self.returncode = os.waitstatus_to_exitcode(status)
        return self.returncode


class SpareKernelManager(AsyncKernelManager):
    """Jupyter's manager of a kernel, which uses the spare one for the first."""

    spare: SpareKernel | None = None
    """Set by the notebook's process."""

    async def _async_launch_kernel(self, kernel_cmd: list[str], **options: Any) -> None:
        spare, SpareKernelManager.spare = SpareKernelManager.spare, None
        provisioner: Any = self.provisioner
        if spare is None or not _is_ours(kernel_cmd):
            return await super()._async_launch_kernel(kernel_cmd, **options)
        environment = {**options["env"], "JPY_PARENT_PID": str(os.getpid())}
        spare.launch(kernel_cmd, env=environment, cwd=options.get("cwd"))
        provisioner.process = spare
        provisioner.pid = provisioner.pgid = spare.pid
        provisioner.cwd = options.get("cwd")
        self._reconcile_connection_info(provisioner.connection_info)
        return None


def _is_ours(command: list[str]) -> bool:
    """Whether a command starts IPython's kernel with this very Python."""
    return os.path.realpath(command[0]) == os.path.realpath(sys.executable) and _LAUNCHER in command


def _become(order: int) -> NoReturn:
    """Wait for an order and become the kernel it asks for; end where none comes."""
    with os.fdopen(order) as source:
        text = source.read()
    if not text:
        os._exit(0)
    asked = json.loads(text)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(
            number, signal.SIG_DFL if number == signal.SIGTERM else signal.default_int_handler
        )
    os.environ.clear()
    os.environ.update(asked["env"])
    os.chdir(asked["cwd"])
    sys.argv = [_LAUNCHER, *asked["arguments"]]
    from ipykernel import kernelapp

    leave(lambda: kernelapp.launch_new_instance(argv=asked["arguments"]))
