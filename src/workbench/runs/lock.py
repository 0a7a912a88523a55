"""One run at a time: a lock file that names its holder and dies with it.

The operating system holds the lock for the process and for the notebooks' processes below it, so a killed
run leaves none behind once they have ended too; what a killed run does leave is its name in the file, and the
next run says that it takes over.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from filelock import lock_descriptor

from workbench.errors import RunLocked

_PATIENCE_SECONDS = 30
_POLL_SECONDS = 0.2


@dataclass(frozen=True, kw_only=True)
class Held:
    """A lock in hand."""

    path: Path
    taken_over_from: str
    """The dead process that held it before; empty where the last holder let go in order."""
    descriptor: int
    """The open lock file; a process that inherits it holds the lock as well."""


@contextmanager
def run_lock(path: Path, *, subject: str, command: str, now: datetime) -> Iterator[Held]:
    """Hold a lock for the length of a block.

    Parameters
    ----------
    path : Path
        The lock file; its folder is made.
    subject : str
        What must run alone, for the sentence: "run of tenant 'demo'".
    now : datetime
        Aware; when this process began.

    Raises
    ------
    RunLocked
        "run of tenant 'demo' must run alone; got a second run while process 4711 (...) is at work. ..."
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        if not _take(descriptor):
            raise RunLocked(subject, describe(_read(descriptor)))
        before = _read(descriptor)
        _write(descriptor, {"pid": os.getpid(), "command": command, "since": now.isoformat()})
        try:
            yield Held(
                path=path,
                taken_over_from=describe(before) if before else "",
                descriptor=descriptor,
            )
        finally:
            _write(descriptor, None)
    finally:
        os.close(descriptor)


def describe(holder: dict[str, Any] | None) -> str:
    """Say who holds a lock.

    Examples
    --------
    >>> describe({"pid": 4711, "command": "bellwether run", "since": "2026-01-01T03:00:00+00:00"})
    'process 4711 (bellwether run, since 2026-01-01T03:00:00+00:00)'
    """
    if not holder:
        return "another process"
    return f"process {holder.get('pid')} ({holder.get('command')}, since {holder.get('since')})"


def _take(descriptor: int) -> bool:
    """Take the lock; where its holder was killed, wait for the processes below it to end."""
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while True:
        if lock_descriptor(descriptor, blocking=False):
            return True
        holder = _read(descriptor) or {}
        if is_alive(int(holder.get("pid", 0))) or time.monotonic() > deadline:
            return False
        time.sleep(_POLL_SECONDS)


def is_alive(pid: int) -> bool:
    """Whether there is a process of that id; 0 counts as alive, as nobody knows whose it is."""
    if pid == 0:
        return True
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _read(descriptor: int) -> dict[str, Any] | None:
    try:
        content = json.loads(os.pread(descriptor, 4096, 0))
    except ValueError:
        return None
    return content if isinstance(content, dict) else None


def _write(descriptor: int, holder: dict[str, Any] | None) -> None:
    os.ftruncate(descriptor, 0)
    if holder is not None:
        os.pwrite(descriptor, json.dumps(holder).encode(), 0)
