"""The whole catalogue over a long stream in a process of its own, so that its memory can be measured.

    python -m benchmarks.features.scale FOLDER COPIES

Writes one line: seconds, peak gigabytes, rows.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from pathlib import Path

from features.catalogue import CATALOGUE
from features.evaluating.duckdb_evaluator import evaluate_each
from features.snapshots.snapshot import Snapshot


def main(folder: Path, cutoffs: list[int]) -> None:
    """Evaluate the catalogue over the files of a folder, cutoff by cutoff."""
    files = tuple(sorted(folder.glob("month=*/*.parquet")))
    snapshot = Snapshot(
        tenant="bench",
        hash="0" * 32,
        files=files,
        events=0,
        last_id=0,
        first_occurred=0,
        last_recorded=0,
    )
    began = time.perf_counter()
    rows = sum(len(table.values) for table in evaluate_each(snapshot, cutoffs, CATALOGUE))
    taken = time.perf_counter() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
    sys.stdout.write(json.dumps({"seconds": taken, "peak_gb": peak, "rows": rows}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), [int(cutoff) for cutoff in sys.argv[2:]])
