"""What memory a training takes, from the shop's stream to a judged package, in a process of its own.

    .venv/bin/python -m benchmarks.models.memory FOLDER CUSTOMERS

is that process; `training_memory` starts it on a shop that is simulated already, and looks on.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import psutil
from benchmarks.models.shops import kept

GIGABYTE = 1e9
LOOK_SECONDS = 0.5


def training_memory(folder: Path, customers: int) -> float:
    """Give the most memory that a training and its helpers held at once, GB; what they share counts once."""
    command = [sys.executable, "-m", "benchmarks.models.memory", str(folder), str(customers)]
    started = psutil.Popen(
        command, cwd=Path(__file__).parents[2], stdout=subprocess.PIPE, text=True
    )
    most = 0
    while True:
        most = max(most, _held(started))
        try:
            code = started.wait(LOOK_SECONDS)
        except psutil.TimeoutExpired:
            continue
        if code:
            raise RuntimeError(f"the training that is looked on ended with {code}")
        print(f"training on {started.stdout.read().strip()} held {most / GIGABYTE:.2f} GB at most")
        return most / GIGABYTE


def _held(process: psutil.Process) -> int:
    """Sum the memory of a process and all below it, in bytes."""
    held = 0
    try:
        for each in (process, *process.children(recursive=True)):
            held += each.memory_full_info().pss
    except psutil.Error:  # ended while it was looked at
        pass
    return held


def _train(folder: Path, customers: int) -> None:
    from training.experiment import fit_candidates, make_challenger

    shop = kept(folder, customers)
    dataset = shop.dataset("churn", everyone=False)
    shop.engine.dispose()
    make_challenger(dataset, fit_candidates(dataset))
    rows, columns = dataset.train.shape
    print(f"{rows:,} rows x {columns - 3} features")


if __name__ == "__main__":
    _train(Path(sys.argv[1]), int(sys.argv[2]))
