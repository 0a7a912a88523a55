"""What does declaring features cost, against writing them by hand? Measured in one run, on one stream.

    make bench-features

A stream of two million events with the simulator's mix, of 35 thousand customers, at twelve monthly cutoffs, from
the same Parquet files to values in memory:

a. fourteen features in pandas, b. in SQL by hand (``reference.sql``), c. declared;
d. as many as the catalogue had when its SQL was written, declared, e. in SQL by hand (``catalogue.sql``).

The last SELECT of ``catalogue.sql`` is the list of what d and e give. A feature added since is on it once somebody
writes its column there; until then it is measured by nobody, and nothing is amiss. The figures of scale and online are
of the whole catalogue.

Rounds of all five take turns and the median counts; before that, b must equal c, a must equal c, and e must equal d in
every bit. Then twenty million events in a process of its own, and one customer online. Figures go to
``benchmarks/results/features.json``.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from benchmarks.features.online import online_cost
from benchmarks.features.stream import Stream, simulated_year, write_stream
from benchmarks.features.ways import REFERENCE, by_hand, by_pandas, differing, joined

from commerce.records.database import connect, migrate
from features.catalogue import CATALOGUE
from features.declaring.compilation import Catalogue
from features.evaluating.duckdb_evaluator import evaluate, evaluate_each

RESULTS = Path(__file__).parents[1] / "results" / "features.json"

TARGETS: dict[str, tuple[str, float]] = {
    "ours_over_handwritten": ("at most", 1.15),
    "pandas_over_ours": ("at least", 3.0),
    "catalogue_over_handwritten": ("at most", 1.3),
    "catalogue_over_reference": ("at most", 45.0),
    "catalogue_outputs": ("at least", 185),
    "scale_20m_over_2m": ("at most", 10.5),
    "peak_gb_20m": ("at most", 4.0),
    "online_ms_100": ("at most", 0.4),
    "online_ms_2000": ("at most", 4.0),
}
"""What each figure must be."""


def check(stream: Stream) -> Catalogue:
    """Let the ways agree in every bit, or say where they do not; give the features of ``catalogue.sql``."""
    ours = evaluate(stream.snapshot, stream.cutoffs, REFERENCE)
    frames = by_pandas(stream)
    ids = [one for frame in frames for one in frame.index]
    columns = {
        str(name): np.concatenate([frame[name].to_numpy() for frame in frames])
        for name in frames[0]
    }
    found = {
        "pandas": differing(ours, ids, columns),
        "reference.sql": differing(ours, *joined(by_hand(stream, "reference.sql"))),
    }
    customers, columns = joined(by_hand(stream, "catalogue.sql"))
    written = CATALOGUE.subset(name for name in columns if name in CATALOGUE)
    declared = evaluate(stream.snapshot, stream.cutoffs, written)
    found["catalogue.sql"] = differing(declared, customers, columns)
    for way, names in found.items():
        assert not names, (
            f"{way} must give what the declarations give; differs in {names[:5]}. Write the columns in"
            f" benchmarks/features as they are declared now, or leave them out of the last SELECT."
        )
    return written


def ratios(stream: Stream, rounds: int, written: Catalogue) -> dict[str, float]:
    """Time the five ways in turns; give what they cost of each other. `written` is what :func:`check` gave."""
    ways: dict[str, Callable[[], object]] = {
        "pandas": lambda: by_pandas(stream),
        "reference.sql": lambda: by_hand(stream, "reference.sql"),
        "ours, the same": lambda: list(evaluate_each(stream.snapshot, stream.cutoffs, REFERENCE)),
        "catalogue.sql": lambda: by_hand(stream, "catalogue.sql"),
        "ours, the catalogue": lambda: list(
            evaluate_each(stream.snapshot, stream.cutoffs, written)
        ),
    }
    taken: dict[str, list[float]] = {name: [] for name in ways}
    for turn in range(rounds):
        for name, act in ways.items():
            if "catalogue" not in name or turn % 2 == 0:  # the long ones every other round
                taken[name].append(seconds(act))
    median = {name: statistics.median(times) for name, times in taken.items()}
    for name, time_taken in median.items():
        print(f"{name:32}{time_taken:10.2f} s")
    return {
        "ours_over_handwritten": median["ours, the same"] / median["reference.sql"],
        "pandas_over_ours": median["pandas"] / median["ours, the same"],
        "catalogue_over_handwritten": median["ours, the catalogue"] / median["catalogue.sql"],
        "catalogue_over_reference": median["ours, the catalogue"] / median["reference.sql"],
        "catalogue_outputs": len(written),
    }


def seconds(act: Callable[[], object]) -> float:
    """The seconds something takes."""
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


def scaled(folder: Path, cutoffs: tuple[int, ...]) -> tuple[float, float]:
    """Evaluate the catalogue in a process of its own: seconds, and gigabytes at its peak."""
    given = [str(folder), *map(str, cutoffs)]
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.features.scale", *given],
        check=True,
        capture_output=True,
        text=True,
        cwd=Path(__file__).parents[2],
    )
    found = json.loads(done.stdout)
    print(
        f"{folder.name:32}{found['seconds']:10.2f} s{found['peak_gb']:8.2f} GB, {found['rows']:,} rows"
    )
    return found["seconds"], found["peak_gb"]


def measure(
    scratch: Path, *, customers: int, copies: int, rounds: int, scale: bool
) -> dict[str, float]:
    """Measure everything.

    Parameters
    ----------
    scratch : Path
        An empty folder for the streams.
    customers : int
        Of the simulated year.
    copies : int
        Of each of them, in the stream that the ways are compared on.
    rounds : int
        How often each way takes its turn.
    scale : bool
        Whether to measure a stream ten times as long.
    """
    engine = connect(f"sqlite:///{scratch / 'records.db'}")
    migrate(engine)
    year = simulated_year(engine, customers)
    stream = write_stream(year, copies, scratch / "2m")
    print(
        f"{stream.snapshot.events:,} events, {stream.customers:,} customers, {len(stream.cutoffs)} cutoffs"
    )
    figures = ratios(stream, rounds, check(stream))
    for events in (100, 2000):
        cost = online_cost(engine, year, events)
        figures[f"online_ms_{events}"] = cost.evaluating
        print(
            f"online, {events} events: {cost.evaluating:.2f} ms to evaluate, {cost.fetching:.2f} ms to fetch"
        )
    engine.dispose()
    if scale:
        write_stream(year, copies * 10, scratch / "20m")
        before, _ = scaled(scratch / "2m", stream.cutoffs)
        long, figures["peak_gb_20m"] = scaled(scratch / "20m", stream.cutoffs)
        after, _ = scaled(scratch / "2m", stream.cutoffs)
        figures["scale_20m_over_2m"] = long / statistics.mean([before, after])
    return figures


def report(figures: dict[str, float]) -> None:
    """Print the figures beside what they must be."""
    for name, (side, target) in TARGETS.items():
        if name in figures:
            met = figures[name] <= target if side == "at most" else figures[name] >= target
            print(
                f"{name:32}{figures[name]:10.3f}   {side} {target:g}: {'met' if met else 'NOT MET'}"
            )


def main() -> None:
    """Measure, report, and keep the figures."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--quick", action="store_true", help="a small stream, to see that it runs; keeps no figures"
    )
    parser.add_argument("--no-scale", action="store_true", help="leave twenty million events out")
    asked = parser.parse_args()
    size = (
        {"customers": 50, "copies": 2, "rounds": 1}
        if asked.quick
        else {"customers": 1000, "copies": 35, "rounds": 5}
    )
    with tempfile.TemporaryDirectory() as scratch:
        figures = measure(Path(scratch), **size, scale=not (asked.quick or asked.no_scale))
    report(figures)
    if not asked.quick:
        RESULTS.parent.mkdir(exist_ok=True)
        RESULTS.write_text(
            json.dumps({name: round(value, 4) for name, value in figures.items()}, indent=2) + "\n"
        )


if __name__ == "__main__":
    main()
