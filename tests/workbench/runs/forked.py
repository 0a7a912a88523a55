"""What the tests let a forked process do."""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path

import numpy as np

LOADED_BY = os.getpid()


def say_how_it_stands(module: str) -> None:
    """Print whether another process loaded this module, and where it works."""
    print(sys.modules[module] is sys.modules[__name__] and os.getpid() != LOADED_BY)
    print(Path.cwd())


def draw() -> None:
    """Print a number of NumPy's shared generator."""
    print(np.random.random())


def end(way: str) -> None:
    """End in one of the ways a process can."""
    match way:
        case "exit":
            sys.exit(7)
        case "raise":
            raise ValueError(way)
        case "kill":
            os.kill(os.getpid(), signal.SIGKILL)


def sleep() -> None:
    """Outlast any test."""
    time.sleep(300)
