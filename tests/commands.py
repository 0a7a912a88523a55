"""Commands as they are typed, each in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

PATIENCE = 1_800
"""Seconds; a guard against waiting for ever, not a measure."""


def bellwether(home: Path, *words: str) -> str:
    """Type a command in a home, with the record store that lies there; give what it said."""
    environ = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    done = subprocess.run(
        [sys.executable, "-c", "from workbench.cli import main; main()", *words],
        env=environ | {"BELLWETHER_HOME": str(home)},
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-4_000:]
    return done.stdout
